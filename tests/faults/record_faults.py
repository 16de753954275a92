"""Faults of records: garbage and old records, from somebody with the right to write."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.faults.evidence import POISON, SOURCES
from tests.faults.rig import Rig

TOPICS = [f"guildhall.{source}.v1" for source in SOURCES]
POISONED, REPEATED = 5, 1000
"""Records that are garbage, and old records, in one go."""
SECONDS_MAX = 30.0


async def poison(rig: Rig, rng: random.Random, _: float) -> str:
    """Records that are no events."""
    topic = rng.choice(TOPICS)
    async with _producer(rig) as producer:
        for number in range(POISONED):
            key = f"{POISON}{rng.getrandbits(32):08x}-{number}".encode()
            await producer.send_and_wait(topic, rng.randbytes(40), key)
    return topic


async def repeat(rig: Rig, rng: random.Random, _: float) -> str:
    """A thousand old records of a topic, or all it has, once more and byte by byte."""
    topic = rng.choice(TOPICS)
    async with _producer(rig) as producer:
        records = await _old_records(rig, topic, rng)
        sent = [
            await producer.send(topic, r.value, r.key, r.partition, headers=list(r.headers))
            for r in records
        ]
        await asyncio.gather(*sent)
    return f"{len(records)} of {topic}"


async def _old_records(rig: Rig, topic: str, rng: random.Random) -> list[Any]:
    consumer = AIOKafkaConsumer(
        topic, **rig.cluster.access().client(), auto_offset_reset="earliest"
    )
    await consumer.start()
    found: list[Any] = []
    try:
        targets = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic) or ()]
        ends = await consumer.end_offsets(targets)
        for target, end in ends.items():
            consumer.seek(target, rng.randrange(max(1, end)))
        while len(found) < REPEATED:
            fetched = await consumer.getmany(timeout_ms=1000, max_records=REPEATED)
            if not fetched:
                break
            found += [record for records in fetched.values() for record in records]
    finally:
        await consumer.stop()
    return found[:REPEATED]


@asynccontextmanager
async def _producer(rig: Rig) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**rig.cluster.access().client(), acks="all")
    async with asyncio.timeout(SECONDS_MAX):
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()
