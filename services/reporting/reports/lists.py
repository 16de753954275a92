"""The list of every figure, for the workbook: the very lines whose count or sum it is."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.reporting.queries.figure_events import LIMIT_MAX, Cursor, decode_cursor, events_of
from services.reporting.queries.figures import Value
from services.reporting.queries.knowledge import Period
from services.reporting.reports.document import FigureSheet, Line
from shared.errors import Conflict

LINES_MAX = 100_000
"""A workbook with more is none that a person opens; the figures are asked one by one then."""


async def figure_sheets(  # noqa: PLR0917 - whose figures, and as known when
    connection: Any,
    org_id: str,
    period: Period,
    at: int,
    values: Mapping[str, Value],
    of: str = "",
) -> tuple[FigureSheet, ...]:
    """Every figure with its list, as known at `at`; `of` names a union under the report's, and
    tells its sheets apart. Raises Conflict `report-too-large`."""
    lines = sum(value.lines for value in values.values())
    if lines > LINES_MAX:
        raise Conflict(
            "report-too-large",
            f"the figures' lists have {lines:,} lines, a workbook takes {LINES_MAX:,}: leave xlsx"
            " out of the formats, and ask for lists by figure",
        )
    sheets = []
    for name, value in values.items():
        found = await _lines(connection, org_id, period, at, value) if value.lines else ()
        sheets.append(
            FigureSheet(
                name=f"{name}@{of}" if of else name,
                title=f"{value.figure.title}({of})" if of else value.figure.title,
                unit=value.figure.unit,
                measure=value.figure.measure,
                value=value.value,
                notes=tuple(value.notes),
                provable=value.provable,
                lines=tuple(found),
            )
        )
    return tuple(sheets)


async def _lines(
    connection: Any, org_id: str, period: Period, at: int, value: Value
) -> Iterable[Line]:
    after, lines = Cursor(at, 0, "", date.min), []
    while True:
        page = await events_of(
            connection, org_id, value.figure, period, after=after, limit=LIMIT_MAX
        )
        lines += [_line(event) for event in page.events]
        lines += [_line(event, repeat=True) for event in page.repeats]
        if page.next is None:
            return sorted(lines, key=lambda line: (line.repeat, line.day, line.log_index))
        after = decode_cursor(page.next)


def _line(event: Mapping[str, Any], *, repeat: bool = False) -> Line:
    return Line(
        day=event["occurred_on"],
        list=event["list"],
        subject=event["subject"],
        quantity=event["quantity"],
        amount_fen=event["amount_fen"],
        assumed=event["assumed"],
        provable=event["provable"],
        type=event["type"],
        stream=event["stream"],
        version=event["stream_version"],
        log_index=event["log_index"],
        event_id=event["event_id"],
        repeat=repeat,
    )
