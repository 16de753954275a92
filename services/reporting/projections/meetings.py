"""Meetings (会议): convened, and the congresses that met, with their quorum."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.events import CongressHeld, MeetingConvened, ResolutionPassed


class Meeting(NamedTuple):
    """One meeting. Only a congress says that it met, and how many delegates were due and present.

    `convened` and `held` are the ids of the events that say so; `resolutions` counts them.
    """

    org_id: str
    meeting_id: str
    source: str
    kind: str | None = None
    title: str | None = None
    convened_on: date | None = None
    convened_for: date | None = None
    convened: UUID | None = None
    held_on: date | None = None
    school_year: str | None = None
    delegates_due: int | None = None
    delegates_present: int | None = None
    held: UUID | None = None
    resolutions: int = 0


def _keys(event: MeetingConvened | CongressHeld | ResolutionPassed, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.meeting_id, entry.envelope.source)]


def _convened(row: Meeting | None, event: MeetingConvened, entry: Entry, key: Key) -> Meeting:
    return (row or Meeting(*key))._replace(
        kind=event.kind,
        title=event.title,
        convened_on=event.occurred_on,
        convened_for=event.convened_for,
        convened=entry.envelope.event_id,
        delegates_due=event.delegates_due,
    )


def _held(row: Meeting | None, event: CongressHeld, entry: Entry, key: Key) -> Meeting:
    return (row or Meeting(*key))._replace(
        kind=event.kind,
        held_on=event.occurred_on,
        school_year=event.school_year,
        delegates_due=event.delegates_due,
        delegates_present=event.delegates_present,
        held=entry.envelope.event_id,
    )


def _passed(row: Meeting | None, _: ResolutionPassed, __: Entry, key: Key) -> Meeting:
    row = row or Meeting(*key)
    return row._replace(resolutions=row.resolutions + 1)


MEETINGS = Projection(
    name="meetings",
    row=Meeting,
    key=("org_id", "meeting_id", "source"),
    on={
        MeetingConvened: changing(_keys, _convened),
        CongressHeld: changing(_keys, _held),
        ResolutionPassed: changing(_keys, _passed),
    },
)
