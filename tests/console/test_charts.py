"""The step line of the roll: within its box, and true at every day."""

from hypothesis import given
from hypothesis import strategies as st

from services.console.charts import Roll, roll_chart
from services.console.scope import of_year

DAYS = st.dates(of_year(2022).first, of_year(2022).last).map(str)


@given(st.integers(0, 100_000), st.dictionaries(DAYS, st.integers(0, 100_000), min_size=1))
def test_a_roll_stays_within_its_box(opening: int, days: dict[str, int]) -> None:
    roll = Roll(opening, sorted(days.items()))
    chart = roll_chart(of_year(2022), roll, [{"day": day} for day in days])
    assert chart is not None
    for drawn in (chart.wide, chart.narrow):
        heights = [y for _, y, _ in drawn.marks] + [drawn.end[0]]
        assert all(drawn.size.top <= y <= drawn.size.bottom for y in heights)
        assert all(drawn.size.left <= x <= drawn.size.right for x, _, _ in drawn.marks)
        assert {value for _, _, value in drawn.marks} <= set(days.values())
        assert len(drawn.ticks) <= 12
        assert drawn.end[1] == roll.days[-1][1]


def test_a_roll_that_never_moved_has_no_chart() -> None:
    assert roll_chart(of_year(2022), Roll(5, []), []) is None


def test_the_value_of_a_day_is_that_after_its_movements() -> None:
    roll = Roll(517, [("2022-04-01", 511), ("2022-09-01", 530)])
    chart = roll_chart(of_year(2022), roll, [{"day": "2022-01-17"}, {"day": "2022-09-01"}])
    assert chart is not None
    assert [value for _, _, value in chart.wide.marks] == [517, 530]
    assert chart.rows[0] == ("2022-01-01", 517)
