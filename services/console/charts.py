"""Charts, drawn here as SVG: a step line for the roll. Two sizes, so that text stays readable."""

from datetime import date
from typing import Any, NamedTuple

from services.console.scope import Period


class Roll(NamedTuple):
    """A count over time: what it was first, and what it was from each day on (ISO dates)."""

    opening: int
    days: list[tuple[str, int]]


class Size(NamedTuple):
    """Where the axes of a chart stand, in its own units."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    month_step: int


WIDE = Size(1130, 220, 40, 1054, 22, 194, 1)
NARROW = Size(328, 210, 34, 300, 22, 186, 3)
TICKS_MAX = 5


class Drawn(NamedTuple):
    """One size of a chart: `line` is a path; ticks and months are places with their label."""

    css: str
    size: Size
    line: str
    ticks: list[tuple[float, int]]
    months: list[tuple[float, int]]
    marks: list[tuple[float, float, int]]
    end: tuple[float, int]


class Chart(NamedTuple):
    """The roll in both sizes; its axis begins at `bottom`. `rows` are the days it changed on,
    `marks` those of the counts, each with the roll of the day."""

    wide: Drawn
    narrow: Drawn
    bottom: int
    rows: list[tuple[str, int]]
    marks: list[tuple[str, int]]


def roll_chart(period: Period, roll: Roll, counts: list[dict[str, Any]]) -> Chart | None:
    """The roll of a period with the days of its counts marked; None where it never moved."""
    if not roll.days:
        return None
    values = [roll.opening, *(count for _, count in roll.days)]
    step = _step(max(values) - min(values))
    bottom = max(0, (min(values) - step // 2) // step * step)
    top = (max(values) // step + 1) * step
    days = sorted({str(each["day"]) for each in counts if each.get("day")})
    drawn = (
        _drawn(css, size, period, roll, (bottom, top, step), days)
        for css, size in (("wide", WIDE), ("narrow", NARROW))
    )
    wide, narrow = drawn
    marks = [(day, _on(roll, day)) for day in days if _within(period, day)]
    return Chart(wide, narrow, bottom, [(str(period.first), roll.opening), *roll.days], marks)


def _drawn(  # noqa: PLR0917 - what one size is drawn from
    css: str, size: Size, period: Period, roll: Roll, axis: tuple[int, int, int], days: list[str]
) -> Drawn:
    bottom, top, step = axis
    whole = (period.last - period.first).days + 1

    def x(at: date) -> float:
        return round(size.left + (size.right - size.left) * (at - period.first).days / whole, 1)

    def y(value: int) -> float:
        return round(size.bottom - (size.bottom - size.top) * (value - bottom) / (top - bottom), 1)

    line = [f"M{size.left} {y(roll.opening)}"]
    for day, count in roll.days:
        line.append(f"H{x(date.fromisoformat(day))}V{y(count)}")
    line.append(f"H{size.right}")
    return Drawn(
        css=css,
        size=size,
        line="".join(line),
        ticks=[(y(value), value) for value in range(bottom, top + 1, step)],
        months=[
            (x(first), first.month)
            for first in _months(period)
            if (first.month - 1) % size.month_step == 0
        ],
        marks=[
            (x(date.fromisoformat(day)), y(_on(roll, day)), _on(roll, day))
            for day in days
            if _within(period, day)
        ],
        end=(y(roll.days[-1][1]), roll.days[-1][1]),
    )


def _within(period: Period, day: str) -> bool:
    return period.first <= date.fromisoformat(day) <= period.last


def _on(roll: Roll, day: str) -> int:
    until = [count for moved, count in roll.days if moved <= day]
    return until[-1] if until else roll.opening


def _months(period: Period) -> list[date]:
    first = period.first.replace(day=1)
    found = []
    while first <= period.last:
        if first >= period.first:
            found.append(first)
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return found


def _step(spread: int) -> int:
    for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        if spread / step <= TICKS_MAX:
            return step
    return 10_000
