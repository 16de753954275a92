"""A drill's proof: two databases that know the same have the same digests, and no others."""

import asyncpg

from services.reporting.ingest import LIVE, Ingest
from services.reporting.prove import prove
from tests.reporting.test_rebuild import a_year_of_gifts


async def test_a_database_proves_what_its_journal_says(pool: asyncpg.Pool, ingest: Ingest) -> None:
    await a_year_of_gifts(ingest, people=9)
    first = await prove(pool)
    assert first["equal"] and first["journal_dense"]
    # As known then, whatever came since: the sums do not move with what is added.
    await a_year_of_gifts(ingest, people=12)
    assert (await prove(pool, first["log_index"]))["digests"] == first["digests"]
    now = await prove(pool)
    assert now["log_index"] > first["log_index"] and now["digests"] != first["digests"]


async def test_a_row_that_was_changed_is_seen(pool: asyncpg.Pool, ingest: Ingest) -> None:
    await a_year_of_gifts(ingest, people=9)
    before = await prove(pool, 9)
    await pool.execute(f"UPDATE {LIVE}.deliveries SET quantity = 2 WHERE valid_from = 1")
    after = await prove(pool, 9)
    assert {n for n, d in after["digests"].items() if d != before["digests"][n]} == {"deliveries"}
    assert not (await prove(pool))["equal"]
