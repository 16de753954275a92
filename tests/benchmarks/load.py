"""A steady, open-loop load from a process of its own, as a service would make it.

    python -m tests.benchmarks.load store DATABASE PER_SECOND SECONDS
    python -m tests.benchmarks.load topic TOPIC PER_SECOND SECONDS

`store`: commands appended to an event store whose relay runs in the same process, woken after each
commit, as in every service of ours. `topic`: the same records produced by aiokafka into that topic.
One event goes first; the others once a line comes on stdin, TICKS a second, whatever the answers
do. In the end it prints, as JSON, when each event was accepted: the moment its commit returned, or
(`topic`) the moment it was handed to the producer; both on the machine's monotonic clock.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvloop
from aiokafka import AIOKafkaProducer

from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.eventstore.database import open_pool
from shared.eventstore.migrations import migrate
from shared.eventstore.store import EventStore, Reply, Write
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import to_record
from shared.relay.relay import Relay
from shared.service.logs import configure_logs
from shared.service.runner import collect_seldom
from shared.service.settings import Settings
from shared.testing.author import Author
from tests.benchmarks.peers.given import kafka_given
from tests.benchmarks.roster import request
from tests.reporting.records import gift, gift_stream

TICKS = 100

Send = Callable[[range], Awaitable[None]]


@asynccontextmanager
async def to_store(database: str, kafka: KafkaAccess, accepted: list[float]) -> AsyncIterator[Send]:
    """Events into the store, several in one transaction; relayed meanwhile."""
    pool = await open_pool(database)
    await migrate(pool, "shared.eventstore")
    store = EventStore(pool, system_clock, source_of("benefits"))
    fields = Settings.model_fields
    relay = Relay(
        pool,
        "benefits",
        kafka,
        poll_seconds=fields["relay_poll_seconds"].default,
        batch=fields["relay_batch_events"].default,
    )
    store.on_append.append(relay.wake)
    relaying = asyncio.create_task(relay.run())

    async def send(numbers: range) -> None:
        if relaying.done():
            raise RuntimeError("the relay ended") from relaying.exception()
        writes = [Write(gift_stream(n), 0, [gift(n)]) for n in numbers]
        await store.append(request(), writes, Reply(201, {}))
        now = time.monotonic()
        for n in numbers:
            accepted[n] = now

    try:
        yield send
    finally:
        relaying.cancel()
        await asyncio.wait([relaying])
        await pool.close()


@asynccontextmanager
async def to_topic(topic: str, kafka: KafkaAccess, accepted: list[float]) -> AsyncIterator[Send]:
    """Records into the topic, with the settings of our relay's producer."""
    producer = AIOKafkaProducer(
        **kafka.client(),
        acks="all",
        enable_idempotence=True,
        linger_ms=2,
        compression_type="lz4",
        max_batch_size=262_144,
    )
    await producer.start()
    partitions, author = len(await producer.partitions_for(topic)), Author()

    async def send(numbers: range) -> None:
        for n in numbers:
            envelope = author.write(gift_stream(n), gift(n))
            record, target = to_record(envelope), (envelope.shard or 0) % partitions
            accepted[n] = time.monotonic()
            await producer.send(
                topic,
                record.value,
                record.key,
                target,
                timestamp_ms=time.time_ns() // 1_000_000,
                headers=record.headers,
            )

    try:
        yield send
    finally:
        await producer.stop()


async def main(where: str, into: str, per_second: int, seconds: int) -> None:
    """Send one, wait for the word, send the others on time."""
    collect_seldom()
    accepted = [0.0] * (per_second * seconds + 1)
    async with {"store": to_store, "topic": to_topic}[where](into, kafka_given(), accepted) as send:
        await send(range(1))
        await asyncio.to_thread(sys.stdin.readline)
        began, at_once = time.monotonic(), per_second // TICKS
        async with asyncio.TaskGroup() as sending:
            for tick in range(seconds * TICKS):
                await asyncio.sleep(max(0.0, began + tick / TICKS - time.monotonic()))
                numbers = range(1 + tick * at_once, 1 + (tick + 1) * at_once)
                sending.create_task(send(numbers))
        print(json.dumps(accepted), flush=True)
        await asyncio.to_thread(sys.stdin.readline)  # the relay goes on until all is seen


if __name__ == "__main__":
    configure_logs("load", "ERROR")  # what it says on standard output is for who measures
    uvloop.run(main(*sys.argv[1:3], *map(int, sys.argv[3:5])))
