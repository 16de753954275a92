"""Volunteer service (志愿服务): one row per service recorded."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.events import VolunteerServiceRecorded


class Service(NamedTuple):
    """A person served for so many days, from `served_from`."""

    org_id: str
    event: UUID
    source: str
    person_id: str
    service: str
    place: str
    days: int
    served_from: date


def _keys(event: VolunteerServiceRecorded, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, entry.envelope.event_id, entry.envelope.source)]


def _served(row: Service | None, event: VolunteerServiceRecorded, entry: Entry, _: Key) -> Service:
    return Service(
        org_id=event.org_id,
        event=entry.envelope.event_id,
        source=entry.envelope.source,
        person_id=event.person_id,
        service=event.service,
        place=event.place,
        days=event.days,
        served_from=event.occurred_on,
    )


VOLUNTEERS = Projection(
    name="volunteers",
    row=Service,
    key=("org_id", "event", "source"),
    on={VolunteerServiceRecorded: changing(_keys, _served)},
)
