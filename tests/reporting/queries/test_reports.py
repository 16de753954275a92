"""Reports and narratives are found as they were known."""

from datetime import date

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.queries.knowledge import Period
from services.reporting.queries.reports import (
    issued_report,
    issued_reports,
    narratives_of,
    numbers_of,
)
from shared.errors import Unknown
from tests.examples.reporting import (
    narrative_approved,
    narrative_withdrawn,
    narrative_written,
    report_issued,
    report_superseded,
)
from tests.reporting.history import History
from tests.reporting.records import ORG

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))


async def test_reports_are_listed_last_first_as_known_then(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    figures = [{"figure": "a", "value": 3}, {"figure": "b", "value": -1}]
    await History()(
        report_issued(report_id="annual.1", figures=figures),
        report_superseded(report_id="annual.1", superseded_by="annual.2"),
        report_issued(report_id="annual.2"),
    ).told(simulated)
    assert [each.report_id for each in await issued_reports(pool, ORG, 3)] == [
        "annual.2",
        "annual.1",
    ]
    (known,) = await issued_reports(pool, ORG, 1)
    assert known.superseded_by is None
    assert numbers_of(known) == {"a": 3, "b": -1}
    assert await issued_reports(pool, ORG, 3, Period(date(2023, 1, 1), date(2023, 2, 1))) == []
    assert await issued_reports(pool, "other", 3) == []
    assert (await issued_report(pool, ORG, 2, "annual.1")).superseded_by == "annual.2"
    with pytest.raises(Unknown, match="unknown-report"):
        await issued_report(pool, ORG, 2, "annual.2")


async def test_narratives_are_those_of_the_period_that_are_not_withdrawn(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    told = (narrative_written(), narrative_approved(), narrative_withdrawn())
    await History()(*told).told(simulated)
    found = [await narratives_of(pool, ORG, at, "annual", YEAR) for at in (0, 1, 2, 3)]
    approvers = [[each.approved_by for each in known] for known in found]
    assert approvers == [[], [None], ["clerk-1"], []]
    half = Period(YEAR.first, date(2022, 6, 30))
    assert await narratives_of(pool, ORG, 2, "annual", half) == []
