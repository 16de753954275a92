"""Kafka → journal and every projection, one worker, beside Kafka Streams and bare copies.

All read the same records of the same topic, which waits for them whole, each from a process of its
own (`drain`); Faust's empty agent runs in this one. The worker's memory is read when it is done.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
import faust
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded import create_topics
from services.reporting.projections import create_tables
from services.reporting.projections.as_of import LIVE
from shared.eventstore.migrations import migrate
from tests.benchmarks.cpu import cost
from tests.benchmarks.drain import Drained, drain, group_committed
from tests.benchmarks.gifts import TOPIC, publish
from tests.benchmarks.peers.streams import NO_JDK
from tests.benchmarks.process import module, reporting_settings, running, settings
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.table import Row, bounded, compared, not_measured
from tests.benchmarks.timing import Rate

WHAT = "ingest: Kafka → journal + all projections, one worker"
MEMORY_MIB_MAX = 200


async def benchmark(rig: Rig, sizes: Sizes) -> list[Row]:
    """Rates of the worker and its peers, and the worker's peak memory."""
    await create_topics(rig.kafka)
    targets = await publish(rig.kafka, sizes.events)
    database = await rig.database()
    ours, mebibytes = await _worker(rig, database, sizes.events)
    streams = await _streams(rig, targets, sizes.events)
    copied = await _copying(
        rig, sizes.events, "aiokafka → COPY of the same rows, same tables", database
    )
    raw = await _copying(rig, sizes.events, "aiokafka → COPY of raw records, no index")
    start_up = ", ".join(
        f"{short} {drained.start_up_seconds:.1f}"
        for short, drained in (("ours", ours), ("Kafka Streams", streams), ("COPY", copied))
        if drained is not None
    )
    return [
        compared(WHAT, ours.rate, streams.rate, "events/s", 1.0)
        if streams
        else not_measured(WHAT, NO_JDK),
        compared(WHAT, ours.rate, copied.rate, "events/s", 0.7),
        compared(WHAT, ours.rate, raw.rate, "events/s"),
        compared(WHAT, ours.rate, await _faust(rig, sizes.events), "events/s"),
        *(
            cost("an event", ours.spent, peer.rate.name, peer.spent)
            for peer in (streams, copied)
            if peer is not None
        ),
        Row("start-up before the first commit, not in the rates", f"{start_up} s"),
        bounded("memory of the worker at its peak", mebibytes, "MiB", MEMORY_MIB_MAX),
    ]


async def _worker(rig: Rig, database: str, events: int) -> tuple[Drained, float]:
    """The worker as it runs in production, and its peak of resident memory."""
    with settings(database, rig.kafka) as common:
        environment = {**reporting_settings(common), "GUILDHALL_HTTP_PORT": "0"}
        async with running("worker", *module("services.reporting.worker"), **environment) as child:
            connection = await asyncpg.connect(database)
            sql = "SELECT coalesce(sum(next_offset), 0)::bigint FROM positions"
            drained = await drain("Guildhall", child, events, _polled(connection, sql), rig.servers)
            mebibytes = child.peak_mebibytes()
            await connection.close()
    return drained, mebibytes


def _polled(connection: asyncpg.Connection, sql: str) -> Callable[[], Awaitable[int]]:
    async def committed() -> int:
        try:
            return int(await connection.fetchval(sql))
        except asyncpg.UndefinedTableError:
            return 0  # it is still making its tables

    return committed


async def _streams(rig: Rig, targets: list[TopicPartition], events: int) -> Drained | None:
    if rig.streams is None:
        return None
    client = AIOKafkaAdminClient(bootstrap_servers=rig.kafka)
    await client.start()
    try:
        async with rig.streams.running(rig.kafka, TOPIC) as (child, group):
            committed = partial(group_committed, client, group, targets)
            name = "Kafka Streams, keyed sum"
            return await drain(name, child, events, committed, rig.servers)
    finally:
        await client.close()


async def _copying(rig: Rig, events: int, name: str, source: str = "") -> Drained:
    target = await rig.database()
    connection = await asyncpg.connect(target)
    await migrate(await rig.pool(target), "shared.eventstore", "services.reporting")
    await create_tables(connection, LIVE)
    sql = "SELECT coalesce(sum(next_offset), 0)::bigint FROM peer_positions"
    command = [*module("tests.benchmarks.peers.copying"), target, rig.kafka]
    async with running(name, *command, *([source] if source else [])) as child:
        drained = await drain(name, child, events, _polled(connection, sql), rig.servers)
    if source:
        await _same_rows(source, target)
    await connection.close()
    return drained


async def _same_rows(source: str, target: str) -> None:
    """The peer wrote as much as we did. Raises AssertionError."""
    counted = []
    for database in (source, target):
        connection = await asyncpg.connect(database)
        sql = f"SELECT (SELECT count(*) FROM journal), count(*) FROM {LIVE}.figure_lines"
        counted.append(await connection.fetchrow(sql))
        await connection.close()
    if counted[0] != counted[1]:
        raise AssertionError(f"rows of journal and lines: ours {counted[0]}, peer {counted[1]}")


async def _faust(rig: Rig, events: int) -> Rate:
    app = faust.App(
        "bench-faust",
        broker=f"kafka://{rig.kafka}",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        value_serializer="raw",
        key_serializer="raw",
    )
    seen, first_at, last_at, finished = 0, 0.0, 0.0, asyncio.Event()
    clock = asyncio.get_running_loop().time

    @app.agent(app.topic(TOPIC, value_type=bytes))
    async def empty(stream: Any) -> None:
        nonlocal seen, first_at, last_at
        async for _ in stream:
            first_at = first_at or clock()
            seen += 1
            if seen >= events:
                last_at = clock()
                finished.set()

    app.finalize()
    await app.start()
    await finished.wait()
    await app.stop()
    return Rate("Faust, an empty agent, one event at a time", events, last_at - first_at)
