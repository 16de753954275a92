"""Bars by month, two series side by side, drawn here as SVG in two sizes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from services.console.charts import NARROW, WIDE, Size

MONTHS_MAX = 24
"""More months are a table alone: bars would be hairs."""
TICKS = 5
LEFT, NARROW_LEFT = 84, 74
FILLED = 0.72
"""How much of a month's width its bars fill."""


class Bar(NamedTuple):
    """One bar: its place and size, its series' class, and what it says."""

    css: str
    x: float
    y: float
    width: float
    height: float


class Bars(NamedTuple):
    """One size of the chart: ticks are places with their value in fen, months places with their
    name; `zero` is where bars begin."""

    css: str
    size: Size
    bars: list[Bar]
    ticks: list[tuple[float, int]]
    months: list[tuple[float, str]]
    zero: float


def month_bars(
    months: Sequence[dict[str, Any]], series: Sequence[tuple[str, str]]
) -> tuple[Bars, Bars] | None:
    """The months' amounts by series (name of the amount, class of its bars), wide and narrow; None
    where no month has any, or they are too many. A month without an amount has no bar."""
    values = [each[name] for each in months for name, _ in series if each[name] is not None]
    if not values or len(months) > MONTHS_MAX:
        return None
    step = step_of(max(*values, 0) - min(*values, 0))
    top = -(-max(*values, 0) // step) * step
    bottom = min(*values, 0) // step * step
    axis = (bottom, top, step)
    wide = _drawn("wide", WIDE._replace(left=LEFT), months, series, axis)
    narrow = _drawn("narrow", NARROW._replace(left=NARROW_LEFT), months, series, axis)
    return wide, narrow


def _drawn(
    css: str,
    size: Size,
    months: Sequence[dict[str, Any]],
    series: Sequence[tuple[str, str]],
    axis: tuple[int, int, int],
) -> Bars:
    bottom, top, step = axis
    high = size.bottom - size.top
    wide = (size.right - size.left) / len(months)

    def y(value: int) -> float:
        return round(size.bottom - high * (value - bottom) / (top - bottom), 1)

    each_wide = round(wide * FILLED / len(series), 1)
    bars = [
        Bar(
            bar_css,
            round(size.left + wide * (at + (1 - FILLED) / 2) + each_wide * place, 1),
            min(y(month[name]), y(0)),
            max(each_wide - 1, 1),
            round(abs(y(month[name]) - y(0)), 1),
        )
        for at, month in enumerate(months)
        for place, (name, bar_css) in enumerate(series)
        if month[name] is not None
    ]
    every = 3 if css == "narrow" or len(months) > TICKS * 3 else 1
    return Bars(
        css=css,
        size=size,
        bars=bars,
        ticks=[(y(value), value) for value in range(bottom, top + 1, step)],
        months=[
            (round(size.left + wide * (at + 0.5), 1), month["month"])
            for at, month in enumerate(months)
            if at % every == 0
        ],
        zero=y(0),
    )


def step_of(spread: int) -> int:
    """The distance of ticks in fen: 1, 2 or 5 of a power of ten, at most TICKS of them."""
    step = 100
    while True:
        for times in (1, 2, 5):
            if spread <= step * times * TICKS:
                return step * times
        step *= 10
