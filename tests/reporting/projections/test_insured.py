"""Each cover under a policy, in the capacity stated."""

from services.reporting.projections.insured import INSURED
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import rows_of
from tests.reporting.year import (
    person,
)


def test_each_cover_is_a_row_in_its_capacity() -> None:
    year = whole_year()
    covers = [(row.policy_id, row.person_id, row.capacity) for row in rows_of(INSURED, year)]
    assert len(covers) == 5
    assert ("i", person(3), "staff") in covers
