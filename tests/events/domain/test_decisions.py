"""What holds for every decision of the context, whatever happened before."""

import inspect
from datetime import date, timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.api import COMMANDS
from services.events.commands import activities, care, meetings, plans
from services.events.commands.activities import (
    CancelActivity,
    EnterContest,
    GrantAward,
    HoldActivity,
    JudgeContest,
    PlanActivity,
    RecordAttendance,
    RegisterParticipants,
)
from services.events.commands.plans import RaiseIssue
from services.events.domain import activities as decided_of_activities
from services.events.domain import contests
from services.events.domain.activities import Activity, evolve
from services.events.domain.issues import raise_issue
from shared.contract.events import Verdict
from shared.decider.command import Sourced
from shared.decider.fold import fold
from shared.decider.withdrawal import WithdrawEntries
from shared.errors import Invalid, Refusal

ORG, TODAY = "tjtc", date(2022, 12, 15)


def test_every_command_of_the_context_has_its_route() -> None:
    asked = {
        found
        for module in (activities, care, meetings, plans)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Sourced) and found is not Sourced
    }
    assert asked | {WithdrawEntries} == {route.command for route in COMMANDS.values()}


def test_events_entered_from_paper_bear_the_date_of_their_source() -> None:
    command = RaiseIssue(
        issue_id="q-1",
        title="会员关系转隶仍未完成",
        raised_on=date(2022, 5, 2),
        source_recorded_on=date(2022, 5, 9),
    )
    (event,) = raise_issue(None, command, ORG, TODAY)
    assert event.occurred_on == date(2022, 5, 2)
    assert event.source_recorded_on == date(2022, 5, 9)


def test_a_paper_source_is_not_dated_after_today() -> None:
    command = RaiseIssue(
        issue_id="q-1",
        title="会员关系转隶仍未完成",
        raised_on=TODAY,
        source_recorded_on=TODAY + timedelta(days=1),
    )
    with pytest.raises(Invalid, match="date-in-future"):
        raise_issue(None, command, ORG, TODAY)


days = st.dates(date(2022, 12, 1), date(2022, 12, 20))
entries = st.sampled_from(["a", "b", "c"])
people = st.lists(st.sampled_from([f"p-person{n}" for n in range(5)]), min_size=1, max_size=4).map(
    tuple
)
verdicts = st.lists(
    st.builds(Verdict, entry_id=entries, place=st.integers(1, 3)), min_size=1, max_size=3
).map(tuple)
one = {"activity_id": st.just("sports-1")}
asked_of_an_activity = st.one_of(
    st.builds(
        PlanActivity,
        **one,
        title=st.just("运动会"),
        kind=st.just("sport"),
        organiser=st.just("own"),
        online=st.booleans(),
        planned_for=days,
        planned_on=days,
    ),
    st.builds(HoldActivity, **one, session=st.none() | st.integers(1, 4), held_on=days),
    st.builds(CancelActivity, **one, reason=st.just("weather"), cancelled_on=days),
    st.builds(RegisterParticipants, **one, person_ids=people, registered_on=days),
    st.builds(
        RecordAttendance, **one, session=st.integers(1, 4), person_ids=people, attended_on=days
    ),
    st.builds(EnterContest, **one, entry_id=entries, person_ids=people, entered_on=days),
    st.builds(JudgeContest, **one, judges=st.just(3), verdicts=verdicts, judged_on=days),
    st.builds(
        GrantAward,
        **one,
        entry_id=entries,
        award=st.just("first"),
        recipients=st.integers(1, 4),
        granted_on=days,
    ),
)


DECISIONS: dict[type[Sourced], Any] = {
    PlanActivity: decided_of_activities.plan_activity,
    HoldActivity: decided_of_activities.hold_activity,
    CancelActivity: decided_of_activities.cancel_activity,
    RegisterParticipants: decided_of_activities.register_participants,
    RecordAttendance: decided_of_activities.record_attendance,
    EnterContest: contests.enter_contest,
    JudgeContest: contests.judge_contest,
    GrantAward: contests.grant_award,
}


@given(st.lists(asked_of_an_activity, max_size=40))
def test_whatever_is_asked_every_event_decided_folds_and_the_activity_stays_whole(
    commands: list[Any],
) -> None:
    history: list[Any] = []
    planned = PlanActivity(
        activity_id="sports-1",
        title="运动会",
        kind="sport",
        organiser="own",
        online=False,
        planned_for=date(2022, 12, 9),
        planned_on=date(2022, 12, 1),
    )
    for command in (*commands[:2], planned, *commands[2:]):
        try:
            state: Activity | None = fold(evolve, history, None)
            history += DECISIONS[type(command)](state, command, ORG, TODAY)
        except Refusal:
            continue
    activity: Activity | None = reduce(evolve, history, None)
    assert activity is not None
    assert all(event.occurred_on <= TODAY for event in history)
    assert {session for session, _ in activity.attended.items()} <= set(activity.sessions)
    assert not (activity.cancelled and activity.sessions)
    assert set(activity.contest.places or ()) <= set(activity.contest.entries)
    assert {entry for entry, _ in activity.contest.awards} <= set(activity.contest.places or ())
    told_twice = [event for event in history if history.count(event) > 1]
    assert told_twice == []
