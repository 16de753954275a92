"""A problem the report names is open until it is solved."""

from services.reporting.projections.issues import ISSUES
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import day, rows_of


def test_what_was_raised_is_open_until_it_is_solved() -> None:
    year = whole_year()
    issues = {row.issue_id: row.resolved_on for row in rows_of(ISSUES, year)}
    assert issues == {"a": day("2022-12-30"), "b": day("2023-01-30"), "c": None}
