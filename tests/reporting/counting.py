"""What a figure is, said again without SQL: what the queries must equal."""

from collections.abc import Iterable

from services.reporting.figures.definition import Figure
from services.reporting.projections.figure_lines import Line
from services.reporting.queries.knowledge import Period


def figure_of(lines: Iterable[Line], figure: Figure, period: Period) -> int:
    """The value of a figure, from the lines that stand."""
    counted = [line for line in lines if line.list in figure.lists and _in(line, figure, period)]
    match figure.measure:
        case "persons":
            return len({line.subject for line in counted})
        case "count":
            return len(counted)
        case "quantity":
            return sum(line.quantity for line in counted)
        case "amount_fen":
            return sum(line.amount_fen or 0 for line in counted)


def _in(line: Line, figure: Figure, period: Period) -> bool:
    if figure.stock:
        ended = line.ended_on is not None and line.ended_on <= period.last
        return line.occurred_on <= period.last and not ended
    return period.first <= line.occurred_on <= period.last
