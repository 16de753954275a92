"""Faults of records: garbage, old records and forgeries, from somebody with the right to write."""

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.embedded.manifest import PREFIX
from shared.contract.envelope import shard_of
from shared.kafka.cloudevents import CONTENT_TYPE, position_header
from tests.faults.evidence import FORGED, POISON, SOURCES
from tests.faults.harm import NotDone
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


async def forge(rig: Rig, rng: random.Random, _: float) -> str:
    """An income that benefits never wrote, published with its rights as the next of a shard: it
    takes the place of what benefits writes there, unless that comes first."""
    connection = await asyncpg.connect(rig.databases["benefits"])
    try:
        genuine = await connection.fetchval(
            "SELECT document FROM events WHERE type LIKE '%.IncomeReceived.%'"
            " ORDER BY event_id DESC LIMIT 1"
        )
        shard, head, epoch = await connection.fetchrow(
            "SELECT shard, head, epoch FROM shards, store_epoch ORDER BY head DESC, shard"
            " LIMIT 1 OFFSET $1",
            rng.randrange(8),
        )
    finally:
        await connection.close()
    if genuine is None:
        raise NotDone("benefits has received no income yet")
    document = json.loads(genuine)
    for number in itertools.count(rng.getrandbits(24)):
        income = f"forged-{number}"
        stream = f"{document['orgid']}/income-{income}"
        if shard_of(stream) == shard:
            break
    document["data"]["income_id"] = income
    document |= {"id": f"{FORGED}{rng.getrandbits(48):012x}", "subject": stream, "streamversion": 1}
    value = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    headers = [CONTENT_TYPE, position_header(epoch, shard, head + 1)]
    async with _producer(rig, "benefits") as producer:
        topic, partition = "guildhall.benefits.v1", shard % 8
        await producer.send_and_wait(topic, value, stream.encode(), partition, headers=headers)
    return f"{document['id']} as sequence {head + 1} of shard {shard}"


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
async def _producer(rig: Rig, owner: str | None = None) -> AsyncIterator[AIOKafkaProducer]:
    """A producer with an owner's rights, or with all."""
    access = rig.cluster.access(f"{PREFIX}{owner}") if owner else rig.cluster.access()
    producer = AIOKafkaProducer(**access.client(), acks="all")
    async with asyncio.timeout(SECONDS_MAX):
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()
