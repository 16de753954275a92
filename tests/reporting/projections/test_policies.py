"""A policy as it was bought."""

from services.reporting.projections.policies import POLICIES
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import rows_of


def test_a_policy_says_for_whom_and_whether_its_price_is_assumed() -> None:
    year = whole_year()
    ankang, illness = rows_of(POLICIES, year)
    assert (ankang.plan, ankang.insured_due, ankang.premium_fen) == ("ankang", 2, 12000)
    assert illness.amount_assumed
