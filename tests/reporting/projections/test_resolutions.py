"""Each resolution with its votes."""

from services.reporting.projections.resolutions import RESOLUTIONS
from tests.examples.events import resolution_passed
from tests.reporting.projections.rows import rows


def test_each_resolution_is_a_row_with_its_votes() -> None:
    votes = {"votes_for": 50, "votes_against": 1, "abstained": 2}
    both = [
        resolution_passed(
            occurred_on="2022-03-20", meeting_id="m", resolution_id=each, subject=each, **votes
        )
        for each in "ab"
    ]
    assert [(r.resolution_id, r.votes_for, r.abstained) for r in rows(RESOLUTIONS, *both)] == [
        ("a", 50, 2),
        ("b", 50, 2),
    ]
