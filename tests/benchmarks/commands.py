"""One command over HTTP, durable, domain and outbox included, beside FastAPI and one INSERT.

Each server is a process of its own with one event loop; the same clients ask both in this run. The
`eventsourcing` library is asked in process, without HTTP, by as many threads as serve it best.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import asyncpg

from deploy.embedded import create_topics
from shared.testing.http import token
from tests.benchmarks.cpu import Meter, Spent, cost, each
from tests.benchmarks.peers import event_sourcing
from tests.benchmarks.process import serving, settings
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.table import Row, compared
from tests.benchmarks.timing import Rate

CLIENTS = 16
SECONDS = 6.0
WARM_UP_SECONDS = 1.5
WHAT = "one command over HTTP, durable, domain and outbox included"


async def benchmark(rig: Rig, _: Sizes) -> list[Row]:
    """The rates over HTTP, and the library's."""
    await create_topics(rig.kafka)
    with settings(await rig.database(), rig.kafka) as environment:
        async with serving("services.events", **environment) as (child, port):
            await _register_union(environment["GUILDHALL_DATABASE_URL"])
            service = {"service": child.process.pid, **rig.servers}
            ours, our_cost = await _load("Guildhall: raise-issue", port, _issue, service)
        environment["GUILDHALL_DATABASE_URL"] = await rig.database()
        async with serving("tests.benchmarks.peers.bare_insert", **environment) as (child, port):
            name = "FastAPI + pydantic + one asyncpg INSERT"
            service = {"service": child.process.pid, **rig.servers}
            bare, bare_cost = await _load(name, port, _insert, service)
    saved = [
        await event_sourcing.commands(await rig.database(), threads, SECONDS / 2)
        for threads in (1, event_sourcing.THREADS)
    ]
    best = max(saved, key=lambda rate: rate.per_second)
    return [
        compared(WHAT, ours, bare, "commands/s", 0.8),
        compared(WHAT, ours, best, "commands/s", 3.0),
        cost("a command", our_cost, bare.name, bare_cost),
    ]


async def _register_union(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("INSERT INTO known_unions (org_id, simulated) VALUES ('tjtc', false)")
    await connection.close()


async def _load(name: str, port: int, request: Any, pids: Mapping[str, int]) -> tuple[Rate, Spent]:
    """The rate, and the processor time of one command (µs), ours who ask too."""
    bearer = token("clerk")
    await _clients(port, request, bearer, WARM_UP_SECONDS)
    meter, started = Meter(pids, own="clients"), time.perf_counter()
    answered = await _clients(port, request, bearer, SECONDS)
    rate = Rate(name, answered, time.perf_counter() - started)
    return rate, each(meter.spent(), answered)


async def _clients(port: int, request: Any, bearer: str, seconds: float) -> int:
    until = time.perf_counter() + seconds
    return sum(
        await asyncio.gather(*[_client(port, request, bearer, until) for _ in range(CLIENTS)])
    )


async def _client(port: int, request: Any, bearer: str, until: float) -> int:
    """One keep-alive connection, one request at a time. A library's client would cost more than
    the servers under test."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while time.perf_counter() < until:
        path, body = request()
        payload = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(payload)}\r\nAuthorization: Bearer {bearer}\r\n"
            f"Idempotency-Key: {uuid4()}\r\n\r\n"
        )
        writer.write(head.encode() + payload)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        content = await reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 201"):
            raise AssertionError(f"{answer.decode()}{content.decode()}")
        answered += 1
    writer.close()
    return answered


def _issue() -> tuple[str, dict[str, str]]:
    body = {"issue_id": f"i{uuid4().hex}", "title": "转隶未完成", "raised_on": "2022-12-15"}
    return "/v1/tjtc/raise-issue", body


def _insert() -> tuple[str, dict[str, str]]:
    return "/issues", _issue()[1]
