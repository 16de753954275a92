"""The keeper folds anew what is stale and may be; the rest it leaves to a person."""

import asyncpg
import pytest

from services.reporting.journal import log as journal
from services.reporting.projections import checkpoints
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.checkpoints import Reason, Stale, folded
from services.reporting.rebuild.keeper import Keeper
from shared.metrics import PROJECTIONS_STALE
from tests.reporting.by_hand import by_hand
from tests.reporting.office import Office
from tests.reporting.records import gift


@pytest.fixture
async def office(pool: asyncpg.Pool) -> Office:
    """A union with three members and two gifts."""
    office = await Office.opened(pool)
    await office.happened(gift(1), gift(2))
    return office


async def stop(office: Office, reason: Reason) -> None:
    async with office.pool.acquire() as connection:
        at = await journal.last_index(connection)
        await checkpoints.mark(connection, Stale("deliveries", reason, at))


async def test_nothing_stale_is_nothing_to_do(office: Office, database: str) -> None:
    keeper = Keeper(office.pool, database, 1)
    assert await keeper.once() is None
    assert keeper.found is not None and PROJECTIONS_STALE._value.get() == 0


async def test_only_what_is_stale_is_folded_anew(office: Office, database: str) -> None:
    oid = f"SELECT '{LIVE}.claims'::regclass::oid"
    claims = await office.pool.fetchval(oid)
    await office.pool.execute(f"DROP TABLE {LIVE}.deliveries")
    rebuilt = await Keeper(office.pool, database, 1).once()
    assert rebuilt is not None and (rebuilt.lost, rebuilt.tables) == (["deliveries"], [])
    assert await office.pool.fetchval(oid) == claims
    assert (await folded(office.pool)).stale == ()


async def test_rows_that_are_missing_are_put_back(office: Office, database: str) -> None:
    await by_hand(office.pool, f"{LIVE}.deliveries", f"DELETE FROM {LIVE}.deliveries")
    await stop(office, "rows-changed")
    rebuilt = await Keeper(office.pool, database, 1).once()
    assert rebuilt is not None and rebuilt.swapped and not rebuilt.equal
    assert await office.pool.fetchval(f"SELECT count(*) FROM {LIVE}.deliveries") == 2


async def test_rows_that_contradict_the_journal_are_kept_for_a_person(
    office: Office, database: str
) -> None:
    changed = f"UPDATE {LIVE}.deliveries SET quantity = 9"
    await by_hand(office.pool, f"{LIVE}.deliveries", changed)
    await stop(office, "rows-changed")
    keeper = Keeper(office.pool, database, 1)
    rebuilt = await keeper.once()
    assert rebuilt is not None and not rebuilt.swapped
    assert [table.only_live for table in rebuilt.tables] == [2]
    (stale,) = (await folded(office.pool)).stale
    assert stale.reason == "rows-differ"
    for schema, quantity in ((LIVE, 9), ("projections_next", 1)):
        assert (
            await office.pool.fetchval(f"SELECT min(quantity) FROM {schema}.deliveries") == quantity
        )
    assert await keeper.once() is None, "it is a person's"


async def test_sums_alone_are_filled_from_the_lines(office: Office, database: str) -> None:
    await by_hand(office.pool, f"{LIVE}.figure_sums", f"TRUNCATE {LIVE}.figure_sums")
    rebuilt = await Keeper(office.pool, database, 1).once()
    assert rebuilt is not None and rebuilt.lost == ["figure_sums"]
    assert await office.pool.fetchval(f"SELECT sum(lines) FROM {LIVE}.figure_sums") > 1
