"""Meetings, given-when-then: the congresses, their resolutions, and the school year."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.events.commands.meetings import ConveneMeeting, HoldCongress, PassResolution
from services.events.domain import meetings
from services.events.domain.meetings import (
    convene_meeting,
    hold_congress,
    pass_resolution,
    school_year,
)
from shared.contract.events import CongressHeld, MeetingConvened
from shared.testing.decider import Given, given
from tests.examples.events import congress_held, meeting_convened, resolution_passed

ORG = "tjtc"
TODAY, CALLED_ON, DAY = date(2022, 12, 15), date(2022, 3, 15), date(2022, 3, 25)
AFTER_TODAY = date(2022, 12, 16)


def convened(kind: Any = "staff_congress", due: int = 60) -> MeetingConvened:
    return meeting_convened(
        occurred_on=CALLED_ON,
        meeting_id="tc-1",
        kind=kind,
        title="教代会第一次会议",
        convened_for=DAY,
        delegates_due=due,
    )


def held(present: int = 52) -> CongressHeld:
    return congress_held(occurred_on=DAY, meeting_id="tc-1", delegates_present=present)


passed = resolution_passed(
    occurred_on=DAY, meeting_id="tc-1", resolution_id="r-1", subject="经费收支管理办法"
)


def convene(on: date = CALLED_ON, convened_for: date = DAY) -> ConveneMeeting:
    return ConveneMeeting(
        meeting_id="tc-1",
        kind="staff_congress",
        title="教代会第一次会议",
        convened_for=convened_for,
        delegates_due=60,
        convened_on=on,
    )


def hold(present: int = 52, on: date = DAY) -> HoldCongress:
    return HoldCongress(meeting_id="tc-1", delegates_present=present, held_on=on)


def resolve(votes: tuple[int, int, int] = (50, 1, 1), on: date = DAY) -> PassResolution:
    return PassResolution(
        meeting_id="tc-1",
        resolution_id="r-1",
        subject="经费收支管理办法",
        votes_for=votes[0],
        votes_against=votes[1],
        abstained=votes[2],
        passed_on=on,
    )


def meeting(*events: Any) -> Given:
    return given(meetings, None, *events)


def test_a_meeting_is_convened() -> None:
    meeting().when(convene_meeting, convene(), ORG, TODAY).then(convened())


def test_a_meeting_is_convened_once() -> None:
    meeting(convened()).when(convene_meeting, convene(), ORG, TODAY).then_refused("meeting-exists")


def test_a_meeting_is_not_convened_for_a_day_that_passed() -> None:
    meeting().when(convene_meeting, convene(on=date(2022, 3, 26)), ORG, TODAY).then_refused(
        "convened-after-the-day"
    )


def test_a_notice_is_not_dated_after_today() -> None:
    command = convene(on=AFTER_TODAY, convened_for=date(2023, 1, 5))
    meeting().when(convene_meeting, command, ORG, TODAY).then_refused("date-in-future")


def test_a_congress_meets_in_the_school_year_of_its_day() -> None:
    meeting(convened()).when(hold_congress, hold(), ORG, TODAY).then(held())


def test_a_congress_below_its_quorum_is_recorded_all_the_same() -> None:
    meeting(convened()).when(hold_congress, hold(present=3), ORG, TODAY).then(held(present=3))


def test_only_a_convened_congress_meets() -> None:
    meeting().when(hold_congress, hold(), ORG, TODAY).then_refused("unknown-meeting")


@pytest.mark.parametrize("kind", ["committee", "audit_committee"])
def test_a_committee_is_no_congress(kind: str) -> None:
    meeting(convened(kind)).when(hold_congress, hold(), ORG, TODAY).then_refused("not-a-congress")


def test_a_congress_meets_once() -> None:
    meeting(convened(), held()).when(hold_congress, hold(), ORG, TODAY).then_refused(
        "congress-held"
    )


def test_no_more_delegates_are_present_than_due() -> None:
    meeting(convened()).when(hold_congress, hold(present=61), ORG, TODAY).then_refused(
        "more-present-than-due"
    )


def test_a_congress_does_not_meet_in_the_future() -> None:
    meeting(convened()).when(hold_congress, hold(on=AFTER_TODAY), ORG, TODAY).then_refused(
        "date-in-future"
    )


def test_a_congress_does_not_meet_before_it_was_convened() -> None:
    meeting(convened()).when(hold_congress, hold(on=date(2022, 3, 14)), ORG, TODAY).then_refused(
        "held-before-convened"
    )


def test_a_congress_passes_a_resolution() -> None:
    meeting(convened(), held()).when(pass_resolution, resolve(), ORG, TODAY).then(passed)


def test_a_resolution_with_too_few_votes_for_it_is_recorded_and_not_judged_here() -> None:
    outcome = meeting(convened(), held()).when(pass_resolution, resolve((1, 40, 11)), ORG, TODAY)
    assert outcome.refusal is None


def test_a_resolution_needs_a_meeting() -> None:
    meeting().when(pass_resolution, resolve(), ORG, TODAY).then_refused("unknown-meeting")


def test_a_congress_that_did_not_meet_passes_nothing() -> None:
    meeting(convened()).when(pass_resolution, resolve(), ORG, TODAY).then_refused(
        "congress-not-held"
    )


def test_a_resolution_passes_once() -> None:
    meeting(convened(), held(), passed).when(pass_resolution, resolve(), ORG, TODAY).then_refused(
        "resolution-exists"
    )


def test_no_more_votes_than_delegates_present() -> None:
    meeting(convened(), held(present=51)).when(pass_resolution, resolve(), ORG, TODAY).then_refused(
        "more-votes-than-present"
    )


def test_a_committee_votes_up_to_its_size() -> None:
    seven = meeting(convened("committee", due=7))
    seven.when(pass_resolution, resolve((8, 0, 0)), ORG, TODAY).then_refused(
        "more-votes-than-present"
    )
    assert seven.when(pass_resolution, resolve((5, 1, 1)), ORG, TODAY).refusal is None


def test_a_resolution_is_not_dated_after_today() -> None:
    meeting(convened(), held()).when(
        pass_resolution, resolve(on=AFTER_TODAY), ORG, TODAY
    ).then_refused("date-in-future")


def test_the_school_year_begins_on_1_september() -> None:
    assert school_year(date(2022, 8, 31)) == "2021-2022"
    assert school_year(date(2022, 9, 1)) == "2022-2023"


@for_all(st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_every_day_lies_in_the_school_year_it_is_given(on: date) -> None:
    first, last = map(int, school_year(on).split("-"))
    assert last == first + 1
    assert date(first, 9, 1) <= on < date(last, 9, 1)
