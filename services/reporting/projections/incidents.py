"""Incidents (事故、舆情) reported, by subject."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.events import IncidentReported


class Incident(NamedTuple):
    """One incident in an attested subject."""

    org_id: str
    incident_id: str
    source: str
    subject: str
    happened_on: date
    reported: UUID


def _keys(event: IncidentReported, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.incident_id, entry.envelope.source)]


def _reported(row: Incident | None, event: IncidentReported, entry: Entry, _: Key) -> Incident:
    return Incident(
        org_id=event.org_id,
        incident_id=event.incident_id,
        source=entry.envelope.source,
        subject=event.subject,
        happened_on=event.occurred_on,
        reported=entry.envelope.event_id,
    )


INCIDENTS = Projection(
    name="incidents",
    row=Incident,
    key=("org_id", "incident_id", "source"),
    on={IncidentReported: changing(_keys, _reported)},
)
