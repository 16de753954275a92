"""The intake on a real Kafka: PostgreSQL's positions decide, whatever the broker remembers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.reporting.ingest import Ingest
from services.reporting.intake import Intake
from services.reporting.quarantine import discard, listed
from services.reporting.sources import Publisher, publishers
from shared.bus import to_record
from shared.clock import system_clock
from shared.contract.catalogue import topic_of
from shared.contract.envelope import Envelope
from shared.metrics import CONSUMER_LAG, INGEST_STOPPED
from shared.testing.author import Author
from tests.reporting.records import counted, gift, gift_stream

PARTITIONS = 4


@pytest.fixture
async def own_topic(kafka: str, topic: str) -> AsyncIterator[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    yield topic
    await admin.delete_topics([topic])
    await admin.close()


def of_benefits(topic: str, pool: asyncpg.Pool) -> Ingest:
    """Ingest of one topic that carries what benefits says, with room for fifty bad records."""
    carries: dict[str, Publisher] = {topic: publishers(None)[topic_of("benefits")]}
    return Ingest(pool, carries, system_clock, allow_simulated=False, quarantine_limit=50)


@asynccontextmanager
async def reading(
    kafka: str,
    topic: str,
    pool: asyncpg.Pool,
    spoil: Callable[[], None] = lambda: None,
    ingest: Ingest | None = None,
) -> AsyncIterator[Intake]:
    """An intake at work on one topic that carries what benefits says; `spoil` may raise."""
    ingest = ingest or of_benefits(topic, pool)

    async def apply(raws: Any, moves: Any) -> Any:
        spoil()
        return await ingest.apply(raws, moves)

    intake = Intake(kafka, [topic], pool, apply, batch_records=40, group=f"group-{topic}")
    task = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        task.cancel()
        await asyncio.wait([task])


async def publish(
    kafka: str, topic: str, envelopes: list[Envelope], *, abort: bool | None = None
) -> None:
    """Publish in order; with `abort` given, in one Kafka transaction that is aborted or not."""
    transaction = {} if abort is None else {"transactional_id": f"{topic}-{abort}"}
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True, **transaction)
    await producer.start()
    if abort is not None:
        await producer.begin_transaction()
    for envelope in envelopes:
        record = to_record(envelope)
        await producer.send_and_wait(
            topic, record.value, record.key, (envelope.shard or 0) % PARTITIONS,
            headers=record.headers,
        )  # fmt: skip
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


async def test_a_restarted_intake_goes_on_at_postgresqls_positions(
    kafka: str, own_topic: str, pool: asyncpg.Pool
) -> None:
    author = Author()
    first, second = gifts(author, range(50)), gifts(author, range(50, 90))
    await publish(kafka, own_topic, first)
    async with reading(kafka, own_topic, pool):
        await journalled(pool, 50)
    await publish(kafka, own_topic, second)
    async with reading(kafka, own_topic, pool):
        assert await journalled(pool, 90) == ids([*first, *second])
    assert await pool.fetchval("SELECT sum(duplicate) FROM consumed") == 0


async def test_a_batch_that_fails_is_read_again_whole(
    kafka: str, own_topic: str, pool: asyncpg.Pool
) -> None:
    envelopes, failures = gifts(Author(), range(120)), iter([1, 0, 1, 1])

    def spoil() -> None:
        if next(failures, 0):
            raise asyncpg.InterfaceError("the database went away")

    await publish(kafka, own_topic, envelopes)
    async with reading(kafka, own_topic, pool, spoil):
        assert await journalled(pool, 120) == ids(envelopes)


async def test_records_of_aborted_transactions_are_not_read(
    kafka: str, own_topic: str, pool: asyncpg.Pool
) -> None:
    author = Author()
    kept = gifts(author, range(10))
    await publish(kafka, own_topic, gifts(Author(), range(500, 520)), abort=True)
    await publish(kafka, own_topic, kept, abort=False)
    async with reading(kafka, own_topic, pool):
        assert await journalled(pool, 10) == ids(kept)
    assert await pool.fetchval("SELECT count(*) FROM quarantine") == 0


async def test_a_topic_made_anew_is_read_from_its_start(
    kafka: str, own_topic: str, pool: asyncpg.Pool
) -> None:
    author = Author()
    first, second = gifts(author, range(30)), gifts(author, range(30, 40))
    await publish(kafka, own_topic, first)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    async with reading(kafka, own_topic, pool):
        await journalled(pool, 30)
        await admin.delete_topics([own_topic])
        await asyncio.sleep(0.5)
        await admin.create_topics([NewTopic(own_topic, PARTITIONS, 1)])
        await publish(kafka, own_topic, second)
        assert await journalled(pool, 40) == ids([*first, *second])
    await admin.close()


async def test_two_workers_share_the_partitions_and_double_nothing(
    kafka: str, own_topic: str, pool: asyncpg.Pool
) -> None:
    author = Author()
    envelopes = gifts(author, range(400))
    async with reading(kafka, own_topic, pool):
        await publish(kafka, own_topic, envelopes[:100])
        async with reading(kafka, own_topic, pool):
            await publish(kafka, own_topic, envelopes[100:300])
            await journalled(pool, 200)
        await publish(kafka, own_topic, envelopes[300:])
        assert await journalled(pool, 400) == ids(envelopes)


async def test_a_full_quarantine_stops_ingest_in_sight_until_a_person_makes_room(
    kafka: str, own_topic: str, pool: asyncpg.Pool
) -> None:
    author, ingest = Author(), of_benefits(own_topic, pool)
    envelope = author.write(gift_stream(1), gift(1))
    partition = (envelope.shard or 0) % PARTITIONS
    async with AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True) as producer:
        for number in range(60):
            await producer.send_and_wait(own_topic, b"junk %d" % number, partition=partition)
    await publish(kafka, own_topic, [envelope])
    lag = CONSUMER_LAG.labels(f"group-{own_topic}", own_topic, partition)._value
    async with reading(kafka, own_topic, pool, ingest=ingest), asyncio.timeout(60):
        while not (ingest.full and lag.get()):
            await asyncio.sleep(0.05)
        assert "at most 50" in ingest.full
        assert INGEST_STOPPED._value.get() == 1
        waiting = await listed(pool)
        assert 0 < len(waiting) <= 50
        assert lag.get() == 61 - len(waiting)
        assert await pool.fetchval("SELECT count(*) FROM journal") == 0

        for record in waiting[:20]:
            await discard(pool, record["id"], "operator-1", "a test's junk")
        await journalled(pool, 1)
    assert (ingest.full, INGEST_STOPPED._value.get()) == ("", 0)
    assert await counted(pool) == (1, 0, 0, 60)
