"""Every row has its turn, what is wrong stays told, and a projection that differs is stale."""

import asyncpg
import pytest

from services.reporting.journal import log as journal
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.projections.checkpoints import folded
from services.reporting.reconciliation import journal_check as module
from services.reporting.reconciliation.journal_check import Checked, JournalCheck
from tests.reporting.by_hand import by_hand
from tests.reporting.office import Office
from tests.reporting.records import gift


@pytest.fixture
async def office(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A union with three members and forty gifts, looked at ten rows at once."""
    monkeypatch.setattr(module, "CHUNK", 10)
    monkeypatch.setattr(module, "NEWEST", 1)
    office = await Office.opened(pool)
    await office.happened(*(gift(n) for n in range(40)))
    return office


async def look(office: Office, checking: JournalCheck) -> Checked:
    return await checking.round(office.pool, await journal.last_index(office.pool))


@pytest.mark.parametrize("whole", [True, False])
async def test_nothing_is_wrong_with_what_was_ingested(office: Office, whole: bool) -> None:
    checking = JournalCheck(whole=whole)
    for _ in range(3):
        assert await look(office, checking) == Checked([], [], [])
        await office.happened(gift(100 + _))
    assert (await folded(office.pool)).stale == ()


async def test_a_changed_row_is_told_until_it_is_right_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.0)
    checking = JournalCheck()
    before = await office.pool.fetchval("SELECT leaf FROM journal WHERE log_index = 5")
    change = "UPDATE journal SET leaf = $1 WHERE log_index = 5"
    await by_hand(office.pool, "journal", change, b"x")
    found = [(await look(office, checking)).rows for _ in range(6)]
    assert [[row.log_index for row in rows] for rows in found] == [[5]] * 6
    await by_hand(office.pool, "journal", change, before)
    found = [(await look(office, checking)).rows for _ in range(6)]
    assert found[-1] == []
    assert (await folded(office.pool)).stale == (), "the projection is not to blame"


async def test_what_is_not_what_the_journal_gives_is_stale(office: Office) -> None:
    lines, gifts = f"{LIVE}.figure_lines", f"{LIVE}.deliveries"
    await by_hand(office.pool, lines, f"DELETE FROM {lines} WHERE log_index = 20")
    await by_hand(office.pool, gifts, f"UPDATE {gifts} SET quantity = 7 WHERE valid_from = 30")
    checked = await look(office, JournalCheck(whole=True))
    assert {each.projection for each in checked.projections} == {"figure_lines", "deliveries"}
    stale = {each.projection: each.reason for each in (await folded(office.pool)).stale}
    assert stale == {"figure_lines": "rows-changed", "deliveries": "rows-changed"}


async def test_an_end_without_a_cause_is_counted(office: Office) -> None:
    gifts = f"{LIVE}.deliveries"
    end = f"UPDATE {gifts} SET valid_to = 45 WHERE valid_from = 10 AND valid_to = {FOREVER}"
    await by_hand(office.pool, gifts, end)
    checked = await look(office, JournalCheck(whole=True))
    assert [each.projection for each in checked.projections] == ["deliveries"]
    assert checked.projections[0].unexpected == 1


async def test_a_gap_is_not_the_projections_fault(office: Office) -> None:
    await by_hand(office.pool, "journal", "DELETE FROM journal WHERE log_index = 20")
    assert await look(office, JournalCheck(whole=True)) == Checked([], [], [])
    assert (await folded(office.pool)).stale == ()


async def test_seals_from_before_their_events_were_recorded(office: Office) -> None:
    await office.pool.execute("UPDATE seals SET sealed_at = sealed_at - interval '1 year'")
    assert (await look(office, JournalCheck())).seals
