"""Regulations (制度) adopted or revised: one row per adoption or revision."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.events import RegulationAdopted


class Adoption(NamedTuple):
    """A regulation was adopted or revised (`action`), where given by a meeting's resolution."""

    org_id: str
    event: UUID
    source: str
    regulation_id: str
    title: str
    action: str
    meeting_id: str | None
    adopted_on: date


def _keys(event: RegulationAdopted, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, entry.envelope.event_id, entry.envelope.source)]


def _adopted(row: Adoption | None, event: RegulationAdopted, entry: Entry, _: Key) -> Adoption:
    return Adoption(
        org_id=event.org_id,
        event=entry.envelope.event_id,
        source=entry.envelope.source,
        regulation_id=event.regulation_id,
        title=event.title,
        action=event.action,
        meeting_id=event.meeting_id,
        adopted_on=event.occurred_on,
    )


REGULATIONS = Projection(
    name="regulations",
    row=Adoption,
    key=("org_id", "event", "source"),
    on={RegulationAdopted: changing(_keys, _adopted)},
)
