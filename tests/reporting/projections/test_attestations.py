"""A month is attested once for each subject."""

from services.reporting.projections.attestations import ATTESTATIONS
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import rows_of


def test_a_month_is_attested_once_for_each_subject() -> None:
    year = whole_year()
    found = {(r.subject, r.month): r.incidents for r in rows_of(ATTESTATIONS, year)}
    assert len(found) == 8
    assert found["unstated", "2022-03"] == 0
    assert found["safety", "2022-03"] == 1
