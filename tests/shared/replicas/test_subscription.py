"""A service's own copy of another context's facts: each applied once, whatever becomes of the log,
and what it did not hear is known."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import SHARDS, Envelope
from shared.contract.events import AttendanceRecorded
from shared.eventstore.database import open_pool
from shared.eventstore.epochs import Epochs, keep_epochs
from shared.eventstore.event_ids import uuid7
from shared.eventstore.store import Also
from shared.kafka.acceptance import Publisher
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import to_record
from shared.replicas.apply import Replica
from shared.replicas.coverage import coverage
from shared.replicas.records import Reader
from shared.replicas.subscription import Subscription
from shared.tasks import end
from shared.testing.author import Author
from shared.testing.topics import make_topic
from tests.examples.events import attendance_recorded
from tests.shared.kafka.batches import send_with_a_name_of_other_bytes


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database)
    await pool.execute("CREATE TABLE copy (person_id text PRIMARY KEY, times int NOT NULL)")
    yield pool
    await pool.close()


@pytest.fixture
async def admin(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    yield admin
    await admin.close()


@pytest.fixture
async def context(admin: AIOKafkaAdminClient, topic: str) -> AsyncIterator[str]:
    name = topic.replace("test.", "s")
    await make_topic(admin, topic_of(name), 1)
    yield name
    await admin.delete_topics([topic_of(name)])


def heard(event: AttendanceRecorded, _: Envelope) -> Also:
    return Also(
        "INSERT INTO copy AS c VALUES ($1, 1) ON CONFLICT (person_id) DO UPDATE"
        " SET times = c.times + 1",
        [(event.person_id,)],
    )


@asynccontextmanager
async def following(pool: asyncpg.Pool, kafka: KafkaAccess, context: str) -> AsyncIterator[None]:
    """A copy at work."""
    types = frozenset({AttendanceRecorded.type_name()})
    said = Publisher(source_of(context), types, None, sequenced=True)
    reader = Reader(topic_of(context), said, allow_simulated=False)
    copy = Subscription(Replica(pool, "benefits", reader, {AttendanceRecorded: heard}), kafka)
    task = asyncio.create_task(copy.run())
    try:
        yield
    finally:
        await end(task)


def attended(author: Author, context: str, numbers: Iterable[int]) -> list[Envelope]:
    """People whom the context saw, all in one stream and so in one shard."""
    source = source_of(context)
    events = [attendance_recorded(person_id=f"p-{n:06d}") for n in numbers]
    return [author.write(event.stream_of(), event, source=source) for event in events]


async def publish(kafka: KafkaAccess, context: str, envelopes: Iterable[Envelope]) -> None:
    producer = AIOKafkaProducer(**kafka.client())
    await producer.start()
    for envelope in envelopes:
        record = to_record(envelope)
        await producer.send_and_wait(
            topic_of(context), record.value, record.key, 0, headers=record.headers
        )
    await producer.stop()


async def publish_in_transactions(
    kafka: KafkaAccess, context: str, author: Author, numbers: range
) -> None:
    """Each record in a Kafka transaction of its own, so that markers leave gaps in the offsets;
    between them, transactions that are aborted."""
    producer = AIOKafkaProducer(**kafka.client(), transactional_id=f"{context}-{numbers}")
    await producer.start()
    for [kept] in [attended(author, context, [n]) for n in numbers]:
        aborted = kept._replace(event_id=uuid7())
        for envelope, finish in (
            (kept, producer.commit_transaction),
            (aborted, producer.abort_transaction),
        ):
            record = to_record(envelope)
            await producer.begin_transaction()
            await producer.send_and_wait(
                topic_of(context), record.value, record.key, 0, headers=record.headers
            )
            await finish()
    await producer.stop()


async def copied(pool: asyncpg.Pool, count: int) -> dict[str, int]:
    async with asyncio.timeout(60):
        while await pool.fetchval("SELECT count(*) FROM copy") < count:
            await asyncio.sleep(0.05)
    return {row["person_id"]: row["times"] for row in await pool.fetch("SELECT * FROM copy")}


async def parked(pool: asyncpg.Pool, count: int) -> None:
    async with asyncio.timeout(60):
        while await pool.fetchval("SELECT count(*) FROM replica_parked") < count:
            await asyncio.sleep(0.05)


def once(*numbers: int) -> dict[str, int]:
    return {f"p-{n:06d}": 1 for n in numbers}


async def test_each_record_once_across_gaps_aborted_transactions_and_restarts(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    author = Author("events")
    for part in (range(0, 4), range(4, 8)):
        await publish_in_transactions(kafka, context, author, part)
        async with following(pool, kafka, context):
            found = await copied(pool, part.stop)
    assert found == once(*range(8))


async def test_a_header_name_that_is_not_utf8_stops_no_copy(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    author = Author("events")
    named, *after = attended(author, context, range(4))
    producer = AIOKafkaProducer(**kafka.client())
    await producer.start()
    record = to_record(named)
    await send_with_a_name_of_other_bytes(
        producer, topic_of(context), record.key, record.value, [*record.headers]
    )
    await producer.stop()
    await publish(kafka, context, after)
    async with following(pool, kafka, context):
        assert await copied(pool, 4) == once(*range(4))


async def test_a_topic_made_anew_is_read_from_its_start(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str, admin: AIOKafkaAdminClient
) -> None:
    """Its new records have offsets that the old topic's position had passed."""
    author = Author("events")
    await publish(kafka, context, attended(author, context, range(5)))
    async with following(pool, kafka, context):
        await copied(pool, 5)
        await admin.delete_topics([topic_of(context)])
        await make_topic(admin, topic_of(context), 1)
        await publish(kafka, context, attended(author, context, range(5, 8)))
        assert await copied(pool, 8) == once(*range(8))


@pytest.mark.parametrize("lost", ["tail", "cluster"])
async def test_a_log_that_lost_what_was_read_is_read_from_its_start(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str, lost: str
) -> None:
    """A position beyond the log's end, or of another cluster, must not leave the copy stuck."""
    author = Author("events")
    await publish(kafka, context, attended(author, context, range(3)))
    async with following(pool, kafka, context):
        await copied(pool, 3)
    change = "next_offset = 900" if lost == "tail" else "next_offset = 900, cluster_id = 'gone'"
    await pool.execute(f"UPDATE subscription_positions SET {change}")
    await publish(kafka, context, attended(author, context, range(3, 5)))
    async with following(pool, kafka, context):
        assert await copied(pool, 5) == once(*range(5))


async def test_a_skipped_record_is_a_gap_until_it_is_heard(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    envelopes = attended(Author("events"), context, range(6))
    await publish(kafka, context, [*envelopes[:2], *envelopes[4:]])
    async with following(pool, kafka, context):
        await parked(pool, 2)
        assert await copied(pool, 2) == once(0, 1)
        stands = await coverage(pool, context)
        assert stands["shards"] == [
            {"shard": envelopes[0].shard, "head": 2, "lacks_upto": 4, "last": 6}
        ]
        assert stands["read"] == 4
        await publish(kafka, context, envelopes[2:4])
        assert await copied(pool, 6) == once(*range(6))
    assert (await coverage(pool, context))["shards"] == [
        {"shard": envelopes[0].shard, "head": 6, "lacks_upto": 0, "last": 6}
    ]


async def test_what_is_not_accepted_is_quarantined_and_stops_nothing(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    first, second, third = attended(Author("events"), context, range(3))
    spoilt = second._replace(data=b'{"org_id": "tjtc"}')
    deep = second._replace(data=b'{"x":' + b"[" * 1500 + b"]" * 1500 + b"," + second.data[1:])
    forged = Author("events").write(first.stream, attendance_recorded())
    await publish(kafka, context, [first, spoilt, deep, forged, third])
    async with following(pool, kafka, context):
        assert await copied(pool, 2) == once(0, 2)
        found = await coverage(pool, context)
        assert found["shards"] == [{"shard": first.shard, "head": 3, "lacks_upto": 0, "last": 3}]
        named = [(each["reason"], each["offset"]) for each in found["quarantine"]["first"]]
        assert sorted(named) == [("invalid-data", 1), ("not-json", 2), ("unregistered-source", 3)]
        # Its place is open to the event itself.
        await publish(kafka, context, [second])
        assert await copied(pool, 3) == once(0, 1, 2)


async def test_a_service_that_starts_tries_again_what_was_quarantined(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    """A reaction that raised is mended, and the service deployed anew."""
    await pool.execute("ALTER TABLE copy ADD CHECK (person_id <> 'p-000001')")
    await publish(kafka, context, attended(Author("events"), context, range(3)))
    async with following(pool, kafka, context):
        assert await copied(pool, 2) == once(0, 2)
        (named,) = (await coverage(pool, context))["quarantine"]["first"]
        assert named["reason"] == "reaction-failed"
        assert named["detail"].startswith("CheckViolationError at asyncpg")
    await pool.execute("ALTER TABLE copy DROP CONSTRAINT copy_person_id_check")
    async with following(pool, kafka, context):
        assert await copied(pool, 3) == once(0, 1, 2)
    assert (await coverage(pool, context))["quarantine"] == {"count": 0, "first": []}


async def test_what_the_other_context_lost_in_a_restore_is_passed_over(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    author = Author("events")
    kept, lost = attended(author, context, range(2)), attended(author, context, range(2, 4))
    author.restore(*kept)
    new = attended(author, context, range(4, 5))
    await keep_epochs(pool, source_of(context), Epochs(([len(kept)] * SHARDS,)))
    await publish(kafka, context, [*kept, *lost, *new])
    async with following(pool, kafka, context):
        assert await copied(pool, 3) == once(0, 1, 4)
    assert (await coverage(pool, context))["shards"] == [
        {"shard": kept[0].shard, "head": 3, "lacks_upto": 0, "last": 3}
    ]
