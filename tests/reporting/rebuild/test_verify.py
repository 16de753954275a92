"""A drill's proof: two databases that know the same have the same digests, and no others."""

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.projections.as_of import LIVE
from services.reporting.rebuild.verify import prove
from shared.testing.author import Author
from tests.reporting.by_hand import by_hand
from tests.reporting.rebuild.test_coordinator import a_year_of_gifts
from tests.reporting.records import Partition, gift, gift_stream


async def test_a_database_proves_what_its_journal_says(
    pool: asyncpg.Pool, database: str, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    for people in (range(9), range(9, 12)):
        raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in people]
        await ingest.apply(raws, partition.move(raws))
        found = await prove(pool, database)
        assert found["equal"] and found["journal_dense"]
        assert found["log_index"] == people.stop
        # As known then, whatever came since.
        then = await prove(pool, database, 9)
        assert (then["digests"] == found["digests"]) == (people.stop == 9)
    assert then["digests"]["deliveries"].startswith("9:")


async def test_a_row_that_was_changed_is_seen(
    pool: asyncpg.Pool, database: str, ingest: Ingest
) -> None:
    await a_year_of_gifts(ingest, people=9)
    before = await prove(pool, database, 9)
    changed = f"UPDATE {LIVE}.deliveries SET quantity = 2 WHERE valid_from = 1"
    await by_hand(pool, f"{LIVE}.deliveries", changed)
    after = await prove(pool, database, 9)
    assert {n for n, d in after["digests"].items() if d != before["digests"][n]} == {"deliveries"}
    assert not (await prove(pool, database))["equal"]


async def test_nothing_that_stands_in_a_projection_s_place_runs_as_who_asks(
    pool: asyncpg.Pool, database: str, ingest: Ingest
) -> None:
    """Projections are reporting's own, and a drill asks a living server as its superuser."""
    await a_year_of_gifts(ingest, people=1)
    await pool.execute(f"ALTER TABLE {LIVE}.register RENAME TO was")
    await pool.execute(f"CREATE VIEW {LIVE}.register AS SELECT * FROM {LIVE}.was")
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="register"):
        await prove(pool, database, 1)
