"""Store → Kafka through the relay, beside aiokafka producing the same bytes."""

import asyncio

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.embedded import create_topics
from shared.bus import to_record
from shared.clock import system_clock
from shared.contract.catalogue import topic_of
from shared.contract.envelope import Actor
from shared.database import apply_schema, open_pool
from shared.outbox import Relay
from shared.request import Reply, Request
from shared.store import EventStore, Write
from shared.testing.author import Author
from tests.benchmarks.rig import Rate, Rig, print_rates, timed, until
from tests.reporting.records import gift, gift_stream

CLERK = Actor("clerk-1", "clerk", frozenset({"clerk"}), frozenset({"tjtc"}))


async def benchmark(rig: Rig, events: int) -> None:
    """Print how fast a store is filled in one command, and how fast it is relayed."""
    await create_topics(rig.kafka)
    pool = await open_pool(await rig.database())
    await apply_schema(pool, "shared")
    store = EventStore(pool, system_clock)
    writes = [Write(gift_stream(n), 0, [gift(n)]) for n in range(events)]
    request = Request(CLERK, "tjtc", "bench", b"", "bench")

    async def fill() -> None:
        await store.append(request, writes, Reply(201, {}))

    filled = await timed("one command, one transaction: events + outbox", events, fill)
    relay = Relay(pool, "benefits", rig.kafka, poll_seconds=0.05, batch=2000)

    async def drain() -> None:
        running = asyncio.create_task(relay.run())
        await until(lambda: _acknowledged(pool, events))
        running.cancel()
        await asyncio.wait([running])

    relayed = await timed("Guildhall: relay, stamped, acks=all, idempotent", events, drain)
    await pool.close()
    print_rates("store, one bulk command", "events/s", [filled])
    print_rates("store -> Kafka", "events/s", [relayed, await _bare(rig, events)])


async def _acknowledged(pool: asyncpg.Pool, events: int) -> bool:
    return bool(await pool.fetchval("SELECT sum(acked) >= $1 FROM shards", events))


async def _bare(rig: Rig, events: int) -> Rate:
    author = Author()
    records = [to_record(author.write(gift_stream(n), gift(n))) for n in range(events)]
    producer = AIOKafkaProducer(
        bootstrap_servers=rig.kafka, acks="all", enable_idempotence=True, linger_ms=2,
        compression_type="lz4", max_batch_size=262_144,
    )  # fmt: skip
    await producer.start()

    async def work() -> None:
        for at in range(0, events, 2000):
            sent = [
                await producer.send(topic_of("benefits"), r.value, r.key, n % 8, headers=r.headers)
                for n, r in enumerate(records[at : at + 2000])
            ]
            await asyncio.gather(*sent)

    rate = await timed("aiokafka: the same records, in batches of 2,000", events, work)
    await producer.stop()
    return rate
