"""What outboxes and producers of this stack lost events by, one test each (docs/traps.md)."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, OutOfOrderSequenceNumber, ProducerFenced

from shared.clock import system_clock
from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import Envelope
from shared.errors import StaleVersion
from shared.eventstore.database import open_pool
from shared.eventstore.request import Reply
from shared.eventstore.store import EventStore, Write
from shared.kafka.access import KafkaAccess
from shared.relay import producer as publisher
from shared.relay import relay as outbox
from shared.relay.producer import Publisher, open_publisher
from shared.testing.topics import make_topic
from tests.shared.eventstore.test_store import raised, request
from tests.shared.relay.test_relay import PARTITIONS, drained, published, relay, running

WRITERS, EACH, HOT_STREAMS = 20, 12, 4

COMMIT_LATE = """
CREATE FUNCTION commit_late() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(random() * 0.03); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER commit_late AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION commit_late();
"""
"""Every transaction takes its outbox ids, then commits up to 30 ms later: in another order."""


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database, size=WRITERS + 5)
    yield pool
    await pool.close()


@pytest.fixture
async def context(kafka: KafkaAccess, topic: str) -> AsyncIterator[str]:
    """A context name of its own, whose topic exists."""
    name = topic.replace("test.", "t")
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    await make_topic(admin, topic_of(name), PARTITIONS)
    yield name
    await admin.delete_topics([topic_of(name)])
    await admin.close()


async def write_hot(store: EventStore, number: int) -> None:
    """Append to streams that others append to as well; who is too late looks again."""
    for n in range(EACH):
        stream = f"tjtc/issue-{(number + n) % HOT_STREAMS}"
        while True:
            version = (await store.load(stream)).version
            try:
                await store.append(request(), [Write(stream, version, [raised()])], Reply(201, {}))
                break
            except StaleVersion:
                await asyncio.sleep(random.random() * 0.01)


async def test_twenty_late_committers_on_hot_streams_miss_nothing_and_keep_order(
    pool: asyncpg.Pool, kafka: KafkaAccess, context: str
) -> None:
    """A cursor along ids missed 27 to 36 of 100 of them (Marten 1629, 1879, 4952)."""
    await pool.execute(COMMIT_LATE)
    store, subject = (
        EventStore(pool, system_clock, source_of("benefits")),
        relay(pool, context, kafka),
    )
    store.on_append.append(subject.wake)
    async with running(subject):
        await asyncio.gather(*[write_hot(store, number) for number in range(WRITERS)])
        await drained(pool)
    found = await published(kafka, context, WRITERS * EACH)
    stored = await pool.fetch("SELECT event_id FROM events")
    assert {envelope.event_id for envelope in found} == {row["event_id"] for row in stored}
    assert len(found) == len(stored) == WRITERS * EACH
    assert disorder(found) == []


def disorder(found: Iterable[Envelope]) -> list[tuple[str, list[int]]]:
    """Streams that did not arrive as 1, 2, 3 …, and how they did."""
    versions: dict[str, list[int]] = defaultdict(list)
    for envelope in found:
        versions[envelope.stream].append(envelope.stream_version)
    return [
        (stream, seen) for stream, seen in versions.items() if seen != list(range(1, len(seen) + 1))
    ]


@pytest.mark.parametrize("fatal", [OutOfOrderSequenceNumber, ProducerFenced])
@pytest.mark.parametrize("arrived", [True, False])
async def test_a_fatal_producer_error_builds_another_producer_and_loses_nothing(
    pool: asyncpg.Pool,
    kafka: KafkaAccess,
    context: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    fatal: type[KafkaError],
    arrived: bool,
) -> None:
    """aiokafka would raise it on every send until a restart (aiokafka 1017), whether the batch
    had arrived or not."""
    opened: list[Publisher] = []

    @asynccontextmanager
    async def opening(kafka: KafkaAccess, topic: str) -> AsyncIterator[Publisher]:
        async with open_publisher(kafka, topic) as made:
            opened.append(made)
            if len(opened) == 1:
                send = made.send

                async def broken(envelopes: Iterable[Envelope]) -> asyncio.Future[Any]:
                    if arrived:
                        await (await send(envelopes))
                    failed = asyncio.get_running_loop().create_future()
                    failed.set_exception(fatal())
                    return failed

                monkeypatch.setattr(made, "send", broken)
            yield made

    monkeypatch.setattr(outbox, "open_publisher", opening)
    monkeypatch.setattr(outbox, "RETRY_SECONDS", 0.05)
    store = EventStore(pool, system_clock, source_of("benefits"))
    for version in range(3):
        writes = [Write(f"tjtc/issue-{n}", version, [raised()]) for n in range(10)]
        await store.append(request(), writes, Reply(201, {}))
    async with running(relay(pool, context, kafka)):
        await drained(pool)
    assert len(opened) == 2
    found = await published(kafka, context, 60 if arrived else 30)
    once = list(dict.fromkeys(found))  # who reads knows what he has by (shard, sequence)
    assert len(once) == 30
    assert disorder(once) == []


async def test_the_producer_waits_for_every_replica_and_numbers_its_batches(
    kafka: KafkaAccess, context: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiokafka's defaults are acks=1 and no idempotence (aiokafka 197)."""
    told: dict[str, Any] = {}

    def make(**settings: Any) -> AIOKafkaProducer:
        told.update(settings)
        return AIOKafkaProducer(**settings)

    monkeypatch.setattr(publisher, "AIOKafkaProducer", make)
    async with open_publisher(kafka, topic_of(context)):
        assert (told["acks"], told["enable_idempotence"]) == ("all", True)
