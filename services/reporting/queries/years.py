"""Several years side by side: every figure of each, and which years the union has records of.

A year is recorded where something that annual reports count happened in it, as known then; who
joined or came long before makes no year. Of a year that is not, nothing is said: its figures are
None, and never 0.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from services.reporting.figures import FIGURES
from services.reporting.figures.definition import Figure
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.queries.figures import Value, values_at
from services.reporting.queries.knowledge import Period, period_of
from services.reporting.queries.union_known import OF_REPORTS
from shared.contract.values import SHANGHAI

YEARS_MIN, YEARS_MAX = 2, 5

# Of each list and year whether the index has any line there.
RECORDED = f"""
SELECT first FROM unnest($3::date[], $4::date[]) AS year(first, last)
WHERE EXISTS (SELECT FROM unnest($2::text[]) AS of_reports(list) CROSS JOIN LATERAL (
    SELECT FROM {LIVE}.figure_lines l WHERE l.org_id = $1 AND l.list = of_reports.list
        AND l.occurred_on BETWEEN year.first AND year.last AND {known_at("$5", "l")} LIMIT 1) any_)
"""
KNOWN_ON = "SELECT sealed_at FROM seals WHERE last_index >= $1 ORDER BY last_index LIMIT 1"


class Year(NamedTuple):
    """A calendar year of the comparison: whether there are records of it, and whether it was not
    over yet on the day of which its figures were known."""

    year: int
    recorded: bool
    unfinished: bool


class SideBySide(NamedTuple):
    """The years, oldest first, and of every figure its value in each; None: no records."""

    years: list[Year]
    values: dict[str, list[Value | None]]


def years_to(last: int, count: int) -> list[Period]:
    """That many calendar years, the last one `last`. Raises Invalid `period-invalid`."""
    return [period_of(year, None, None) for year in range(last - count + 1, last + 1)]


async def side_by_side(
    pool: Any,
    org_id: str,
    periods: list[Period],
    at: int,
    *,
    today: date | None = None,
    figures: Sequence[Figure] = FIGURES,
) -> SideBySide:
    """Figures of several years as known at log_index `at`; asked on `today`, or (None) on the day
    of that log_index: a year that was not over then is unfinished."""
    columns = [period.first for period in periods], [period.last for period in periods]
    rows = await pool.fetch(RECORDED, org_id, OF_REPORTS, *columns, at)
    recorded = {row["first"] for row in rows}
    known_on = today or await _known_on(pool, at)
    there = [period for period in periods if period.first in recorded]
    found = await asyncio.gather(
        *(values_at(pool, org_id, period, at, figures) for period in there)
    )
    by_year = dict(zip((period.first for period in there), found, strict=True))
    return SideBySide(
        [Year(each.first.year, each.first in recorded, each.last >= known_on) for each in periods],
        {
            figure.name: [
                by_year[each.first][figure.name] if each.first in by_year else None
                for each in periods
            ]
            for figure in figures
        },
    )


async def _known_on(pool: Any, at: int) -> date:
    """The civil day in China on which a log_index was sealed."""
    sealed_at = await pool.fetchval(KNOWN_ON, at)
    return sealed_at.astimezone(SHANGHAI).date() if sealed_at else date.min


def changes(values: list[int | None]) -> list[int | None]:
    """The difference of each year from the one before; None where either has no records, and of
    the first."""
    before = [None, *values]
    return [
        None if was is None or now is None else now - was
        for was, now in zip(before, values, strict=False)
    ]
