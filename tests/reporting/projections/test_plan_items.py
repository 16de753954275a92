"""What was planned is open until it is done."""

from services.reporting.projections.plan_items import PLAN_ITEMS
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import day, rows_of


def test_what_was_planned_is_open_until_it_is_done() -> None:
    year = whole_year()
    plan = {row.item_id: row.done_on for row in rows_of(PLAN_ITEMS, year)}
    assert plan == {"a": day("2022-12-01"), "b": None}
