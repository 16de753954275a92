"""Kafka → journal and every projection, beside a bare aiokafka → COPY and an empty Faust agent.

All three read the same records of the same topic in this run.
"""

import asyncio
from typing import Any

import asyncpg
import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.embedded import create_topics
from services.reporting.app import build_app
from services.reporting.entry import pack_headers
from services.reporting.ingest import LIVE, Ingest
from services.reporting.intake import Intake
from services.reporting.projections import create_tables
from services.reporting.sources import publishers
from shared.bus import to_record
from shared.clock import system_clock
from shared.contract.catalogue import topic_of
from shared.database import apply_schema, open_pool
from shared.testing.author import Author
from tests.benchmarks.rig import Rate, Rig, print_rates, timed, until
from tests.reporting.records import gift, gift_stream

TOPIC = topic_of("benefits")


async def benchmark(rig: Rig, events: int) -> None:
    """Print the three rates."""
    await create_topics(rig.kafka)
    await _publish(rig, events)
    rates = [await _ours(rig, events), await _bare_copy(rig, events), await _faust(rig, events)]
    print_rates("ingest, one worker, one core's worth of Python", "events/s", rates)


async def _publish(rig: Rig, events: int) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=rig.kafka, enable_idempotence=True, linger_ms=5, max_batch_size=262_144
    )
    await producer.start()
    partitions = len(await producer.partitions_for(TOPIC))
    author, waiting = Author(), []
    for n in range(events):
        envelope = author.write(gift_stream(n), gift(n))
        record = to_record(envelope)
        waiting.append(
            await producer.send(
                TOPIC, record.value, record.key, (envelope.shard or 0) % partitions,
                headers=record.headers,
            )
        )  # fmt: skip
    await asyncio.gather(*waiting)
    await producer.stop()


async def _ours(rig: Rig, events: int) -> Rate:
    pool = await open_pool(await rig.database())
    await apply_schema(pool, "shared", "services.reporting")
    async with pool.acquire() as connection:
        await create_tables(connection, LIVE)
    topics = publishers(None)
    ingest = Ingest(pool, topics, system_clock, allow_simulated=False, quarantine_limit=100)

    def make_intake(apply: Any) -> Intake:
        return Intake(rig.kafka, list(topics), pool, apply, batch_records=5000)

    async def work() -> None:
        app = build_app(ingest, make_intake, [])
        app.finalize()
        await app.start()
        await until(lambda: _reached(pool, events))
        await app.stop()

    rate = await timed("Guildhall: journal, projections, positions, committed", events, work)
    await pool.close()
    return rate


async def _reached(pool: asyncpg.Pool, events: int) -> bool:
    return bool(await pool.fetchval("SELECT next_index > $1 FROM journal_head", events))


async def _bare_copy(rig: Rig, events: int) -> Rate:
    connection = await asyncpg.connect(await rig.database())
    await connection.execute(
        "CREATE TABLE raw (partition int, kafka_offset bigint, key bytea, headers bytea,"
        " value bytea)"
    )

    async def work() -> None:
        consumer = AIOKafkaConsumer(
            TOPIC, bootstrap_servers=rig.kafka, group_id="bare", auto_offset_reset="earliest",
            enable_auto_commit=False,
        )  # fmt: skip
        await consumer.start()
        done = 0
        while done < events:
            for records in (await consumer.getmany(timeout_ms=500, max_records=5000)).values():
                rows = [
                    (r.partition, r.offset, r.key, pack_headers(r.headers), r.value)
                    for r in records
                ]
                await connection.copy_records_to_table("raw", records=rows)
                done += len(rows)
        await consumer.stop()

    rate = await timed("bare aiokafka -> COPY of the raw records into one table", events, work)
    await connection.close()
    return rate


async def _faust(rig: Rig, events: int) -> Rate:
    app = faust.App(
        "bench-faust", broker=f"kafka://{rig.kafka}", web_enabled=False,
        topic_disable_leader=True, topic_allow_declare=False, stream_wait_empty=False,
        consumer_auto_offset_reset="earliest", value_serializer="raw", key_serializer="raw",
    )  # fmt: skip
    seen, finished = 0, asyncio.Event()

    @app.agent(app.topic(TOPIC, value_type=bytes))
    async def empty(stream: Any) -> None:
        nonlocal seen
        async for _ in stream:
            seen += 1
            if seen >= events:
                finished.set()

    async def work() -> None:
        app.finalize()
        await app.start()
        await finished.wait()

    rate = await timed("Faust: an empty agent, one event at a time", events, work)
    await app.stop()
    return rate
