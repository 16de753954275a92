"""Connections that ask for nothing push out one another; who is answered keeps his.

With 20,000 of them, by hand: docs/performance.md.
"""

import asyncio
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest

from shared.http import guard as guarding
from shared.http.app import build_app
from shared.http.guard import guard
from shared.metrics import EVERY
from shared.service.connections import raise_open_files
from shared.service.runner import http_server
from shared.testing.http import token, token_verifier
from tests.attacks.apps import BODIES, NAMES, App, bearer, running
from tests.attacks.flooding import (
    LIMITS,
    Server,
    others_wait,
    ready,
    refused,
    said,
    sent,
    serving,
)
from tests.attacks.test_odd_requests import path_of
from tests.databases import NewDatabase

HALF_OPEN = 1500
"""In the suite; more than the soft limit of open files, 1,024, lets a process of the usual kind."""


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
        open_now = EVERY.get_sample_value("guildhall_http_connections_open") or 0
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


async def test_of_one_clients_questions_few_go_on_and_nobody_elses_wait() -> None:
    """120 questions of one auditor kept everybody else from an answer for 14 s on 2026-12-01."""
    app, held, going = build_app("tested", {}, ready), asyncio.Event(), 0

    @app.get("/v1/{wait}")
    async def question(wait: str) -> None:
        nonlocal going
        going += 1
        if wait == "held":
            await held.wait()

    guard(app, token_verifier(), guarding.READ_AT_ONCE)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        busy, other = (
            {"Authorization": f"Bearer {token('auditor', subject=name)}"} for name in ("a", "b")
        )
        asking = [asyncio.create_task(client.get("/v1/held", headers=busy)) for _ in range(20)]
        await asyncio.sleep(0.2)
        assert going == guarding.READ_AT_ONCE
        assert (await client.get("/v1/now", headers=other)).status_code == 200
        held.set()
        assert {(await each).status_code for each in asking} == {200}


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
