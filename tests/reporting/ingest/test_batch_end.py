"""What a batch writes last: one seal where the head moved, and every record counted."""

import asyncpg

from services.reporting.ingest.admission import Admission
from services.reporting.ingest.batch_end import Released, close
from services.reporting.ingest.decode import Refused
from services.reporting.journal import log as journal
from tests.reporting.records import Partition, counted

NOTHING = Admission([], [], [], [], {})


async def closed(pool: asyncpg.Pool, forward: int, admission: Admission = NOTHING) -> None:
    async with pool.acquire() as connection, connection.transaction():
        head = await journal.lock_head(connection)
        moved = head._replace(next_index=head.next_index + forward, sealed_at=head.now)
        await close(connection, moved, admission)


async def test_a_batch_that_moved_the_head_has_one_seal_and_another_none(
    pool: asyncpg.Pool,
) -> None:
    await closed(pool, 5)
    await closed(pool, 0)
    await closed(pool, 2)
    seals = await pool.fetch("SELECT last_index, sealed_at FROM seals ORDER BY last_index")
    assert [row["last_index"] for row in seals] == [5, 7]
    head = await pool.fetchrow("SELECT next_index, sealed_at FROM journal_head")
    assert tuple(head) == (8, seals[-1]["sealed_at"])


async def test_shard_heads_are_where_the_batch_says(pool: asyncpg.Pool) -> None:
    await closed(pool, 1, NOTHING._replace(heads={("/a", 3): 7, ("/b", 3): 1}))
    await closed(pool, 1, NOTHING._replace(heads={("/a", 3): 9}))
    rows = await pool.fetch("SELECT source, shard, sequence FROM shard_heads ORDER BY source")
    assert [tuple(row) for row in rows] == [("/a", 3, 9), ("/b", 3, 1)]


async def test_a_released_record_is_taken_off_the_outcome_it_had(pool: asyncpg.Pool) -> None:
    raw = Partition().junk(b"x")
    refused = NOTHING._replace(refused=[Refused(raw, "undecodable", "")])
    async with pool.acquire() as connection, connection.transaction():
        head = await journal.lock_head(connection)
        await close(connection, head, refused)
        assert await counted(connection) == (0, 0, 0, 1)
        await close(connection, head, NOTHING, [Released("quarantined", [raw])])
        assert await counted(connection) == (0, 0, 0, 0)
