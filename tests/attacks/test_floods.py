"""Nothing that anybody may send costs much, and everybody else is answered meanwhile.

On 2026-11-29 one header of 100 MB kept a service from answering for 11 s; a body of 200 MB from
nobody took its memory from 113 to 513 MB, which it kept; whoever sent nothing was kept for ever.
With 20,000 half-open connections, by hand: docs/performance.md.
"""

import asyncio
import resource
import time
from collections.abc import AsyncIterator

import orjson
import pytest

from shared.http import guard as guarding
from shared.http.guard import BODY_BYTES_MAX
from shared.testing.http import token
from tests.attacks.flooding import HEAD, Server, asked, others_wait, refused, said, sent, serving


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as started:
        yield started


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
