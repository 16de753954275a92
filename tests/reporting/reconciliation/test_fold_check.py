"""A stretch of the log folded again is what is stored, whatever happened; any change shows."""

import random

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal import log as journal
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.reconciliation.fold_check import (
    Counted,
    FoldedAgain,
    fold_again,
    miscounted,
)
from tests.reporting.by_hand import by_hand
from tests.reporting.disowning import disowning_history
from tests.reporting.history import arbitrary_history


async def looked(pool: asyncpg.Pool, stretch: int) -> FoldedAgain:
    """The whole log, folded again in stretches; together."""
    async with pool.acquire() as connection:
        last = await journal.last_index(connection)
        differ, counted = [], dict[str, Counted]()
        for first in range(1, last + 1, stretch):
            before = min(first + stretch, last + 1)
            (entries,) = [e async for e in journal.read(connection, first - 1, before - 1, stretch)]
            found = await fold_again(connection, entries, first, before)
            differ += found.differ
            for name, more in found.counted.items():
                counted[name] = counted.get(name, Counted()).plus(more)
        if not differ:
            differ = await miscounted(connection, counted, last)
    return FoldedAgain(differ, counted)


@pytest.mark.parametrize("stretch", [1, 7, 100, 5000])
async def test_whatever_happened_no_stretch_differs(
    pool: asyncpg.Pool, simulated: Ingest, stretch: int
) -> None:
    await arbitrary_history(simulated)
    found = await looked(pool, stretch)
    assert found.differ == []
    assert sum(counted.begun for counted in found.counted.values()) > 300


@pytest.mark.parametrize("stretch", [7, 100])
async def test_whatever_was_disowned_no_stretch_differs(
    pool: asyncpg.Pool, simulated: Ingest, stretch: int
) -> None:
    history, _, _ = disowning_history(random.Random(stretch))
    await history.told(simulated, [40] * 100)
    assert (await looked(pool, stretch)).differ == []


CHANGES = {
    "a value": (
        "UPDATE {t} SET org_id = org_id || 'x' WHERE valid_from = (SELECT max(valid_from) FROM {t})"
    ),
    "a row is gone": "DELETE FROM {t} WHERE valid_from = (SELECT min(valid_from) FROM {t})",
    "all rows are gone": "DELETE FROM {t}",
    "an earlier end": (
        "UPDATE {t} SET valid_to = valid_from + 1 WHERE ctid = (SELECT ctid FROM {t}"
        f" WHERE valid_to = {FOREVER} ORDER BY valid_from LIMIT 1)"
    ),
}


@pytest.mark.parametrize("change", list(CHANGES))
async def test_every_change_of_every_projection_shows(
    pool: asyncpg.Pool, simulated: Ingest, change: str
) -> None:
    await arbitrary_history(simulated)
    for projection in PROJECTIONS:
        table = f"{LIVE}.{projection.name}"
        if not await pool.fetchval(f"SELECT count(*) FROM {table} WHERE valid_to = {FOREVER}"):
            continue
        await pool.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")
        await by_hand(pool, table, CHANGES[change].format(t=table))
        found = await looked(pool, 50)
        assert {each.projection for each in found.differ} == {projection.name}
        await by_hand(pool, table, f"DELETE FROM {table}")
        await pool.execute(f"INSERT INTO {table} SELECT * FROM kept")
        await pool.execute("DROP TABLE kept")
    assert (await looked(pool, 50)).differ == []
