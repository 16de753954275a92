"""The swap gives way to who reads: no question fails for it, and no ingest waits for a question."""

import asyncio

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.projections.as_of import LIVE
from services.reporting.rebuild.coordinator import rebuild
from shared.tasks import end
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream

WAITING = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def swapping(pool: asyncpg.Pool) -> None:
    """Wait until the swap stands before a table that somebody reads."""
    async with asyncio.timeout(30):
        while not await pool.fetchval(WAITING):
            await asyncio.sleep(0.01)


async def test_a_reader_of_several_tables_is_never_the_victim(
    pool: asyncpg.Pool, database: str, ingest: Ingest
) -> None:
    """The swap takes tables in their order, and the reader in the other: they wait for each other
    until one of them gives way."""
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(3)]
    await ingest.apply(raws, partition.move(raws))
    async with pool.acquire() as reader, reader.transaction():
        await reader.fetch(f"SELECT * FROM {LIVE}.unions")
        rebuilding = asyncio.create_task(rebuild(database))
        await swapping(pool)
        assert len(await reader.fetch(f"SELECT * FROM {LIVE}.deliveries")) == 3
    assert (await rebuilding).swapped


async def test_ingest_goes_on_while_a_reader_holds_the_tables(
    pool: asyncpg.Pool, database: str, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    async with pool.acquire() as reader, reader.transaction():
        await reader.fetch(f"SELECT * FROM {LIVE}.budget_lines")
        rebuilding = asyncio.create_task(rebuild(database))
        await swapping(pool)
        for n in range(3):
            raws = [partition.raw(author.write(gift_stream(n), gift(n)))]
            async with asyncio.timeout(10):
                await ingest.apply(raws, partition.move(raws))
        assert not rebuilding.done()
    try:
        assert (await rebuilding).swapped
    finally:
        await end(rebuilding)
    assert await pool.fetchval(f"SELECT count(*) FROM {LIVE}.deliveries") == 3
