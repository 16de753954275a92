"""A health check is counts only."""

from services.reporting.projections.health_checks import HEALTH_CHECKS
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import day, rows_of


def test_a_health_check_is_counts_only() -> None:
    (row,) = rows_of(HEALTH_CHECKS, whole_year())
    assert (row.people_due, row.examined, row.reexaminations) == (9, 8, 2)
    assert (row.payer, row.reported_on) == ("administration", day("2022-09-01"))
