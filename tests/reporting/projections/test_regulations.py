"""Each adoption and each revision of a regulation is a row."""

from services.reporting.projections.regulations import REGULATIONS
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import rows_of


def test_each_adoption_and_revision_is_a_row() -> None:
    year = whole_year()
    assert [row.action for row in rows_of(REGULATIONS, year)].count("revised") == 2
