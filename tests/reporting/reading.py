"""An intake at work on a topic of a real Kafka, and what is published to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.consumer import Intake
from services.reporting.ingest.publishers import publishers
from shared.clock import system_clock
from shared.contract.catalogue import topic_of
from shared.contract.envelope import Envelope
from shared.kafka.acceptance import Publisher
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import to_record
from shared.tasks import end
from shared.testing.author import Author
from tests.reporting.records import gift, gift_stream

PARTITIONS = 4

Apply = Callable[[Any, Any], Awaitable[Any]]


def ingest_of(topic: str, pool: asyncpg.Pool) -> Ingest:
    """Ingest of one topic that carries what benefits says."""
    of_benefits: dict[str, Publisher] = {topic: publishers(None)[topic_of("benefits")]}
    return Ingest(pool, of_benefits, system_clock, allow_simulated=False, quarantine_limit=50)


@asynccontextmanager
async def reading(
    kafka: KafkaAccess,
    topic: str,
    pool: asyncpg.Pool,
    apply: Apply | None = None,
    *,
    group: str = "group",
    ingest: Ingest | None = None,
) -> AsyncIterator[Intake]:
    """An intake at work on `ingest`'s topics, or on one; `apply` stands in for ingest's."""
    ingest = ingest or ingest_of(topic, pool)
    intake = Intake(
        kafka,
        list(ingest.publishers),
        pool,
        apply or ingest.apply,
        batch_records=40,
        group=f"{group}-{topic}",
        waiting=ingest.waiting,
    )
    task = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        await end(task)


async def publish(
    kafka: KafkaAccess, topic: str, envelopes: list[Envelope], *, abort: bool | None = None
) -> None:
    """Publish in order; with `abort` given, in one Kafka transaction that is aborted or not."""
    transaction = {} if abort is None else {"transactional_id": f"{topic}-{abort}"}
    producer = AIOKafkaProducer(**kafka.client(), enable_idempotence=True, **transaction)
    await producer.start()
    if abort is not None:
        await producer.begin_transaction()
    for envelope in envelopes:
        record = to_record(envelope)
        await producer.send_and_wait(
            topic,
            record.value,
            record.key,
            (envelope.shard or 0) % PARTITIONS,
            headers=record.headers,
        )
    if abort is not None:
        await (producer.abort_transaction() if abort else producer.commit_transaction())
    await producer.stop()


async def journalled(pool: asyncpg.Pool, count: int) -> list[str]:
    async with asyncio.timeout(60):
        while await pool.fetchval("SELECT count(*) FROM journal") < count:
            await asyncio.sleep(0.05)
    rows = await pool.fetch("SELECT event_id FROM journal ORDER BY shard, shard_sequence")
    return [str(row["event_id"]) for row in rows]


def gifts(author: Author, people: range) -> list[Envelope]:
    return [author.write(gift_stream(n), gift(n)) for n in people]


def ids(envelopes: list[Envelope]) -> list[str]:
    ordered = sorted(envelopes, key=lambda e: (e.shard or 0, e.shard_sequence or 0))
    return [str(envelope.event_id) for envelope in ordered]
