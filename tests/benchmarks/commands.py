"""One command over HTTP, durable, domain and outbox included, beside FastAPI and one INSERT.

Each server is a process of its own with one event loop; the same clients ask both, by turns. In
its turn the `eventsourcing` library is asked in process, without HTTP, by as many threads as serve
it best.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg

from deploy.embedded import create_topics
from shared.testing.http import token
from tests.benchmarks.cpu import Meter, Turn, cost, together
from tests.benchmarks.peers import event_sourcing
from tests.benchmarks.process import serving, settings
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.table import Row, compared
from tests.benchmarks.timing import Rate, over_turns

CLIENTS = 16
TURNS, TURN_SECONDS = 6, 2.0
LIBRARY_SECONDS = 1.0
WARM_UP_SECONDS = 1.5
WHAT = "one command over HTTP, durable, domain and outbox included"
BARE = "FastAPI + pydantic + one asyncpg INSERT"


Asked = Callable[[], tuple[str, dict[str, str]]]
"""Makes a request: its path and its body."""


class Side(NamedTuple):
    """One of the two that are asked by turns: its port, what is asked, whose time it takes."""

    name: str
    port: int
    request: Asked
    pids: Mapping[str, int]


async def benchmark(rig: Rig, _: Sizes) -> list[Row]:
    """The rates over HTTP, and the library's."""
    await create_topics(rig.kafka)
    async with AsyncExitStack() as stack:
        database = await rig.database("shared.eventstore", "services.events")
        ours = await _side(
            stack, rig, database, "services.events", name="Guildhall: raise-issue", request=_issue
        )
        await _register_union(database)
        peer = "tests.benchmarks.peers.bare_insert"
        bare = await _side(stack, rig, await rig.database(), peer, name=BARE, request=_insert)
        for side in (ours, bare):
            await _clients(side, WARM_UP_SECONDS)
        library = await rig.database()
        turns = [
            (await _turn(ours), await _turn(bare), await _of_library(library)) for _ in range(TURNS)
        ]
    of_ours, of_bare, of_library = zip(*turns, strict=True)
    (rate, spent), (bare_rate, bare_spent) = together(of_ours), together(of_bare)
    saved = [over_turns(rates) for rates in zip(*of_library, strict=True)]
    best = max(saved, key=lambda rate: rate.per_second)
    return [
        compared(WHAT, rate, bare_rate, "commands/s", 0.8),
        compared(WHAT, rate, best, "commands/s", 3.0),
        cost("a command", spent, BARE, bare_spent),
    ]


async def _side(
    stack: AsyncExitStack, rig: Rig, database: str, module: str, *, name: str, request: Asked
) -> Side:
    """One of the two, serving until the stack is left."""
    common = stack.enter_context(settings(database, rig.kafka))
    child, port = await stack.enter_async_context(serving(module, **common))
    return Side(name, port, request, {"service": child.process.pid, **rig.servers})


async def _register_union(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("INSERT INTO known_unions (org_id, simulated) VALUES ('tjtc', false)")
    await connection.close()


async def _turn(side: Side) -> Turn:
    """One turn: the rate, and the processor time in all, ours who ask too."""
    meter, started = Meter(side.pids, own="clients"), time.perf_counter()
    answered = await _clients(side, TURN_SECONDS)
    return Rate(side.name, answered, time.perf_counter() - started), meter.spent()


async def _of_library(database: str) -> list[Rate]:
    """One turn of the library, with one thread and with several."""
    return [
        await event_sourcing.commands(database, threads, LIBRARY_SECONDS)
        for threads in (1, event_sourcing.THREADS)
    ]


async def _clients(side: Side, seconds: float) -> int:
    until, bearer = time.perf_counter() + seconds, token("clerk")
    asking = [_client(side.port, side.request, bearer, until) for _ in range(CLIENTS)]
    return sum(await asyncio.gather(*asking))


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
