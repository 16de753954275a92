"""Workers that start at once on a new database: each makes the tables, none fails."""

import asyncio

from services.reporting.projections import PROJECTIONS, create_tables
from services.reporting.projections.as_of import LIVE
from shared.eventstore.database import open_pool
from tests.databases import NewDatabase

WORKERS = 6


async def test_workers_that_start_together_make_the_tables_once(new_database: NewDatabase) -> None:
    pool = await open_pool(await new_database(), size=WORKERS)

    async def start() -> None:
        async with pool.acquire() as connection:
            await create_tables(connection, LIVE)

    await asyncio.gather(*(start() for _ in range(WORKERS)))

    made = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", LIVE)
    assert {projection.name for projection in PROJECTIONS} < {name for (name,) in made}
    await pool.close()
