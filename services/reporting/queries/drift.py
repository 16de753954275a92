"""Drift: the numbers of issued reports that the facts give otherwise by now, with the events that
moved them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.reporting.figures import BY_NAME
from services.reporting.projections.issued_reports import IssuedReport
from services.reporting.queries.figure_difference import difference
from services.reporting.queries.figures import values_at
from services.reporting.queries.knowledge import Period
from services.reporting.queries.reports import numbers_of
from services.reporting.rules.facts import Moved


async def moved_numbers(
    connection: Any, org_id: str, at: int, reports: Iterable[IssuedReport]
) -> tuple[Moved, ...]:
    """Every number that these reports state and that is another as known at `at`. A figure that is
    defined no more has no number to compare with (`found` is None)."""
    found = []
    for report in reports:
        period = Period(report.period_from, report.period_to)
        stated = numbers_of(report)
        figures = [BY_NAME[name] for name in stated if name in BY_NAME]
        now = await values_at(connection, org_id, period, at, figures)
        for name, value in stated.items():
            if name not in now:
                found.append(Moved(report.report_id, name, value, None, ()))
            elif now[name].value != value:
                between = (min(report.known_at, at), at)
                changed = await difference(connection, org_id, BY_NAME[name], period, between)
                events = _events(changed.lines)
                found.append(Moved(report.report_id, name, value, now[name].value, events))
    return tuple(found)


def _events(lines: Sequence[dict[str, Any]]) -> tuple[UUID, ...]:
    """The events that made lines come and go; where another fact decides, those of the lines."""
    causes = (line["because"] or line["event"] for line in lines)
    return tuple(dict.fromkeys(UUID(cause["event_id"]) for cause in causes))
