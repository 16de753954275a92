"""The relay: every event once stamped, in order per shard, whatever is killed in between."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import OutOfOrderSequenceNumber

from shared.clock import system_clock
from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import Envelope
from shared.errors import NotYet
from shared.eventstore.database import open_pool
from shared.eventstore.request import Reply
from shared.eventstore.store import EVENT_COLUMNS, EventStore, Write
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import from_record
from shared.relay import relay as module
from shared.relay.relay import Relay
from shared.tasks import end
from shared.testing.topics import make_topic
from tests.shared.eventstore.test_store import raised, request

PARTITIONS = 4


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database, size=30)
    yield pool
    await pool.close()


@pytest.fixture
async def context(kafka: KafkaAccess, topic: str) -> AsyncIterator[str]:
    """A context name of its own, whose topic exists."""
    name = topic.replace("test.", "c")
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    await make_topic(admin, topic_of(name), PARTITIONS)
    yield name
    await admin.delete_topics([topic_of(name)])
    await admin.close()


def relay(pool: asyncpg.Pool, context: str, kafka: KafkaAccess) -> Relay:
    return Relay(pool, context, kafka, poll_seconds=0.02, batch=200)


@asynccontextmanager
async def running(subject: Relay) -> AsyncIterator[asyncio.Task[None]]:
    """The relay at work, stopped whatever the test finds."""
    task = asyncio.create_task(subject.run())
    try:
        yield task
    finally:
        await end(task)


async def published(kafka: KafkaAccess, context: str, count: int) -> list[Envelope]:
    """The first `count` events on the topic, each partition in order."""
    consumer = AIOKafkaConsumer(topic_of(context), **kafka.client(), auto_offset_reset="earliest")
    await consumer.start()
    found: list[Envelope] = []
    try:
        async with asyncio.timeout(30):
            while len(found) < count:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += [from_record(r.key, r.value, r.headers) for r in records]
    finally:
        await consumer.stop()
    return found


async def drained(pool: asyncpg.Pool) -> None:
    """Wait until Kafka has acknowledged everything."""
    async with asyncio.timeout(30):
        while await pool.fetchval(
            "SELECT (SELECT count(*) FROM outbox) + (SELECT sum(head - acked) FROM shards)"
        ):
            await asyncio.sleep(0.05)


async def write_slowly(store: EventStore, stream: str, count: int) -> None:
    """Append one by one, some in transactions that commit late, as a busy service does."""
    for version in range(count):
        write = Write(stream, version, [raised()])
        await store.append(request(), [write], Reply(201, {}))
        await asyncio.sleep(random.random() * 0.01)


async def test_twenty_writers_lose_nothing_and_keep_every_streams_order(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    store = EventStore(pool, system_clock, source_of("benefits"))
    subject = relay(pool, context, kafka)
    store.on_append.append(subject.wake)
    writers, each = 20, 30
    async with running(subject):
        streams = [f"tjtc/issue-{n}" for n in range(writers)]
        await asyncio.gather(*[write_slowly(store, stream, each) for stream in streams])
        await drained(pool)
    found = await published(kafka, context, writers * each)
    versions, sequences = defaultdict(list), defaultdict(list)
    for envelope in found:
        versions[envelope.stream].append(envelope.stream_version)
        sequences[envelope.shard].append(envelope.shard_sequence)
    assert len(found) == writers * each
    assert all(seen == list(range(1, each + 1)) for seen in versions.values())
    assert all(seen == list(range(1, len(seen) + 1)) for seen in sequences.values())


async def test_a_late_committer_is_not_passed_over(
    pool: asyncpg.Pool, database: str, kafka: KafkaAccess, context: str
) -> None:
    """Its outbox id is taken first and committed last: a cursor along ids would have skipped it."""
    store = EventStore(pool, system_clock, source_of("benefits"))
    late = await asyncpg.connect(database)
    transaction = late.transaction()
    await transaction.start()
    rows = list(store._rows(request(), [Write("tjtc/issue-late", 0, [raised("late")])], []))
    await late.copy_records_to_table("events", records=rows, columns=EVENT_COLUMNS)
    await late.execute(
        "INSERT INTO outbox (shard, stream, version) VALUES ($1, $2, 1)", rows[0][5], rows[0][0]
    )
    async with running(relay(pool, context, kafka)):
        quick = Write("tjtc/issue-quick", 0, [raised("quick")])
        await store.append(request(), [quick], Reply(201, {}))
        await drained(pool)
        await transaction.commit()
        await late.close()
        await drained(pool)
    found = await published(kafka, context, 2)
    assert [envelope.stream for envelope in found] == ["tjtc/issue-quick", "tjtc/issue-late"]


async def test_of_two_replicas_one_relays_and_the_other_takes_over(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    store = EventStore(pool, system_clock, source_of("benefits"))
    one, other = relay(pool, context, kafka), relay(pool, context, kafka)
    async with running(one) as first, running(other):
        for n in range(40):
            stream = f"tjtc/issue-{n}"
            await store.append(request(), [Write(stream, 0, [raised()])], Reply(201, {}))
            if n == 20:
                first.cancel()
        await drained(pool)
    found = await published(kafka, context, 40)
    assert {envelope.stream for envelope in found} == {f"tjtc/issue-{n}" for n in range(40)}


async def test_republishing_gives_the_same_bytes_and_sequences(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    store = EventStore(pool, system_clock, source_of("benefits"))
    subject = relay(pool, context, kafka)
    writes = [Write(f"tjtc/issue-{n}", 0, [raised()]) for n in range(50)]
    await store.append(request(), writes, Reply(201, {}))
    async with running(subject):
        await drained(pool)
    assert await subject.republish(range(32), 1, 2**62) == 50
    found = await published(kafka, context, 100)
    assert len(set(found)) == 50


@pytest.mark.parametrize("failures", [1, 9])
async def test_republishing_outlives_a_producer_and_says_where_kafka_is_away(
    pool: asyncpg.Pool,
    kafka: KafkaAccess,
    context: str,
    monkeypatch: pytest.MonkeyPatch,
    failures: int,
) -> None:
    """A Kafka that was made anew ended a producer with OutOfOrderSequenceNumber: a 500."""
    store = EventStore(pool, system_clock, source_of("benefits"))
    subject = relay(pool, context, kafka)
    await store.append(request(), [Write("tjtc/issue-1", 0, [raised()])], Reply(201, {}))
    async with running(subject):
        await drained(pool)
    left, delivered = [failures], Relay._delivered

    async def fails(self: Relay, sent: Any) -> Any:
        heads = await delivered(self, sent)
        left[0] -= 1
        if left[0] >= 0:
            raise OutOfOrderSequenceNumber
        return heads

    monkeypatch.setattr(Relay, "_delivered", fails)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    if failures == 1:
        assert await subject.republish(range(32), 1, 2**62) == 1
    else:
        with pytest.raises(NotYet, match="kafka-away"):
            await subject.republish(range(32), 1, 2**62)
