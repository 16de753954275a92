"""Bad records of every class, amid right ones: ingest never stops and no projection is moved.

`make bad-records` runs it with 200,000; the suite with fewer.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import MessageSizeTooLargeError

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.consumer import Intake
from services.reporting.ingest.publishers import publishers
from services.reporting.journal.record import Entry
from services.reporting.projections import PROJECTIONS, create_tables, fold_entries
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.projections.checkpoints import prepare
from services.reporting.rebuild.coordinator import rebuild
from shared.clock import system_clock
from shared.contract.catalogue import CATALOGUE, topic_of
from shared.contract.envelope import Envelope
from shared.eventstore.database import open_pool
from shared.eventstore.migrations import migrate
from shared.kafka.acceptance import Publisher
from shared.kafka.access import KafkaAccess
from shared.tasks import end
from shared.testing.topics import make_topic
from tests.journeys.bad_records import Sent, Traffic
from tests.journeys.waiting import until
from tests.reporting.history import CANTEEN
from tests.reporting.records import ORG, gift

SEED = 7
BAD_RECORDS = int(os.environ.get("GUILDHALL_BAD_RECORDS", "8000"))
RIGHT_RECORDS = 1000 + BAD_RECORDS // 4
PARTITIONS = 4
QUIET = "projections_quiet"
OUTCOMES = ("applied", "duplicate", "parked", "quarantined")
SECONDS = 60.0 + BAD_RECORDS / 200


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a fresh reporting database."""
    pool = await open_pool(database, size=4)
    await migrate(pool, "shared.eventstore", "services.reporting")
    async with pool.acquire() as connection:
        await prepare(connection)
    yield pool
    await pool.close()


@pytest_asyncio.fixture(loop_scope="session")
async def topics(kafka: KafkaAccess, topic: str) -> AsyncIterator[tuple[str, str]]:
    """The topic of benefits and the canteen's, under names of this test's own."""
    names = f"{topic}.benefits", f"{topic}.canteen"
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    for name in names:
        await make_topic(admin, name, PARTITIONS)
    yield names
    await admin.delete_topics(list(names))
    await admin.close()


def ingest_of(pool: asyncpg.Pool, topics: tuple[str, str]) -> Ingest:
    benefits, canteen = topics
    types = frozenset({gift(1).type_name()})
    carried = {
        benefits: publishers(None)[topic_of("benefits")],
        canteen: Publisher(CANTEEN, types, frozenset({ORG}), False),
    }
    return Ingest(pool, carried, system_clock, allow_simulated=False, quarantine_limit=10**6)


class Batches:
    """Applies batches, and keeps when each was done (monotonic seconds)."""

    def __init__(self, ingest: Ingest) -> None:
        self.ingest = ingest
        self.done: list[float] = []

    async def __call__(self, raws: Any, moves: Any) -> Any:
        self.done = self.done or [time.monotonic()]
        admission = await self.ingest.apply(raws, moves)
        self.done.append(time.monotonic())
        return admission

    def longest_stall(self) -> float:
        return max(b - a for a, b in zip(self.done, self.done[1:], strict=False))


@asynccontextmanager
async def reading(
    kafka: KafkaAccess, topics: Sequence[str], batches: Batches
) -> AsyncIterator[None]:
    """An intake at work; one that ends by itself has failed."""
    pool = batches.ingest.pool
    intake = Intake(kafka, list(topics), pool, batches, batch_records=5000, group=topics[0])
    task = asyncio.create_task(intake.run())
    try:
        yield
        assert not task.done(), task.exception()
    finally:
        await end(task)


async def send(kafka: KafkaAccess, topics: tuple[str, str], records: Iterable[Sent]) -> list[Sent]:
    """Publish in order of each partition; what was sent."""
    done = []
    async with AIOKafkaProducer(
        **kafka.client(), enable_idempotence=True, max_request_size=2**21
    ) as producer:
        for record in records:
            await producer.send(
                topics[record.outside],
                record.value,
                record.key,
                record.partition,
                headers=record.headers,
            )
            done.append(record)
        await producer.flush()
    return done


async def outcomes(pool: asyncpg.Pool) -> dict[tuple[str, int], Counter[str]]:
    """What became of the records of each partition."""
    rows = await pool.fetch(
        "SELECT * FROM positions JOIN consumed USING (cluster_id, topic_id, partition)"
    )
    return {
        (row["topic"], row["partition"]): Counter({name: row[name] for name in OUTCOMES})
        for row in rows
    }


async def read_to_the_end(kafka: KafkaAccess, pool: asyncpg.Pool, topics: tuple[str, str]) -> None:
    targets = [TopicPartition(name, number) for name in topics for number in range(PARTITIONS)]
    async with AIOKafkaConsumer(**kafka.client()) as consumer:
        ends = sum((await consumer.end_offsets(targets)).values())
    read = "SELECT coalesce(sum(next_offset), 0) FROM positions"
    await until(lambda: pool.fetchval(read), lambda offset: offset == ends, SECONDS)


async def fold_alone(pool: asyncpg.Pool, right: Sequence[Envelope]) -> None:
    """The projections of right records alone, made without Kafka, admission or journal."""
    entries = [
        Entry(index, e, CATALOGUE[e.type].model_validate_json(e.data), e.source != CANTEEN)
        for index, e in enumerate(right, start=1)
    ]
    async with pool.acquire() as connection, connection.transaction():
        await create_tables(connection, QUIET)
        await fold_entries(connection, QUIET, entries)


async def differing(pool: asyncpg.Pool) -> dict[str, int]:
    """Projections whose rows differ from those of right records alone, wherever in the log they
    came to stand: Kafka keeps no order between partitions."""
    found = {}
    for projection in PROJECTIONS:
        columns = ", ".join(name for name in projection.columns if name != "log_index")
        live, quiet = (
            f"SELECT {columns}, valid_to = {FOREVER} AS stands FROM {schema}.{projection.name}"
            for schema in (LIVE, QUIET)
        )
        found[projection.name] = await pool.fetchval(
            f"SELECT count(*) FROM (({live} EXCEPT ALL {quiet})"
            f" UNION ALL ({quiet} EXCEPT ALL {live})) d"
        )
    return {name: rows for name, rows in found.items() if rows}


async def test_bad_records_of_every_class_stop_nothing_and_falsify_nothing(
    kafka: KafkaAccess, topics: tuple[str, str], pool: asyncpg.Pool, database: str
) -> None:
    traffic, batches = Traffic(SEED, PARTITIONS), Batches(ingest_of(pool, topics))
    sent = await send(kafka, topics, traffic.mixed(RIGHT_RECORDS, BAD_RECORDS))
    async with reading(kafka, topics, batches):
        await read_to_the_end(kafka, pool, topics)
    print(
        f"{len(sent):,} records, {BAD_RECORDS:,} of them bad: {len(batches.done) - 1} batches in"
        f" {batches.done[-1] - batches.done[0]:.1f} s, longest {batches.longest_stall():.2f} s"
    )

    expected: dict[tuple[str, int], Counter[str]] = {}
    for record in sent:
        at = topics[record.outside], record.partition
        expected.setdefault(at, Counter())[record.outcome] += 1
    assert await outcomes(pool) == expected
    reasons = await pool.fetch("SELECT reason, sum(times_seen) FROM quarantine GROUP BY reason")
    assert dict(map(tuple, reasons)) == Counter(r.reason for r in sent if r.reason)
    await fold_alone(pool, traffic.right)
    assert await differing(pool) == {}
    assert (await rebuild(database)).equal


async def test_a_record_larger_than_the_broker_takes_is_its_producers_to_see(
    kafka: KafkaAccess, topics: tuple[str, str]
) -> None:
    async with AIOKafkaProducer(**kafka.client(), max_request_size=2**24) as producer:
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(topics[1], b"x" * 10_000_000)
