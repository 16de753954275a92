"""A meeting with its quorum and the number of its resolutions."""

from services.reporting.projections.meetings import MEETINGS, Meeting
from tests.examples.events import resolution_passed
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.projections.rows import day, only, rows_of


def test_a_congress_has_its_quorum_and_counts_its_resolutions() -> None:
    found = {row.meeting_id: row for row in rows_of(MEETINGS, whole_year())}
    first: Meeting = found["j1"]
    assert (first.title, first.convened_for, first.held_on) == (
        "教代会",
        day("2022-03-20"),
        day("2022-03-20"),
    )
    assert (first.delegates_due, first.delegates_present, first.resolutions) == (60, 50, 1)
    assert (found["j2"].title, found["j2"].resolutions) == (None, 0)


def test_a_second_resolution_is_counted_too() -> None:
    votes = {"votes_for": 50, "votes_against": 1, "abstained": 2}
    both = [
        resolution_passed(
            occurred_on="2022-03-20", meeting_id="m", resolution_id=each, subject=each, **votes
        )
        for each in "ab"
    ]
    assert only(MEETINGS, *both).resolutions == 2
