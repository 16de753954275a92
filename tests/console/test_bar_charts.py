"""Bars stand from zero, are as high as they say, and none stands for what is unknown."""

from typing import Any

import pytest

from services.console.bar_charts import MONTHS_MAX, month_bars, step_of

SERIES = (("a", "f1"), ("b", "f2"))


def months(*values: tuple[int | None, int | None]) -> list[dict[str, Any]]:
    return [{"month": f"2022-{n:02d}", "a": a, "b": b} for n, (a, b) in enumerate(values, start=1)]


def test_a_bar_is_as_high_as_its_amount_and_the_unknown_has_none() -> None:
    drawn = month_bars(months((100_00, 50_00), (None, 0)), SERIES)
    assert drawn is not None
    for each in drawn:
        first, second, zero = each.bars
        assert round(first.height / second.height, 1) == 2.0
        assert first.y + first.height == pytest.approx(each.zero)
        assert zero.height == 0 and zero.css == "f2"
        assert each.ticks[0][1] == 0 and each.ticks[-1][1] == 100_00


def test_money_taken_back_hangs_below_zero() -> None:
    drawn = month_bars(months((-100_00, 200_00)), SERIES)
    assert drawn is not None
    below, above = drawn[0].bars
    assert below.y == drawn[0].zero == pytest.approx(above.y + above.height)


def test_without_an_amount_or_with_too_many_months_there_is_no_chart() -> None:
    assert month_bars(months((None, None)), SERIES) is None
    assert month_bars(months(*[(1, 1)] * (MONTHS_MAX + 1)), SERIES) is None


@pytest.mark.parametrize(
    ("spread", "step"), [(0, 100), (500, 100), (501, 200), (27_190_000, 10_000_000)]
)
def test_there_are_five_ticks_at_most(spread: int, step: int) -> None:
    assert step_of(spread) == step
