"""The frozen rosters (名册): one row for each person on a programme's roster."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.benefits import RosterFrozen


class OnRoster(NamedTuple):
    """A person on the roster of a programme, read on `as_of`; `frozen` is the event's id."""

    org_id: str
    programme_id: str
    person_id: str
    source: str
    as_of: date
    frozen: UUID


def _keys(event: RosterFrozen, entry: Entry) -> Sequence[Key]:
    source = entry.envelope.source
    return [(event.org_id, event.programme_id, person, source) for person in event.person_ids]


def _frozen(row: OnRoster | None, event: RosterFrozen, entry: Entry, key: Key) -> OnRoster:
    if row is not None:
        return row
    return OnRoster(
        org_id=event.org_id,
        programme_id=event.programme_id,
        person_id=key[2],
        source=key[3],
        as_of=event.as_of,
        frozen=entry.envelope.event_id,
    )


ROSTER = Projection(
    name="roster",
    row=OnRoster,
    key=("org_id", "programme_id", "person_id", "source"),
    on={RosterFrozen: changing(_keys, _frozen)},
)
