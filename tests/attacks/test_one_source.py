"""On 2026-11-29 one outside source's bad records filled the quarantine, and all ingest stood still.

Here each source has a limit of its own: a stranger's garbage, or a transaction that he leaves open,
stops himself alone, in sight.
"""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from services.reporting.ingest import consumer as intake_module
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from shared.clock import system_clock
from shared.contract.catalogue import topic_of
from shared.eventstore.database import open_pool
from shared.kafka.acceptance import Publisher
from shared.kafka.access import KafkaAccess
from shared.metrics import INGEST_PAUSED, TRANSACTION_OPEN
from shared.testing.author import Author
from shared.testing.topics import make_topic
from tests.databases import NewDatabase
from tests.reporting.conftest import live_projections
from tests.reporting.reading import PARTITIONS, gifts, ids, journalled, publish, reading
from tests.reporting.records import ORG

GARBAGE, LIMIT = 10_050, 500
CANTEEN = Publisher(
    "/ext/canteen", frozenset({"guildhall.benefits.GiftIssued.v1"}), frozenset({ORG}), False
)


@pytest.fixture
async def pool(new_database: NewDatabase) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a fresh database of reporting."""
    database = await new_database(
        "shared.eventstore", "services.reporting", prepare=live_projections
    )
    pool = await open_pool(database, size=4)
    yield pool
    await pool.close()


@pytest.fixture
async def own_topic(kafka: KafkaAccess, topic: str) -> AsyncIterator[str]:
    """The topic of an owner; beside it is one of a source that is not ours."""
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    names = [topic, outside_of(topic)]
    for name in names:
        await make_topic(admin, name, PARTITIONS)
    yield topic
    await admin.delete_topics(names)
    await admin.close()


def outside_of(topic: str) -> str:
    """The stranger's topic beside an owner's."""
    return f"{topic}.canteen"


@pytest.fixture
def outside(own_topic: str) -> str:
    """The topic of the source that is not ours."""
    return outside_of(own_topic)


@pytest.fixture
def both(pool: asyncpg.Pool, own_topic: str, outside: str) -> Ingest:
    """Ingest of an owner's topic and a stranger's."""
    carried = {own_topic: publishers(None)[topic_of("benefits")], outside: CANTEEN}
    return Ingest(pool, carried, system_clock, allow_simulated=False, quarantine_limit=LIMIT)


async def test_ten_thousand_garbage_records_of_one_source_stop_nobody_else(
    kafka: KafkaAccess, own_topic: str, outside: str, both: Ingest, pool: asyncpg.Pool
) -> None:
    author = Author()
    early, late = gifts(author, range(40)), gifts(author, range(40, 80))
    async with AIOKafkaProducer(**kafka.client(), linger_ms=5) as producer:
        sent = [
            await producer.send(outside, b"junk %d" % n, partition=n % PARTITIONS)
            for n in range(GARBAGE)
        ]
        await asyncio.gather(*sent)
    await publish(kafka, own_topic, early)
    async with reading(kafka, own_topic, pool, ingest=both):
        assert await journalled(pool, 40) == ids(early)
        async with asyncio.timeout(60):
            while outside not in both.full:
                await asyncio.sleep(0.05)
        # The stranger is paused and seen to be; the owner is read on.
        await publish(kafka, own_topic, late)
        assert await journalled(pool, 80) == ids(early + late)
        assert both.full.keys() == {outside}
        assert INGEST_PAUSED.labels(outside)._value.get() == 1
    open_records = await pool.fetch("SELECT topic FROM quarantine WHERE state = 'open'")
    assert 0 < len(open_records) <= LIMIT
    assert {row["topic"] for row in open_records} == {outside}


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The intake looks round often."""
    monkeypatch.setattr(intake_module, "IDENTIFY_SECONDS", 0.2)


@pytest.mark.usefixtures("often")
async def test_a_transaction_that_is_left_open_is_seen_and_names_its_topic(
    kafka: KafkaAccess, own_topic: str, outside: str, both: Ingest, pool: asyncpg.Pool
) -> None:
    author = Author()
    early, late = gifts(author, range(20)), gifts(author, range(20, 40))
    await publish(kafka, own_topic, early)
    async with reading(kafka, own_topic, pool, ingest=both) as intake:
        assert await journalled(pool, 20) == ids(early)
        assert intake.open_transactions.longest() is None
        producer = AIOKafkaProducer(**kafka.client(), transactional_id=f"{outside}-open")
        await producer.start()
        await producer.begin_transaction()
        await producer.send_and_wait(outside, b"held", partition=0)
        async with asyncio.timeout(30):
            while (held := intake.open_transactions.longest()) is None or held.seconds < 0.5:
                await asyncio.sleep(0.05)
        assert (held.target.topic, held.target.partition) == (outside, 0)
        assert TRANSACTION_OPEN.labels(outside)._value.get() > 0
        await publish(kafka, own_topic, late)
        assert await journalled(pool, 40) == ids(early + late)
        await producer.abort_transaction()
        await producer.stop()
        async with asyncio.timeout(30):
            while intake.open_transactions.longest() is not None:
                await asyncio.sleep(0.05)
        assert TRANSACTION_OPEN.labels(outside)._value.get() == 0
