"""One activity (活动): planned, held in sessions, attended, perhaps with a contest in it.

No record of attendance means unknown, never absent. A cancelled activity takes nothing more; one
that was held is not cancelled. Each decision's refusals stand in its docstring, first come first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from services.events.commands.activities import (
    CancelActivity,
    HoldActivity,
    PlanActivity,
    RecordAttendance,
    RegisterParticipants,
)
from services.events.domain.persistent_set import PersistentSet
from shared.contract.events import (
    ActivityCancelled,
    ActivityHeld,
    ActivityPlanned,
    AttendanceRecorded,
    AwardGranted,
    ContestEntered,
    ContestJudged,
    ParticipantRegistered,
)
from shared.contract.values import ActivityKind, Organiser
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.decider.row_refusals import RefusedRow, refused_row
from shared.errors import Conflict, Invalid, Unknown

ActivityEvent = (
    ActivityPlanned
    | ActivityHeld
    | ActivityCancelled
    | ParticipantRegistered
    | AttendanceRecorded
    | ContestEntered
    | ContestJudged
    | AwardGranted
)


@dataclass(frozen=True, slots=True)
class Contest:
    """Entries with how many people each has; the places given (None: not judged); awards."""

    entries: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] | None = None
    awards: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity that was planned; `sessions` gives the day each was held on.

    `attended` holds pairs of session and person, `attended_on` these with the day. None in its
    place: there is no such activity.
    """

    title: str
    kind: ActivityKind
    organiser: Organiser
    online: bool
    planned_for: date
    planned_on: date
    cancelled: bool = False
    sessions: Mapping[int, date] = field(default_factory=dict)
    registered: PersistentSet[str] = field(default_factory=PersistentSet)
    attended: PersistentSet[tuple[int, str]] = field(default_factory=PersistentSet)
    attended_on: PersistentSet[tuple[int, str, date]] = field(default_factory=PersistentSet)
    contest: Contest = field(default_factory=Contest)


def evolve(activity: Activity | None, event: ActivityEvent) -> Activity:
    """The activity after one more event."""
    if isinstance(event, ActivityPlanned):
        terms = (event.title, event.kind, event.organiser, event.online, event.planned_for)
        return Activity(*terms, event.occurred_on)
    assert activity is not None, f"{event.type_name()} before ActivityPlanned"
    match event:
        case ActivityHeld():
            sessions = {**activity.sessions, event.session: event.occurred_on}
            return replace(activity, sessions=sessions)
        case ActivityCancelled():
            return replace(activity, cancelled=True)
        case ParticipantRegistered():
            return replace(activity, registered=activity.registered.add(event.person_id))
        case AttendanceRecorded():
            place = (event.session, event.person_id)
            return replace(
                activity,
                attended=activity.attended.add(place),
                attended_on=activity.attended_on.add((*place, event.occurred_on)),
            )
        case ContestEntered() | ContestJudged() | AwardGranted():
            return replace(activity, contest=_evolve_contest(activity.contest, event))
        case _:
            assert_never(event)


def _evolve_contest(
    contest: Contest, event: ContestEntered | ContestJudged | AwardGranted
) -> Contest:
    match event:
        case ContestEntered():
            entries = {**contest.entries, event.entry_id: len(event.person_ids)}
            return replace(contest, entries=entries)
        case ContestJudged():
            return replace(contest, places={v.entry_id: v.place for v in event.verdicts})
        case AwardGranted():
            return replace(contest, awards=contest.awards | {(event.entry_id or "", event.award)})
        case _:
            assert_never(event)


def require_open(activity: Activity | None, activity_id: str) -> Activity:
    """The activity, planned and not cancelled.

    Raises Unknown `unknown-activity`, Conflict `activity-cancelled`.
    """
    if activity is None:
        raise Unknown("unknown-activity", f"no activity {activity_id} was planned")
    if activity.cancelled:
        raise Conflict("activity-cancelled", f"the activity {activity_id} was cancelled")
    return activity


def plan_activity(
    activity: Activity | None, command: PlanActivity, org_id: str, today: date
) -> list[ActivityPlanned]:
    """Plan an activity.

    Refuses date-in-future, planned-after-the-day, activity-exists (with what differs).
    """
    not_in_future(today, command.planned_on, command.source_recorded_on)
    if command.planned_on > command.planned_for:
        raise Invalid(
            "planned-after-the-day",
            f"planned on {command.planned_on} for {command.planned_for}, which was earlier",
        )
    if activity is not None:
        raise Conflict(
            "activity-exists",
            f"the activity {command.activity_id} was planned before",
            differs=differing(
                title=(activity.title, command.title),
                kind=(activity.kind, command.kind),
                organiser=(activity.organiser, command.organiser),
                online=(activity.online, command.online),
                planned_for=(activity.planned_for, command.planned_for),
                planned_on=(activity.planned_on, command.planned_on),
            ),
        )
    return [
        ActivityPlanned(
            org_id=org_id,
            occurred_on=command.planned_on,
            source_recorded_on=command.source_recorded_on,
            activity_id=command.activity_id,
            title=command.title,
            kind=command.kind,
            organiser=command.organiser,
            online=command.online,
            planned_for=command.planned_for,
        )
    ]


def hold_activity(
    activity: Activity | None, command: HoldActivity, org_id: str, today: date
) -> list[ActivityHeld]:
    """Hold a session: the one named, else the next.

    Refuses date-in-future, unknown-activity, activity-cancelled, session-held (with what differs).
    """
    not_in_future(today, command.held_on, command.source_recorded_on)
    activity = require_open(activity, command.activity_id)
    session = command.session or max(activity.sessions, default=0) + 1
    if session in activity.sessions:
        raise Conflict(
            "session-held",
            f"session {session} of {command.activity_id} was held on {activity.sessions[session]}",
            differs=differing(held_on=(activity.sessions[session], command.held_on)),
        )
    return [
        ActivityHeld(
            org_id=org_id,
            occurred_on=command.held_on,
            source_recorded_on=command.source_recorded_on,
            activity_id=command.activity_id,
            kind=activity.kind,
            organiser=activity.organiser,
            online=activity.online,
            session=session,
        )
    ]


def cancel_activity(
    activity: Activity | None, command: CancelActivity, org_id: str, today: date
) -> list[ActivityCancelled]:
    """Cancel an activity none of whose sessions was held.

    Refuses date-in-future, unknown-activity, activity-cancelled, activity-held.
    """
    not_in_future(today, command.cancelled_on, command.source_recorded_on)
    activity = require_open(activity, command.activity_id)
    if activity.sessions:
        raise Conflict(
            "activity-held",
            f"{len(activity.sessions)} session(s) of {command.activity_id} were held",
        )
    return [
        ActivityCancelled(
            org_id=org_id,
            occurred_on=command.cancelled_on,
            source_recorded_on=command.source_recorded_on,
            activity_id=command.activity_id,
            reason=command.reason,
        )
    ]


def register_participants(
    activity: Activity | None, command: RegisterParticipants, org_id: str, today: date
) -> list[ParticipantRegistered]:
    """Put down each name that is not down yet.

    Refuses date-in-future, unknown-activity, activity-cancelled.
    """
    not_in_future(today, command.registered_on, command.source_recorded_on)
    activity = require_open(activity, command.activity_id)
    return [
        ParticipantRegistered(
            org_id=org_id,
            occurred_on=command.registered_on,
            source_recorded_on=command.source_recorded_on,
            activity_id=command.activity_id,
            person_id=person_id,
        )
        for person_id in dict.fromkeys(command.person_ids)
        if person_id not in activity.registered
    ]


def record_attendance(
    activity: Activity | None, command: RecordAttendance, org_id: str, today: date
) -> list[AttendanceRecorded]:
    """Record each person who is not recorded in the session yet; no one need be registered.

    Refuses date-in-future, unknown-activity, activity-cancelled, session-not-held, attended-
    before-held.
    """
    not_in_future(today, command.attended_on, command.source_recorded_on)
    activity = require_open(activity, command.activity_id)
    held_on = activity.sessions.get(command.session)
    if held_on is None:
        raise Conflict(
            "session-not-held", f"session {command.session} of {command.activity_id} was not held"
        )
    if command.attended_on < held_on:
        raise Invalid(
            "attended-before-held",
            f"session {command.session} was held on {held_on}, after {command.attended_on}",
        )
    return [
        AttendanceRecorded(
            org_id=org_id,
            occurred_on=command.attended_on,
            source_recorded_on=command.source_recorded_on,
            activity_id=command.activity_id,
            person_id=person_id,
            session=command.session,
        )
        for person_id in dict.fromkeys(command.person_ids)
        if (command.session, person_id) not in activity.attended
    ]


def recorded_before(
    activity: Activity | None, command: RecordAttendance
) -> tuple[list[int], list[RefusedRow]]:
    """Of the people of a command those who are recorded in its session: the numbers of the rows
    (from 1) of who is so on that day, and the rows of who is on another."""
    same: list[int] = []
    others: list[RefusedRow] = []
    for row, person_id in enumerate(command.person_ids, start=1):
        place = (command.session, person_id)
        if activity is None or place not in activity.attended:
            continue
        if (*place, command.attended_on) in activity.attended_on:
            same.append(row)
        else:
            others.append(refused_row(row, "attended-another-day", differs=["attended_on"]))
    return same, others
