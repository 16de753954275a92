"""Activities, given-when-then: planned, held, cancelled, registered for, attended."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.events.commands.activities import (
    CancelActivity,
    HoldActivity,
    PlanActivity,
    RecordAttendance,
    RegisterParticipants,
)
from services.events.domain import activities
from services.events.domain.activities import (
    cancel_activity,
    hold_activity,
    plan_activity,
    record_attendance,
    register_participants,
)
from shared.contract.events import (
    ActivityHeld,
    AttendanceRecorded,
    ParticipantRegistered,
)
from shared.errors import Conflict, Invalid, Unknown
from shared.testing.decider import Given, given
from tests.examples.events import (
    activity_cancelled,
    activity_held,
    activity_planned,
    attendance_recorded,
    issue_raised,
    participant_registered,
)

ORG = "tjtc"
TODAY = date(2022, 12, 15)
PLANNED_ON, DAY = date(2022, 4, 20), date(2022, 5, 20)
AFTER_TODAY = date(2022, 12, 16)
ANN, BO, CAI = "p-ann001", "p-bo0001", "p-cai001"

planned = activity_planned(
    occurred_on=PLANNED_ON,
    activity_id="matchmaking-1",
    title="线上联谊",
    kind="matchmaking",
    organiser="city_union",
    planned_for=DAY,
)
cancelled = activity_cancelled(occurred_on=DAY, activity_id="matchmaking-1")


def held(session: int, on: date = DAY) -> ActivityHeld:
    return activity_held(
        occurred_on=on,
        activity_id="matchmaking-1",
        kind="matchmaking",
        organiser="city_union",
        session=session,
    )


def registered(person_id: str) -> ParticipantRegistered:
    return participant_registered(
        occurred_on=PLANNED_ON, activity_id="matchmaking-1", person_id=person_id
    )


def attended(person_id: str, session: int = 1, on: date = DAY) -> AttendanceRecorded:
    return attendance_recorded(
        occurred_on=on, activity_id="matchmaking-1", person_id=person_id, session=session
    )


def plan(**changed: Any) -> PlanActivity:
    fields = {
        "activity_id": "matchmaking-1",
        "title": "线上联谊",
        "kind": "matchmaking",
        "organiser": "city_union",
        "online": True,
        "planned_for": DAY,
        "planned_on": PLANNED_ON,
    }
    return PlanActivity(**(fields | changed))


def hold(session: int | None = None, on: date = DAY) -> HoldActivity:
    return HoldActivity(activity_id="matchmaking-1", session=session, held_on=on)


def cancel(on: date = DAY) -> CancelActivity:
    return CancelActivity(activity_id="matchmaking-1", reason="epidemic", cancelled_on=on)


def register(*people: str, on: date = PLANNED_ON) -> RegisterParticipants:
    return RegisterParticipants(activity_id="matchmaking-1", person_ids=people, registered_on=on)


def attend(*people: str, session: int = 1, on: date = DAY) -> RecordAttendance:
    return RecordAttendance(
        activity_id="matchmaking-1", session=session, person_ids=people, attended_on=on
    )


def activity(*events: Any) -> Given:
    return given(activities, None, *events)


def test_an_activity_is_planned() -> None:
    activity().when(plan_activity, plan(), ORG, TODAY).then(planned)


def test_an_activity_is_planned_once() -> None:
    activity(planned).when(plan_activity, plan(), ORG, TODAY).then_refused("activity-exists")


def test_a_plan_is_not_dated_after_today() -> None:
    command = plan(planned_on=AFTER_TODAY, planned_for=AFTER_TODAY)
    activity().when(plan_activity, command, ORG, TODAY).then_refused("date-in-future")


def test_a_plan_for_a_future_day_may_be_made_today() -> None:
    command = plan(planned_on=TODAY, planned_for=date(2023, 1, 10))
    assert activity().when(plan_activity, command, ORG, TODAY).refusal is None


def test_an_activity_is_not_planned_after_its_day() -> None:
    command = plan(planned_on=date(2022, 5, 21))
    activity().when(plan_activity, command, ORG, TODAY).then_refused("planned-after-the-day")


def test_the_first_session_held_is_number_1() -> None:
    activity(planned).when(hold_activity, hold(), ORG, TODAY).then(held(1))


def test_the_next_session_follows_the_highest_held() -> None:
    activity(planned, held(1), held(4)).when(hold_activity, hold(), ORG, TODAY).then(held(5))


def test_sessions_may_be_entered_late_and_out_of_order() -> None:
    activity(planned, held(3)).when(hold_activity, hold(2), ORG, TODAY).then(held(2))


def test_a_session_is_held_once() -> None:
    activity(planned, held(2)).when(hold_activity, hold(2), ORG, TODAY).then_refused("session-held")


def test_an_unplanned_activity_is_not_held() -> None:
    activity().when(hold_activity, hold(), ORG, TODAY).then_refused("unknown-activity")


def test_a_cancelled_activity_is_not_held() -> None:
    activity(planned, cancelled).when(hold_activity, hold(), ORG, TODAY).then_refused(
        "activity-cancelled"
    )


def test_a_session_is_not_held_before_it_happens() -> None:
    activity(planned).when(hold_activity, hold(on=AFTER_TODAY), ORG, TODAY).then_refused(
        "date-in-future"
    )


def test_a_planned_activity_is_cancelled() -> None:
    activity(planned).when(cancel_activity, cancel(), ORG, TODAY).then(cancelled)


def test_an_activity_is_cancelled_once() -> None:
    activity(planned, cancelled).when(cancel_activity, cancel(), ORG, TODAY).then_refused(
        "activity-cancelled"
    )


def test_an_activity_that_was_held_is_not_cancelled() -> None:
    activity(planned, held(1)).when(cancel_activity, cancel(), ORG, TODAY).then_refused(
        "activity-held"
    )


def test_a_cancellation_is_not_dated_after_today() -> None:
    activity(planned).when(cancel_activity, cancel(AFTER_TODAY), ORG, TODAY).then_refused(
        "date-in-future"
    )


def test_each_name_is_put_down_in_the_order_given() -> None:
    activity(planned).when(register_participants, register(BO, ANN), ORG, TODAY).then(
        registered(BO), registered(ANN)
    )


def test_a_name_that_is_down_already_is_not_repeated() -> None:
    activity(planned, registered(ANN)).when(
        register_participants, register(ANN, BO, BO), ORG, TODAY
    ).then(registered(BO))


def test_registering_the_same_people_again_changes_nothing() -> None:
    activity(planned, registered(ANN)).when(
        register_participants, register(ANN), ORG, TODAY
    ).then_nothing()


def test_nobody_registers_for_a_cancelled_activity() -> None:
    activity(planned, cancelled).when(
        register_participants, register(ANN), ORG, TODAY
    ).then_refused("activity-cancelled")


def test_attendance_needs_no_registration() -> None:
    activity(planned, held(1)).when(record_attendance, attend(CAI), ORG, TODAY).then(attended(CAI))


def test_attendance_is_recorded_for_each_session() -> None:
    activity(planned, held(1), held(2), attended(ANN, 1)).when(
        record_attendance, attend(ANN, BO, session=2), ORG, TODAY
    ).then(attended(ANN, 2), attended(BO, 2))


def test_attendance_in_one_session_is_recorded_once() -> None:
    activity(planned, held(1), attended(ANN)).when(
        record_attendance, attend(ANN), ORG, TODAY
    ).then_nothing()


def test_nobody_attends_a_session_that_was_not_held() -> None:
    activity(planned, held(1)).when(
        record_attendance, attend(ANN, session=2), ORG, TODAY
    ).then_refused("session-not-held")


def test_nobody_attends_before_the_session_was_held() -> None:
    activity(planned, held(1)).when(
        record_attendance, attend(ANN, on=date(2022, 5, 19)), ORG, TODAY
    ).then_refused("attended-before-held")


def test_attendance_is_not_dated_after_today() -> None:
    activity(planned, held(1)).when(
        record_attendance, attend(ANN, on=AFTER_TODAY), ORG, TODAY
    ).then_refused("date-in-future")


@pytest.mark.parametrize(
    ("decide", "command"),
    [
        (hold_activity, hold(on=AFTER_TODAY)),
        (cancel_activity, cancel(AFTER_TODAY)),
        (register_participants, register(ANN, on=AFTER_TODAY)),
        (record_attendance, attend(ANN, on=AFTER_TODAY)),
    ],
)
def test_refusals_come_in_one_order_request_existence_state(decide: Any, command: Any) -> None:
    activity().when(decide, command, ORG, TODAY).then_refused("date-in-future")
    activity(planned, cancelled).when(decide, command, ORG, TODAY).then_refused("date-in-future")
    later = AFTER_TODAY + timedelta(days=1)
    outcome = activity().when(decide, command, ORG, later)
    outcome.then_refused("unknown-activity")
    assert isinstance(outcome.refusal, Unknown)
    outcome = activity(planned, cancelled).when(decide, command, ORG, later)
    outcome.then_refused("activity-cancelled")
    assert isinstance(outcome.refusal, Conflict)


def test_a_session_is_held_once_whatever_its_day() -> None:
    outcome = activity(planned, held(1)).when(hold_activity, hold(1, TODAY), ORG, TODAY)
    outcome.then_refused("session-held")
    assert isinstance(outcome.refusal, Conflict)


def test_a_future_date_is_refused_before_other_faults_of_the_request() -> None:
    command = plan(planned_on=AFTER_TODAY, planned_for=DAY)
    outcome = activity().when(plan_activity, command, ORG, TODAY)
    outcome.then_refused("date-in-future")
    assert isinstance(outcome.refusal, Invalid)


def test_an_event_of_another_aggregate_does_not_fold() -> None:
    raised = issue_raised(occurred_on=DAY, issue_id="q-1", title="会员关系转隶仍未完成")
    with pytest.raises(AssertionError):
        activity(planned, raised)


def test_nothing_is_folded_before_the_activity_was_planned() -> None:
    with pytest.raises(AssertionError, match="before ActivityPlanned"):
        activity(held(1))
