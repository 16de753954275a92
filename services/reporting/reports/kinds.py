"""The kinds of reports: what each is written from, and how it is written."""

from typing import Any

from services.reporting.queries.knowledge import Period
from services.reporting.reports import annual, material, statistics, statistics_text
from services.reporting.reports.document import Document, FigureSheet
from services.reporting.reports.lists import figure_sheets
from services.reporting.reports.material import Material
from services.reporting.reports.statistics import Statistics
from shared.contract.reporting import ReportKind

Written = Material | Statistics
"""What a report is written from."""


async def collect(  # noqa: PLR0917 - which report, of what, as known when
    connection: Any,
    kind: ReportKind,
    org_id: str,
    period: Period,
    at: int,
    as_of: str | None,
) -> Written:
    """Read what a report of this kind says. Raises Conflict `report-too-large`."""
    if kind == "statistics":
        return await statistics.collect(connection, org_id, period, at, as_of)
    return await material.collect(connection, org_id, period, at, as_of)


def document_of(written: Written, sheets: tuple[FigureSheet, ...] = ()) -> Document:
    """The report, to be printed in any format; a workbook shows `sheets`."""
    if isinstance(written, Statistics):
        return statistics_text.document_of(written, sheets)
    return annual.document_of(written, sheets)


async def sheets_of(connection: Any, written: Written) -> tuple[FigureSheet, ...]:
    """The lists behind its figures; of statistics those of every union that has any. Raises
    Conflict `report-too-large`."""
    if not isinstance(written, Statistics):
        return await figure_sheets(
            connection, written.org_id, written.period, written.at, written.values
        )
    found: list[FigureSheet] = []
    for each in written.unions:
        values = {name: value for name, value in each.values.items() if value.lines}
        name = "" if each is written.own else each.union.org_id
        found += await figure_sheets(
            connection, each.union.org_id, written.period, written.at, values, of=name
        )
    return tuple(found)
