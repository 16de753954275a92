"""Drift is the same live and rebuilt: it is derived from what was issued and what is known."""

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.drift import moved_numbers
from services.reporting.queries.reports import issued_reports
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.rules.facts import Moved
from shared.contract.reporting import ReportIssued
from tests.examples.reporting import report_issued
from tests.reporting.history import History
from tests.reporting.records import ORG, gift
from tests.reporting.year import union

PORTIONS = "gift_mid_autumn_portions"


def issued(*figures: tuple[str, int], known_at: int) -> ReportIssued:
    """A report that states these numbers."""
    stated = [{"figure": name, "value": value} for name, value in figures]
    return report_issued(report_id="annual.1", known_at=known_at, figures=stated)


async def found(pool: asyncpg.Pool, at: int) -> tuple[Moved, ...]:
    return await moved_numbers(pool, ORG, at, await issued_reports(pool, ORG, at))


async def test_a_number_that_moved_is_named_with_the_events_between(
    pool: asyncpg.Pool, simulated: Ingest, database: str
) -> None:
    history = History()(union(), gift(1))
    stated = [(PORTIONS, 1), ("gift_mid_autumn_members", 1), ("no_more_counted", 4)]
    history(issued(*stated, known_at=2), gift(2), gift(3))
    await history.told(simulated)
    late = tuple(each.event_id for each in history.envelopes[3:])
    assert await found(pool, 3) == (Moved("annual.1", "no_more_counted", 4, None, ()),)
    expected = (
        Moved("annual.1", PORTIONS, 1, 3, late),
        Moved("annual.1", "gift_mid_autumn_members", 1, 3, late),
        Moved("annual.1", "no_more_counted", 4, None, ()),
    )
    assert await found(pool, 5) == expected
    await rebuild(database, 1, accept="any")
    assert await found(pool, await last_index(pool)) == expected


async def test_a_number_that_was_issued_otherwise_than_it_was_known_is_found_too(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(union(), gift(1), issued((PORTIONS, 9), known_at=2)).told(simulated)
    assert await found(pool, 3) == (Moved("annual.1", PORTIONS, 9, 1, ()),)
