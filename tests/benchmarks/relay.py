"""Store → Kafka through the relay, beside aiokafka producing the same bytes."""

import asyncio

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.embedded import create_topics
from shared.bus import to_record
from shared.clock import system_clock
from shared.contract.catalogue import topic_of
from shared.database import apply_schema
from shared.outbox import Relay
from shared.store import EventStore, Reply, Write
from shared.testing.author import Author
from tests.benchmarks.cpu import Meter, Spent, cost, each
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.roster import request
from tests.benchmarks.table import Row, compared
from tests.benchmarks.timing import Rate, timed, until
from tests.reporting.records import gift, gift_stream

AT_ONCE = 2000
EVENTS_MAX = 150_000


async def benchmark(rig: Rig, sizes: Sizes) -> list[Row]:
    """How fast a filled outbox is relayed."""
    events = min(sizes.events, EVENTS_MAX)
    await create_topics(rig.kafka)
    pool = await rig.pool(await rig.database())
    await apply_schema(pool, "shared")
    writes = [Write(gift_stream(n), 0, [gift(n)]) for n in range(events)]
    await EventStore(pool, system_clock).append(request(), writes, Reply(201, {}))
    relay = Relay(pool, "benefits", rig.kafka, poll_seconds=0.05, batch=AT_ONCE)

    async def drain() -> None:
        running = asyncio.create_task(relay.run())
        await until(lambda: _acknowledged(pool, events))
        running.cancel()
        await asyncio.wait([running])

    meter = Meter(rig.servers, own="relay")
    relayed = await timed("Guildhall", events, drain)
    ours = each(meter.spent(), events)
    bare, theirs = await _bare(rig, events)
    return [
        compared("relay: store → Kafka, acks=all, idempotent", relayed, bare, "events/s", 0.8),
        cost("an event", ours, bare.name, theirs),
    ]


async def _acknowledged(pool: asyncpg.Pool, events: int) -> bool:
    return bool(await pool.fetchval("SELECT sum(acked) >= $1 FROM shards", events))


async def _bare(rig: Rig, events: int) -> tuple[Rate, Spent]:
    """Records made before, so that only their sending is measured."""
    author = Author()
    records = [to_record(author.write(gift_stream(n), gift(n))) for n in range(events)]
    producer = AIOKafkaProducer(
        bootstrap_servers=rig.kafka, acks="all", enable_idempotence=True, linger_ms=2,
        compression_type="lz4", max_batch_size=262_144,
    )  # fmt: skip
    await producer.start()

    async def work() -> None:
        for at in range(0, events, AT_ONCE):
            sent = [
                await producer.send(topic_of("benefits"), r.value, r.key, n % 8, headers=r.headers)
                for n, r in enumerate(records[at : at + AT_ONCE])
            ]
            await asyncio.gather(*sent)

    meter = Meter(rig.servers, own="producer")
    rate = await timed(f"aiokafka, the same records, {AT_ONCE:,} at a time", events, work)
    spent = each(meter.spent(), events)
    await producer.stop()
    return rate, spent
