"""Each volunteer service is a row."""

from services.reporting.projections.volunteers import VOLUNTEERS
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import rows_of


def test_each_service_is_a_row() -> None:
    year = whole_year()
    assert sorted(row.days for row in rows_of(VOLUNTEERS, year)) == [5, 6]
