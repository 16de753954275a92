"""Reporting's database, ready for ingest."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from services.reporting.projections.checkpoints import prepare
from shared.clock import system_clock
from shared.eventstore.database import open_pool
from shared.kafka.access import KafkaAccess
from shared.testing.topics import make_topic
from tests.databases import NewDatabase
from tests.reporting.history import with_canteen
from tests.reporting.reading import PARTITIONS


@pytest.fixture
async def database(new_database: NewDatabase) -> str:
    """The DSN of a fresh reporting database, with its projections."""
    return await new_database("shared.eventstore", "services.reporting", prepare=live_projections)


async def live_projections(pool: asyncpg.Pool) -> None:
    """Make the tables of the live projections."""
    async with pool.acquire() as connection:
        await prepare(connection)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a fresh reporting database."""
    pool = await open_pool(database, size=4)
    yield pool
    await pool.close()


@pytest.fixture
def ingest(pool: asyncpg.Pool) -> Ingest:
    """Ingest on the real clock, with room for fifty records in quarantine."""
    return Ingest(pool, publishers(None), system_clock, allow_simulated=False, quarantine_limit=50)


@pytest.fixture
async def own_topic(kafka: KafkaAccess, topic: str) -> AsyncIterator[str]:
    """A topic of this test's own, that exists."""
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    await make_topic(admin, topic, PARTITIONS)
    yield topic
    await admin.delete_topics([topic])
    await admin.close()


@pytest.fixture
def simulated(pool: asyncpg.Pool) -> Ingest:
    """Ingest that takes simulated events, also from a source that is not ours: what was known when
    is their recording's time."""
    return Ingest(pool, with_canteen(), system_clock, allow_simulated=True, quarantine_limit=50)
