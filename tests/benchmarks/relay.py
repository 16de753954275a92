"""Store → Kafka through the relay, beside aiokafka producing the same bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.embedded import create_topics
from shared.clock import system_clock
from shared.contract.catalogue import source_of, topic_of
from shared.eventstore.migrations import migrate
from shared.eventstore.store import EventStore, Reply, Write
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import to_record
from shared.relay.relay import Relay
from shared.testing.author import Author
from tests.benchmarks.cpu import Meter, Turn, cost, together
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.roster import request
from tests.benchmarks.table import Row, compared
from tests.benchmarks.timing import timed, until
from tests.reporting.records import gift, gift_stream

AT_ONCE = 2000
TURN_EVENTS, TURNS_MAX = 30_000, 5
WOKEN_ONLY = 3600.0
"""Seconds: the relay begins when the clock does, and not at a poll before it."""
WHAT = "relay: store → Kafka, acks=all, idempotent"
NAME = f"aiokafka, the same records, {AT_ONCE:,} at a time"


async def benchmark(rig: Rig, sizes: Sizes) -> list[Row]:
    """How fast a filled outbox is relayed, and the bare producer, by turns."""
    turns = max(1, min(sizes.events // TURN_EVENTS, TURNS_MAX))
    each_turn = min(sizes.events, TURN_EVENTS)
    await create_topics(rig.kafka)
    pool = await rig.pool(await rig.database())
    await migrate(pool, "shared.eventstore")
    relay = Relay(pool, "benefits", rig.kafka, poll_seconds=WOKEN_ONLY, batch=AT_ONCE)
    relayed, produced = [], []
    async with producing(rig.kafka) as producer:
        running = asyncio.create_task(relay.run())
        # Of one event: a relay that begins late would find the first turn's before its clock runs.
        await _relayed(rig, pool, relay, range(1))
        for turn in range(turns):
            numbers = range(1 + turn * each_turn, 1 + (turn + 1) * each_turn)
            relayed.append(await _relayed(rig, pool, relay, numbers))
            produced.append(await _produced(rig, producer, numbers))
        running.cancel()
        await asyncio.wait([running])
    (ours, our_cost), (bare, bare_cost) = together(relayed), together(produced)
    return [
        compared(WHAT, ours, bare, "events/s", 0.9),
        cost("an event", our_cost, NAME, bare_cost),
    ]


async def _relayed(rig: Rig, pool: asyncpg.Pool, relay: Relay, numbers: range) -> Turn:
    """One turn of ours: events committed at once, until Kafka has acknowledged all of them."""
    writes = [Write(gift_stream(n), 0, [gift(n)]) for n in numbers]
    await EventStore(pool, system_clock, source_of("benefits")).append(
        request(), writes, Reply(201, {})
    )

    async def all_are() -> bool:
        return bool(await pool.fetchval("SELECT sum(acked) >= $1 FROM shards", numbers.stop))

    async def work() -> None:
        relay.wake()
        await until(all_are)

    meter = Meter(rig.servers, own="relay")
    rate = await timed("Guildhall", len(numbers), work)
    return rate, meter.spent()


@asynccontextmanager
async def producing(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaProducer]:
    """The peer's producer, with settings that suit it best."""
    producer = AIOKafkaProducer(
        **kafka.client(),
        acks="all",
        enable_idempotence=True,
        linger_ms=2,
        compression_type="lz4",
        max_batch_size=262_144,
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def _produced(rig: Rig, producer: AIOKafkaProducer, numbers: range) -> Turn:
    """One turn of the peer, with records made before, so that only their sending is measured."""
    author = Author()
    records = [to_record(author.write(gift_stream(n), gift(n))) for n in numbers]

    async def work() -> None:
        for at in range(0, len(records), AT_ONCE):
            sent = [
                await producer.send(topic_of("benefits"), r.value, r.key, n % 8, headers=r.headers)
                for n, r in enumerate(records[at : at + AT_ONCE])
            ]
            await asyncio.gather(*sent)

    meter = Meter(rig.servers, own="producer")
    rate = await timed(NAME, len(numbers), work)
    return rate, meter.spent()
