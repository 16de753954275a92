"""Drift: the numbers of issued reports that the facts give otherwise by now, with the events that
moved them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from services.reporting.figures import BY_NAME
from services.reporting.projections.issued_reports import IssuedReport
from services.reporting.queries.figure_difference import Difference, difference
from services.reporting.queries.figures import values_at
from services.reporting.queries.knowledge import Period
from services.reporting.queries.reports import numbers_of
from services.reporting.rules.facts import Moved


class Drifted(NamedTuple):
    """A number that a report states and that is another by now. A figure that is defined no more
    has no number to compare with: `found` and `between` are None."""

    figure: str
    stated: int
    found: int | None
    between: Difference | None


async def drift_of(
    connection: Any, org_id: str, at: int, report: IssuedReport
) -> tuple[Drifted, ...]:
    """The numbers of a report that are others as known at `at`, each with the lines that came and
    went since it was issued."""
    period = Period(report.period_from, report.period_to)
    stated = numbers_of(report)
    figures = [BY_NAME[name] for name in stated if name in BY_NAME]
    now = await values_at(connection, org_id, period, at, figures)
    found = []
    for name, value in stated.items():
        if name not in now:
            found.append(Drifted(name, value, None, None))
        elif now[name].value != value:
            known = (min(report.known_at, at), at)
            changed = await difference(connection, org_id, BY_NAME[name], period, known)
            found.append(Drifted(name, value, now[name].value, changed))
    return tuple(found)


async def moved_numbers(
    connection: Any, org_id: str, at: int, reports: Iterable[IssuedReport]
) -> tuple[Moved, ...]:
    """Every number that these reports state and that is another as known at `at`, with the events
    that moved it."""
    found = []
    for report in reports:
        for each in await drift_of(connection, org_id, at, report):
            events = _events(each.between.lines) if each.between else ()
            found.append(Moved(report.report_id, each.figure, each.stated, each.found, events))
    return tuple(found)


def _events(lines: Sequence[dict[str, Any]]) -> tuple[UUID, ...]:
    """The events that made lines come and go; where another fact decides, those of the lines."""
    causes = (line["because"] or line["event"] for line in lines)
    return tuple(dict.fromkeys(UUID(cause["event_id"]) for cause in causes))
