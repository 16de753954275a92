"""Activities (活动): planned, held in sessions, attended, judged, awarded.

No record of attendance means unknown, never absent: `attendances` counts what was recorded.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
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


class Activity(NamedTuple):
    """One activity. `entries` are works in its contest, `entrants` the person-times behind them;
    `award_value_fen` is what the awards were worth together. `planned` and `awarded` (the last
    award) are ids of events."""

    org_id: str
    activity_id: str
    source: str
    title: str | None = None
    kind: str | None = None
    organiser: str | None = None
    online: bool | None = None
    planned_on: date | None = None
    planned_for: date | None = None
    planned: UUID | None = None
    sessions: int = 0
    first_held_on: date | None = None
    last_held_on: date | None = None
    cancelled_on: date | None = None
    cancelled_why: str | None = None
    registrations: int = 0
    attendances: int = 0
    entries: int = 0
    entrants: int = 0
    judged_on: date | None = None
    judges: int | None = None
    awards: int = 0
    award_recipients: int = 0
    award_value_fen: int = 0
    awarded_on: date | None = None
    awarded: UUID | None = None


def _keys(event: ActivityEvent, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.activity_id, entry.envelope.source)]


def _planned(row: Activity | None, event: ActivityPlanned, entry: Entry, key: Key) -> Activity:
    return (row or Activity(*key))._replace(
        title=event.title,
        kind=event.kind,
        organiser=event.organiser,
        online=event.online,
        planned_on=event.occurred_on,
        planned_for=event.planned_for,
        planned=entry.envelope.event_id,
    )


def _held(row: Activity | None, event: ActivityHeld, _: Entry, key: Key) -> Activity:
    row, day = row or Activity(*key), event.occurred_on
    return row._replace(
        kind=event.kind,
        organiser=event.organiser,
        online=event.online,
        sessions=row.sessions + 1,
        first_held_on=min(row.first_held_on or day, day),
        last_held_on=max(row.last_held_on or day, day),
    )


def _cancelled(row: Activity | None, event: ActivityCancelled, _: Entry, key: Key) -> Activity:
    return (row or Activity(*key))._replace(
        cancelled_on=event.occurred_on, cancelled_why=event.reason
    )


def _registered(row: Activity | None, _: ParticipantRegistered, __: Entry, key: Key) -> Activity:
    row = row or Activity(*key)
    return row._replace(registrations=row.registrations + 1)


def _attended(row: Activity | None, _: AttendanceRecorded, __: Entry, key: Key) -> Activity:
    row = row or Activity(*key)
    return row._replace(attendances=row.attendances + 1)


def _entered(row: Activity | None, event: ContestEntered, _: Entry, key: Key) -> Activity:
    row = row or Activity(*key)
    return row._replace(entries=row.entries + 1, entrants=row.entrants + len(event.person_ids))


def _judged(row: Activity | None, event: ContestJudged, _: Entry, key: Key) -> Activity:
    return (row or Activity(*key))._replace(judged_on=event.occurred_on, judges=event.judges)


def _awarded(row: Activity | None, event: AwardGranted, entry: Entry, key: Key) -> Activity:
    row = row or Activity(*key)
    return row._replace(
        awards=row.awards + 1,
        award_recipients=row.award_recipients + event.recipients,
        award_value_fen=row.award_value_fen + (event.value_fen or 0),
        awarded_on=event.occurred_on,
        awarded=entry.envelope.event_id,
    )


ACTIVITIES = Projection(
    name="activities",
    row=Activity,
    key=("org_id", "activity_id", "source"),
    on={
        ActivityPlanned: changing(_keys, _planned),
        ActivityHeld: changing(_keys, _held),
        ActivityCancelled: changing(_keys, _cancelled),
        ParticipantRegistered: changing(_keys, _registered),
        AttendanceRecorded: changing(_keys, _attended),
        ContestEntered: changing(_keys, _entered),
        ContestJudged: changing(_keys, _judged),
        AwardGranted: changing(_keys, _awarded),
    },
)
