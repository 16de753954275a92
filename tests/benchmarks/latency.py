"""From accepted to visible in a figure at a steady 1,000 events a second, beside Kafka Streams.

Ours goes the whole way: a commit in an event store, its relay, Kafka, the worker, a commit in
reporting's PostgreSQL. The journal's head is read every 3 ms on a connection of its own:
journal, projections and sums are one transaction, so an event whose log_index the head has passed
is in its figure; at the end the figure is asked, and must count every event. Kafka Streams' way is
shorter: from the producer to a sum that a read_committed consumer sees. Its records carry the time
of the event they answer, in ms.

Beside each a process does nothing but wake every 2 ms, and notes how late: no way of several steps
can be quicker than this machine wakes who takes them.
"""

import asyncio
import json
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import date
from typing import NamedTuple

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.embedded import create_topics
from services.reporting.queries.figures import figure_named, values_now
from services.reporting.queries.knowledge import Period
from tests.benchmarks.cpu import Meter, Spent, cost, each
from tests.benchmarks.peers.streams import DEFAULT_COMMIT_MS, NO_JDK, Streams
from tests.benchmarks.process import Running, module, reporting_settings, running, settings
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.table import Row, within
from tests.benchmarks.timing import percentile, until
from tests.reporting.records import ORG, gift_stream

PER_SECOND = 1000
WARM_UP_SECONDS = 5
OF_PEER_MAX = 0.25
POLL_SECONDS = 0.003
PEER = "Kafka Streams"
EVENTS, SUMS = "peer-events", "peer-sums"
WHAT = f"accepted → visible in a figure at {PER_SECOND:,} events/s"
LATE = "meanwhile: a process that only wakes, every 2 ms, was late by"
SHOWN = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


class Sending(NamedTuple):
    """While it was sent: when each event was accepted, on the monotonic clock; microseconds of
    processors an event; milliseconds late of each waking of a process with nothing else to do."""

    accepted: list[float]
    spent: Spent
    late: list[float]


async def benchmark(rig: Rig, sizes: Sizes) -> list[Row]:
    """Our percentiles and Kafka Streams'."""
    await create_topics(rig.kafka)
    await _create_peer_topics(rig)
    events = PER_SECOND * (WARM_UP_SECONDS + sizes.seconds)
    ours = await _ours(rig, events)
    waits, sending = ours
    p99, told, peer = percentile(waits, 0.99), "", None
    row = Row(f"{WHAT}, p99", f"{p99:,.1f} ms", NO_JDK)
    if rig.streams is not None:
        of_peer, peer = await _streams(rig, rig.streams, events)
        told = f"{PEER}: {_shown(of_peer)}"
        at_most = percentile(of_peer, 0.99)
        row = within(row.what, p99, at_most, "ms", name=PEER, at_most=OF_PEER_MAX)
    return [
        row,
        Row(f"{WHAT}, ms", _shown(waits), told),
        cost("an event", sending.spent, PEER, peer.spent if peer else None),
        Row(f"{LATE}, ms", _shown(sending.late, 1), _shown(peer.late, 1) if peer else ""),
    ]


async def _create_peer_topics(rig: Rig) -> None:
    """Before ours is measured, so that their leaders are known when the peer begins."""
    client = AIOKafkaAdminClient(**rig.kafka.client())
    await client.start()
    await client.create_topics([NewTopic(EVENTS, 8, 1), NewTopic(SUMS, 8, 1)])
    await client.close()


def _shown(waits: list[float], digits: int = 0) -> str:
    return ", ".join(
        f"{name} {percentile(waits, share):.{digits}f}" for name, share in SHOWN.items()
    )


async def _ours(rig: Rig, events: int) -> tuple[list[float], Sending]:
    """Milliseconds each event took, those of the warm-up left out."""
    database = await rig.database("shared.eventstore", "services.reporting")
    heads: list[tuple[int, float]] = []
    async with AsyncExitStack() as stack:
        common = stack.enter_context(settings(database, rig.kafka))
        environment = {**reporting_settings(common), "GUILDHALL_HTTP_PORT": "0"}
        command = module("services.reporting.worker")
        worker = await stack.enter_async_context(running("worker", *command, **environment))
        load = await stack.enter_async_context(_load("store", await rig.database(), rig, events))
        connection = await asyncpg.connect(database)
        stack.push_async_callback(connection.close)
        watching = asyncio.create_task(_watch(connection, heads, events + 1))
        await until(lambda: _seen(lambda: len(heads) > 0, load))
        sending = await _sending(load, events, {"worker": worker.process.pid, **rig.servers})
        async with asyncio.timeout(60):
            await watching
        _finish(load)
        rows = await connection.fetch("SELECT stream, log_index FROM journal")
        await _check(await rig.pool(database), events + 1)
    placed = {row["stream"]: row["log_index"] for row in rows}
    indexes, moments = [index for index, _ in heads], [moment for _, moment in heads]
    return [
        (moments[bisect_left(indexes, placed[gift_stream(n)])] - sending.accepted[n]) * 1000
        for n in range(1 + PER_SECOND * WARM_UP_SECONDS, events + 1)
    ], sending


async def _watch(connection: asyncpg.Connection, heads: list[tuple[int, float]], last: int) -> None:
    """Note when the journal's head was first seen at each place, until it is at `last`."""
    at = 0
    while at < last:
        try:
            now = await connection.fetchval("SELECT next_index - 1 FROM journal_head")
        except asyncpg.UndefinedTableError:
            now = 0  # the worker is still making its tables
        if now > at:
            at = now
            heads.append((at, time.monotonic()))
        await asyncio.sleep(POLL_SECONDS)


async def _check(pool: asyncpg.Pool, events: int) -> None:
    """What the head said is what the figure says. Raises AssertionError."""
    named = figure_named("gift_mid_autumn_portions")
    year = Period(date(2022, 1, 1), date(2022, 12, 31))
    _, values = await values_now(pool, ORG, year, [named])
    if values[named.name].value != events:
        raise AssertionError(f"the figure counts {values[named.name].value} of {events}")


async def _streams(rig: Rig, streams: Streams, events: int) -> tuple[list[float], Sending]:
    """Milliseconds from each event's time to its sum being read, the warm-up's left out."""
    consumer = AIOKafkaConsumer(
        SUMS,
        **rig.kafka.client(),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        fetch_max_wait_ms=10,
    )
    await consumer.start()
    waits: list[float] = []

    async def read() -> None:
        while len(waits) <= events:
            for records in (await consumer.getmany(timeout_ms=100)).values():
                now = time.time_ns() / 1e6
                waits.extend(now - record.timestamp for record in records)

    try:
        peer = streams.running(rig.kafka, EVENTS, output=SUMS, commit_ms=DEFAULT_COMMIT_MS)
        async with peer as (child, _), _load("topic", EVENTS, rig, events) as load:
            reading = asyncio.create_task(read())
            await until(lambda: _seen(lambda: len(waits) > 0, load))
            before = len(waits)
            pids = {PEER: child.process.pid, "Kafka": rig.servers["Kafka"]}
            sending = await _sending(load, events, pids)
            async with asyncio.timeout(60):
                await reading
            _finish(load)
    finally:
        await consumer.stop()
    return waits[before + PER_SECOND * WARM_UP_SECONDS :], sending


def _load(where: str, into: str, rig: Rig, events: int) -> AbstractAsyncContextManager[Running]:
    command = [*module("tests.benchmarks.load"), where, into, str(PER_SECOND)]
    command.append(str(events // PER_SECOND))
    return running("load", *command, piped=True, **rig.kafka.settings)


async def _seen(condition: Callable[[], bool], load: Running) -> bool:
    load.check()
    return condition()


async def _sending(load: Running, events: int, pids: Mapping[str, int]) -> Sending:
    """Give the word; once all are sent, what was seen meanwhile."""
    command = module("tests.benchmarks.hiccups")
    async with running("hiccups", *command, piped=True) as hiccups:
        assert hiccups.process.stdout is not None
        await hiccups.process.stdout.readline()  # it has begun
        meter = Meter({"sending": load.process.pid, **pids}, own="measuring")
        accepted = await _answer(load, b"go\n")
        return Sending(accepted, each(meter.spent(), events), await _answer(hiccups, b"enough\n"))


async def _answer(child: Running, line: bytes) -> list[float]:
    stdin, stdout = child.process.stdin, child.process.stdout
    assert stdin is not None and stdout is not None
    stdin.write(line)
    said = await stdout.readline()
    child.check()
    numbers: list[float] = json.loads(said)
    return numbers


def _finish(load: Running) -> None:
    assert load.process.stdin is not None
    load.process.stdin.write(b"done\n")
