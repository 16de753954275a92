"""The intake on a real Kafka: PostgreSQL's positions decide, whatever the broker remembers."""

import asyncio
from itertools import count
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.reporting.ingest import consumer as intake_module
from services.reporting.ingest.consumer import Intake
from services.reporting.ingest.offsets import Fenced
from services.reporting.ingest.quarantine import listed
from services.reporting.ingest.settle import discard
from shared.kafka.access import KafkaAccess
from shared.kafka.topic_ids import ClusterIdentity
from shared.metrics import CONSUMER_LAG, INGEST_PAUSED
from shared.testing.author import Author
from shared.testing.topics import make_topic
from tests.reporting.reading import (
    PARTITIONS,
    gifts,
    ids,
    ingest_of,
    journalled,
    publish,
    reading,
)
from tests.reporting.records import IN_ERROR, OPERATOR, counted, gift, gift_stream


async def test_a_restarted_intake_goes_on_at_postgresqls_positions(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
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
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    envelopes, failures = gifts(Author(), range(120)), iter([1, 0, 1, 1])

    ingest = ingest_of(own_topic, pool)

    async def apply(raws: Any, moves: Any) -> Any:
        if next(failures, 0):
            raise asyncpg.InterfaceError("the database went away")
        return await ingest.apply(raws, moves)

    await publish(kafka, own_topic, envelopes)
    async with reading(kafka, own_topic, pool, apply):
        assert await journalled(pool, 120) == ids(envelopes)


async def test_records_of_aborted_transactions_are_not_read(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    author = Author()
    kept = gifts(author, range(10))
    await publish(kafka, own_topic, gifts(Author(), range(500, 520)), abort=True)
    await publish(kafka, own_topic, kept, abort=False)
    async with reading(kafka, own_topic, pool):
        assert await journalled(pool, 10) == ids(kept)
    assert await pool.fetchval("SELECT count(*) FROM quarantine") == 0


async def test_a_topic_made_anew_is_read_from_its_start(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    author = Author()
    first, second = gifts(author, range(30)), gifts(author, range(30, 40))
    await publish(kafka, own_topic, first)
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    async with reading(kafka, own_topic, pool):
        await journalled(pool, 30)
        await admin.delete_topics([own_topic])
        await make_topic(admin, own_topic, PARTITIONS)
        await publish(kafka, own_topic, second)
        assert await journalled(pool, 40) == ids([*first, *second])
    await admin.close()


async def test_two_workers_share_the_partitions_and_double_nothing(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
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


async def test_a_full_quarantine_stops_its_topic_in_sight_until_a_person_makes_room(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    author, ingest = Author(), ingest_of(own_topic, pool)
    envelope = author.write(gift_stream(1), gift(1))
    partition = (envelope.shard or 0) % PARTITIONS
    async with AIOKafkaProducer(**kafka.client(), enable_idempotence=True) as producer:
        for number in range(60):
            await producer.send_and_wait(own_topic, b"junk %d" % number, partition=partition)
    await publish(kafka, own_topic, [envelope])
    lag = CONSUMER_LAG.labels(f"group-{own_topic}", own_topic, partition)._value
    paused = INGEST_PAUSED.labels(own_topic)._value
    async with reading(kafka, own_topic, pool, ingest=ingest), asyncio.timeout(60):
        while not (ingest.full and lag.get()):
            await asyncio.sleep(0.05)
        assert "at most 50" in ingest.full[own_topic]
        assert paused.get() == 1
        waiting = await listed(pool)
        assert 0 < len(waiting) <= 50
        assert lag.get() == 61 - len(waiting)
        assert await pool.fetchval("SELECT count(*) FROM journal") == 0

        for record in waiting[:20]:
            await discard(ingest, record["id"], OPERATOR, IN_ERROR)
        await journalled(pool, 1)
    assert (ingest.full, paused.get()) == ({}, 0)
    assert await counted(pool) == (1, 0, 0, 60)


async def test_an_assignment_that_fails_is_begun_again(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client only logs what its listener raises, and would read on for nobody."""
    stored, failures = Intake._stored, iter([OSError("PostgreSQL is away")])

    async def failing(intake: Intake) -> Any:
        for failure in failures:
            raise failure
        return await stored(intake)

    monkeypatch.setattr(Intake, "_stored", failing)
    envelopes = gifts(Author(), range(40))
    await publish(kafka, own_topic, envelopes)
    async with reading(kafka, own_topic, pool):
        assert await journalled(pool, 40) == ids(envelopes)
    assert next(failures, None) is None


async def test_another_kafka_at_the_same_address_takes_nothing_from_what_was_read_before(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A consumer that finds its old offsets beyond the new Kafka's ends must not take them for a
    lost tail: it would delete what was counted of the Kafka that is gone."""
    envelopes = gifts(Author(), range(40))
    await publish(kafka, own_topic, envelopes)
    async with reading(kafka, own_topic, pool):
        await journalled(pool, 40)
    await pool.execute("UPDATE positions SET next_offset = next_offset + 1000")
    kept = [await pool.fetch(f"SELECT * FROM {table}") for table in ("positions", "consumed")]
    real, asked = intake_module.identify, count()

    async def identify(client: Any, topics: list[str]) -> ClusterIdentity:
        found = await real(client, topics)
        return found._replace(cluster_id="made anew") if next(asked) else found

    monkeypatch.setattr(intake_module, "identify", identify)
    sql = "SELECT coalesce(sum(duplicate), 0) FROM consumed WHERE cluster_id = 'made anew'"
    async with reading(kafka, own_topic, pool), asyncio.timeout(60):
        while await pool.fetchval(sql) < 40:
            await asyncio.sleep(0.05)
    for table, rows in zip(("positions", "consumed"), kept, strict=True):
        found = await pool.fetch(f"SELECT * FROM {table} WHERE cluster_id <> 'made anew'")
        assert found == rows, table


async def test_a_new_consumer_has_nothing_before_it_is_assigned_anything(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the one before it had would be asked of it: an AssertionError, and the worker ended."""
    monkeypatch.setattr(intake_module, "IDENTIFY_SECONDS", 0.0)
    monkeypatch.setattr(intake_module, "POLL_MS", 1)
    ingest, fails, held = ingest_of(own_topic, pool), [False], list[set[TopicPartition]]()
    check = Intake._check_identity

    async def apply(records: Any, moves: Any) -> Any:
        if fails[0]:
            fails[0] = False
            raise Fenced("another worker has it")
        return await ingest.apply(records, moves)

    async def checked(intake: Intake, consumer: AIOKafkaConsumer) -> None:
        await check(intake, consumer)
        held.append(intake.positions.keys() - consumer.assignment())

    monkeypatch.setattr(Intake, "_check_identity", checked)
    author = Author()
    first, second = gifts(author, range(40)), gifts(author, range(40, 60))
    await publish(kafka, own_topic, first)
    async with reading(kafka, own_topic, pool, apply):
        await journalled(pool, 40)
        fails[0] = True
        await publish(kafka, own_topic, second)
        assert await journalled(pool, 60) == ids([*first, *second])
    assert held and not any(held)
