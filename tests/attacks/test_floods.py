"""Nothing that anybody may send costs much, and everybody else is answered meanwhile.

On 2026-11-29 one header of 100 MB kept a service from answering for 11 s; a body of 200 MB from
nobody took its memory from 113 to 513 MB, which it kept; whoever sent nothing was kept for ever.
With 20,000 half-open connections, by hand: docs/performance.md.
"""

import asyncio
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import httpx
import orjson
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY

from shared.http import guard as guarding
from shared.http.app import build_app
from shared.http.guard import BODY_BYTES_MAX, guard
from shared.service.connections import Limits, raise_open_files
from shared.service.runner import http_server
from shared.testing.http import token, token_verifier
from tests.attacks.apps import BODIES, NAMES, App, bearer, running
from tests.attacks.test_odd_requests import path_of
from tests.databases import NewDatabase

LIMITS = Limits(head_seconds=0.4, write_seconds=0.5, linger_seconds=0.5, connections=40,
                of_one_address=30)  # fmt: skip
HALF_OPEN = 1500
"""In the suite; more than the soft limit of open files, 1,024, lets a process of the usual kind."""


class Server(NamedTuple):
    port: int
    seen: list[int]
    """The length of each body that the app was given."""


async def ready() -> dict[str, str]:
    return {}


def served(seen: list[int]) -> FastAPI:
    app = build_app("tested", {}, ready)

    @app.post("/v1/thing")
    async def thing(body: dict[str, Any]) -> dict[str, int]:
        seen.append(len(orjson.dumps(body)))
        return {"fields": len(body)}

    @app.get("/v1/long")
    async def long() -> list[str]:
        return ["x" * 1_000_000] * 20

    guard(app, token_verifier())
    return app


@asynccontextmanager
async def serving(limits: Limits = LIMITS) -> AsyncIterator[Server]:
    seen: list[int] = []
    async with http_server(served(seen), "127.0.0.1", 0, limits) as port:
        yield Server(port, seen)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as started:
        yield started


def refused(code: str) -> float:
    return REGISTRY.get_sample_value("guildhall_http_refused_total", {"code": code}) or 0.0


async def sent(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """What is answered to bytes sent as they are, until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
    answer = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(10):
            answer = await reader.read()
    writer.close()
    return answer


def said(answer: bytes, status: int, code: str) -> bool:
    """Whether an answer is this problem detail, and announces that the connection closes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    told = orjson.loads(body)
    return (
        head.startswith(b"HTTP/1.1 %d " % status)
        and b"connection: close" in head.lower()
        and (status != 503 or b"retry-after: " in head.lower())
        and (told["status"], told["code"]) == (status, code)
    )


async def others_wait(port: int, seconds: float) -> float:
    """The longest that somebody else waited for an answer, asking anew all the time."""
    longest, until = 0.0, time.monotonic() + seconds
    headers = {"Authorization": f"Bearer {token('clerk')}"}
    while time.monotonic() < until:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            started = time.monotonic()
            answer = await client.post("/v1/thing", json={"a": 1}, headers=headers)
            longest = max(longest, time.monotonic() - started)
            assert answer.status_code == 200
    return longest


HEAD = b"POST /v1/thing HTTP/1.1\r\nHost: us\r\n"
ASKED = HEAD + b"Content-Type: application/json\r\nAuthorization: Bearer %b\r\n"


def asked(body_bytes: int) -> bytes:
    return ASKED % token("clerk").encode() + b"Content-Length: %d\r\n\r\n" % body_bytes


async def test_a_header_of_100_mb_is_refused_after_its_first_bytes(server: Server) -> None:
    before = refused("head-too-large")
    chunk = b"a" * 1_000_000
    started = time.monotonic()
    waited = asyncio.create_task(others_wait(server.port, 1.0))
    answer = await sent(server.port, HEAD + b"X-Long: ", *[chunk] * 100)
    assert not answer or said(answer, 431, "head-too-large")
    assert time.monotonic() - started < 5.0
    assert await waited < 1.0
    assert refused("head-too-large") == before + 1


async def test_a_header_a_little_too_long_is_told_so(server: Server) -> None:
    for filler in (b"X-Long: " + b"a" * 40_000, b"X: y\r\n" * 6000):
        answer = await sent(server.port, HEAD + filler + b"\r\n\r\n")
        assert said(answer, 431, "head-too-large")
    answer = await sent(server.port, HEAD.replace(b"thing", b"t" * 40_000) + b"\r\n")
    assert said(answer, 431, "head-too-large")


async def test_a_header_within_the_limit_is_read_however_it_is_cut(server: Server) -> None:
    whole = asked(8) + b'{"a": 1}'
    whole = whole.replace(
        b"Host: us", b"Host: us\r\nX: " + b"y" * 30_000 + b"\r\nConnection: close"
    )
    for step in (len(whole), 1000):
        parts = [whole[at : at + step] for at in range(0, len(whole), step)]
        assert (await sent(server.port, *parts)).startswith(b"HTTP/1.1 200 ")


async def test_who_sends_a_head_byte_by_byte_is_sent_away_in_time(server: Server) -> None:
    before, started = refused("head-too-slow"), time.monotonic()
    answer = await sent(server.port, *[HEAD[at : at + 1] for at in range(9)], pause=0.1)
    assert said(answer, 408, "head-too-slow")
    assert said(await sent(server.port), 408, "head-too-slow")
    assert time.monotonic() - started < 5.0
    assert refused("head-too-slow") == before + 2


async def test_a_body_that_does_not_come_is_not_waited_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "BODY_SECONDS", 0.3)
    answer = await sent(server.port, asked(1000), b"{", b"}", pause=0.1)
    assert said(answer, 408, "body-too-slow")
    assert server.seen == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_long_is_not_read_on(server: Server, chunked: bool) -> None:
    before = refused("body-too-large")
    chunk = b"a" * 65_536
    if chunked:
        head = asked(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        parts = [head, *[b"10000\r\n" + chunk + b"\r\n"] * 600]
    else:
        parts = [asked(200_000_000), *[chunk] * 600]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = await sent(server.port, *parts)
    assert not answer or said(answer, 413, "body-too-large")
    assert refused("body-too-large") == before + 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 30_000, "kB"
    assert server.seen == []


async def test_the_longest_body_is_read(server: Server) -> None:
    body = orjson.dumps({"a": "x" * (BODY_BYTES_MAX - 8)})
    answer = await sent(
        server.port, asked(len(body)).replace(b"Host: us", b"Host: us\r\nConnection: close"), body
    )
    assert answer.startswith(b"HTTP/1.1 200 ") and server.seen == [BODY_BYTES_MAX]


async def test_nobody_s_body_is_never_read(server: Server) -> None:
    bearer_of_old = f"Authorization: Bearer {token('clerk', exp=1)}\r\n".encode()
    for head in (HEAD, HEAD + bearer_of_old):
        announced = head + b"Content-Length: 200000000\r\nExpect: 100-continue\r\n\r\n"
        code = "no-token" if head == HEAD else "token-refused"
        assert said(await sent(server.port, announced), 401, code), "before a byte of the body"
        assert said(await sent(server.port, announced, *[b"a" * 10_000] * 20), 401, code)
    assert server.seen == []


async def test_what_is_no_http_is_answered_in_our_words(server: Server) -> None:
    for odd in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n",
                b"GET / HTTP/1.1\r\nA\0: b\r\n\r\n"):  # fmt: skip
        answer = await sent(server.port, odd)
        assert said(answer, 400, "malformed-request"), odd


async def test_who_does_not_read_the_answer_is_let_go(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    head = asked(0).replace(b"POST /v1/thing", b"GET /v1/long")
    writer.write(head * 3)
    await asyncio.sleep(1.5)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(60_000_000)
    writer.close()


async def test_half_open_connections_push_out_one_another_and_nobody_else() -> None:
    raise_open_files()
    async with serving(LIMITS._replace(head_seconds=30.0)) as server:
        await half_open(server)


async def half_open(server: Server) -> None:
    before = refused("connections-many")
    kept = httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=bearer())
    async with kept:
        await kept.post("/v1/thing", json={})
        waited = asyncio.create_task(others_wait(server.port, 2.0))
        opened = []
        for number in range(HALF_OPEN):
            opened.append(await asyncio.open_connection("127.0.0.1", server.port))
            if number % 2:
                opened[-1][1].write(b"POST /v1/thi")
        assert await waited < 1.0
        answer = await asyncio.wait_for(opened[0][0].read(), 5)
        assert said(answer, 503, "connections-many")
        assert (await kept.post("/v1/thing", json={})).status_code == 200, "was idle, and is kept"
        open_now = REGISTRY.get_sample_value("guildhall_http_connections_open") or 0
        assert open_now <= LIMITS.connections
        for _, writer in opened:
            writer.close()
    assert refused("connections-many") - before >= HALF_OPEN - LIMITS.connections


async def test_where_all_are_being_answered_one_more_is_told_to_come_again() -> None:
    held = asyncio.Event()
    app = build_app("tested", {}, ready)

    @app.get("/v1/held")
    async def wait() -> None:
        await held.wait()

    async with (
        http_server(app, "127.0.0.1", 0, LIMITS._replace(of_one_address=3)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        asking = [asyncio.create_task(client.get("/v1/held")) for _ in range(3)]
        await asyncio.sleep(0.2)
        assert said(await sent(port), 503, "connections-many")
        held.set()
        assert {(await each).status_code for each in asking} == {200}


async def test_one_client_has_no_more_in_progress_than_others_can_wait_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guarding, "IN_PROGRESS_MAX", 3)
    app, held = build_app("tested", {}, ready), asyncio.Event()

    @app.get("/v1/held")
    async def wait() -> None:
        await held.wait()

    guard(app, token_verifier())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        busy, other = (
            {"Authorization": f"Bearer {token('clerk', subject=name)}"} for name in ("a", "b")
        )
        asking = [asyncio.create_task(client.get("/v1/held", headers=busy)) for _ in range(3)]
        await asyncio.sleep(0.05)
        one_more = await client.get("/v1/held", headers=busy)
        assert (one_more.status_code, one_more.json()["code"]) == (429, "client-too-busy")
        assert one_more.headers["retry-after"] == "1"
        asking.append(asyncio.create_task(client.get("/v1/held", headers=other)))
        await asyncio.sleep(0.05)
        held.set()
        assert {(await each).status_code for each in asking} == {200}
        assert (await client.get("/v1/held", headers=busy)).status_code == 200


@pytest.fixture(params=NAMES)
async def app(request: pytest.FixtureRequest, new_database: NewDatabase) -> AsyncIterator[App]:
    async with running(request.param, new_database) as started:
        yield started


async def test_no_route_reads_a_body_before_it_knows_who_asks(app: App) -> None:
    """Of every route of every app: 401, and not a byte was asked for."""
    read, expired = 0, f"Bearer {token('clerk', exp=1)}"

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield orjson.dumps(BODIES)

    for verb, template in app.routes():
        for headers in ({"Authorization": ""}, {"Authorization": expired}):
            answer = await app.client.request(
                verb, path_of(template), headers=headers, content=body()
            )
            assert answer.status_code == 401, f"{verb} {template}"
            if verb != "GET":
                assert answer.headers["connection"] == "close", f"{verb} {template}"
    assert read == 0
