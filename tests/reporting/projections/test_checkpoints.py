"""A checkpoint holds while its table is the one that was folded; each way it can fail has a reason.

Under load, with what is answered meanwhile: tests/attacks/test_dropped_projections.py.
"""

import asyncpg
import pytest

from services.reporting.journal import log as journal
from services.reporting.projections import DEFINITIONS, checkpoints
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.checkpoints import Folded, Stale, folded
from tests.reporting.office import Office
from tests.reporting.records import gift


@pytest.fixture
async def office(pool: asyncpg.Pool) -> Office:
    """A union with three members and a gift."""
    office = await Office.opened(pool)
    await office.happened(gift(1))
    return office


async def test_it_moves_with_every_batch(office: Office) -> None:
    before = await folded(office.pool)
    await office.happened(gift(2))
    after = await folded(office.pool)
    assert (before.stale, after.stale) == ((), ())
    assert after.up_to == before.up_to + 1 == await journal.last_index(office.pool)
    assert before.token == after.token and len(after.token) == len(DEFINITIONS)


async def test_what_is_written_to_the_journal_and_not_folded_is_noticed(office: Office) -> None:
    await office.pool.execute("UPDATE folded SET up_to = up_to - 1")
    found = await folded(office.pool)
    assert {each.reason for each in found.stale} == {"behind-journal"}
    await office.happened(gift(2))
    kept = await folded(office.pool)
    assert {each.reason for each in kept.stale} == {"behind-journal"}, "until it is folded anew"


async def test_what_is_stale_is_folded_no_further_and_the_others_are(office: Office) -> None:
    await office.pool.execute(f"DROP TABLE {LIVE}.deliveries")
    last = await journal.last_index(office.pool)
    await office.happened(gift(2))
    (stale,) = (await folded(office.pool)).stale
    assert stale == Stale("deliveries", "table-changed", last)
    lines = f"SELECT count(*) FROM {LIVE}.figure_lines WHERE log_index = $1"
    assert await office.pool.fetchval(lines, last + 1) == 1


async def test_a_worker_that_starts_takes_over_and_one_that_runs_does_not(office: Office) -> None:
    async def reasons() -> list[str]:
        return [each.reason for each in (await folded(office.pool)).stale]

    await office.pool.execute("UPDATE checkpoints SET definition = 'x' WHERE projection = 'claims'")
    assert await reasons() == ["other-definition"]
    async with office.pool.acquire() as connection:
        with pytest.raises(checkpoints.OtherDefinition):
            await checkpoints.to_fold(connection)
        await checkpoints.prepare(connection)
    assert await reasons() == ["redefined"]
    await office.happened(gift(2))


async def test_a_new_database_is_whole_and_one_of_older_code_is_not(office: Office) -> None:
    await office.pool.execute("DELETE FROM checkpoints")
    async with office.pool.acquire() as connection:
        await checkpoints.prepare(connection)
    found: Folded = await folded(office.pool)
    assert {(each.reason, each.since) for each in found.stale} == {("never-folded", 0)}
