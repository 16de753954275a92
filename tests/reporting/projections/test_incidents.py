"""Each incident is a row."""

from services.reporting.projections.incidents import INCIDENTS
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import rows_of


def test_each_incident_is_a_row() -> None:
    assert len(rows_of(INCIDENTS, whole_year())) == 6
