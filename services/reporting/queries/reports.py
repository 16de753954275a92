"""Issued reports and narratives, as they were known."""

from datetime import date
from typing import Any

from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.issued_reports import ISSUED_REPORTS, IssuedReport
from services.reporting.projections.narratives import NARRATIVES, Narrative
from services.reporting.queries.knowledge import Period
from services.reporting.queries.rows import row_of
from shared.errors import Unknown

ISSUED = f"""
SELECT {", ".join(ISSUED_REPORTS.columns)} FROM {LIVE}.issued_reports
WHERE org_id = $1 AND {known_at("$2")} AND period_from <= $4 AND period_to >= $3
ORDER BY issued_at DESC LIMIT $5
"""
ONE = f"""
SELECT {", ".join(ISSUED_REPORTS.columns)} FROM {LIVE}.issued_reports
WHERE org_id = $1 AND {known_at("$2")} AND report_id = $3
"""
WRITTEN = f"""
SELECT {", ".join(NARRATIVES.columns)} FROM {LIVE}.narratives
WHERE org_id = $1 AND {known_at("$2")} AND kind = $3 AND period_from = $4 AND period_to = $5
    AND withdrawn_on IS NULL
ORDER BY section
"""
LISTED_MAX = 200


async def issued_reports(
    connection: Any, org_id: str, at: int, period: Period | None = None
) -> list[IssuedReport]:
    """A union's reports whose period meets FROM..TO, those issued last first, as known at `at`; one
    more than LISTED_MAX at most."""
    first, last = period or (date.min, date.max)
    rows = await connection.fetch(ISSUED, org_id, at, first, last, LISTED_MAX + 1)
    return [row_of(ISSUED_REPORTS, row) for row in rows]


async def issued_report(connection: Any, org_id: str, at: int, report_id: str) -> IssuedReport:
    """One of them. Raises Unknown `unknown-report`."""
    row = await connection.fetchrow(ONE, org_id, at, report_id)
    if row is None:
        raise Unknown("unknown-report", f"no report {report_id} was issued")
    report: IssuedReport = row_of(ISSUED_REPORTS, row)
    return report


def numbers_of(report: IssuedReport) -> dict[str, int]:
    """What a report states, by figure."""
    return {name: int(value) for name, _, value in (f.partition("=") for f in report.figures)}


async def narratives_of(
    connection: Any, org_id: str, at: int, kind: str, period: Period
) -> list[Narrative]:
    """The narratives of a report, approved or not, as known at `at`; not those withdrawn."""
    rows = await connection.fetch(WRITTEN, org_id, at, kind, *period)
    return [row_of(NARRATIVES, row) for row in rows]
