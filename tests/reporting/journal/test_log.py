"""What the journal can tell of itself: a seal that lies in the future."""

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.journal import log as journal
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream


async def _journal_of(ingest: Ingest, events: int) -> None:
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(events)]
    await ingest.apply(raws, partition.move(raws))


async def test_a_seal_in_the_future_is_measured(pool: asyncpg.Pool, ingest: Ingest) -> None:
    assert await pool.fetchval(journal.SEAL_AHEAD) == 0  # nothing is sealed yet
    await _journal_of(ingest, 1)
    assert await pool.fetchval(journal.SEAL_AHEAD) == 0
    await pool.execute("UPDATE journal_head SET sealed_at = now() + interval '1 hour'")
    assert 3590 < await pool.fetchval(journal.SEAL_AHEAD) <= 3600
