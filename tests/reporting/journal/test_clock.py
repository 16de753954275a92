"""A simulated clock follows the journal; the machine's own is left alone."""

import asyncio
from datetime import UTC, datetime

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.clock import follow_time, keep_time
from shared.clock import SimulatedClock, system_clock
from shared.eventstore.store import EventStore
from shared.tasks import end
from tests.reporting.history import History
from tests.reporting.year import joined

STARTS, SEALED = datetime(2000, 1, 1, tzinfo=UTC), datetime(2022, 12, 15, tzinfo=UTC)


async def sealed(pool: asyncpg.Pool, ingest: Ingest) -> None:
    await History()(joined(1, "2022-01-01")).told(ingest)
    await pool.execute("UPDATE journal_head SET sealed_at = $1", SEALED)


async def test_it_stands_where_the_journal_was_sealed_and_never_goes_back(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    store = EventStore(pool, SimulatedClock(STARTS), "/test")
    await keep_time(pool, store)
    assert store.clock() == STARTS
    await sealed(pool, simulated)
    await keep_time(pool, store)
    assert store.clock() == SEALED
    await pool.execute("UPDATE journal_head SET sealed_at = $1", STARTS)
    await keep_time(pool, store)
    assert store.clock() == SEALED


async def test_it_is_followed_while_a_process_runs(pool: asyncpg.Pool, simulated: Ingest) -> None:
    store = EventStore(pool, SimulatedClock(STARTS), "/test")
    following = asyncio.create_task(follow_time(pool, store, seconds=0.01))
    await sealed(pool, simulated)
    while store.clock() != SEALED:
        await asyncio.sleep(0.01)
    await end(following)


async def test_the_machines_clock_is_its_own(pool: asyncpg.Pool) -> None:
    await keep_time(pool, EventStore(pool, system_clock, "/test"))
