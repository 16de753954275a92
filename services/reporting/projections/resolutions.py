"""Resolutions (决议) that a meeting passed, with their votes."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.events import ResolutionPassed


class Resolution(NamedTuple):
    """One resolution; `subject` is its official title."""

    org_id: str
    meeting_id: str
    resolution_id: str
    source: str
    subject: str
    votes_for: int
    votes_against: int
    abstained: int
    passed_on: date
    passed: UUID


def _keys(event: ResolutionPassed, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.meeting_id, event.resolution_id, entry.envelope.source)]


def _passed(row: Resolution | None, event: ResolutionPassed, entry: Entry, _: Key) -> Resolution:
    return Resolution(
        org_id=event.org_id,
        meeting_id=event.meeting_id,
        resolution_id=event.resolution_id,
        source=entry.envelope.source,
        subject=event.subject,
        votes_for=event.votes_for,
        votes_against=event.votes_against,
        abstained=event.abstained,
        passed_on=event.occurred_on,
        passed=entry.envelope.event_id,
    )


RESOLUTIONS = Projection(
    name="resolutions",
    row=Resolution,
    key=("org_id", "meeting_id", "resolution_id", "source"),
    on={ResolutionPassed: changing(_keys, _passed)},
)
