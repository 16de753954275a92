"""Second records of one person (一人两档), and the person whose record is kept."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.members import MembersMerged, MembersUnmerged


class Merged(NamedTuple):
    """A record that is of the person `kept_person_id`; `merged` is the event that says so."""

    org_id: str
    person_id: str
    source: str
    kept_person_id: str
    merged_on: date
    merged: UUID


def _keys(event: MembersMerged | MembersUnmerged, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.person_id, entry.envelope.source)]


def _merged(_: Merged | None, event: MembersMerged, entry: Entry, key: Key) -> Merged:
    org_id, person_id, source = key
    said = entry.envelope.event_id
    return Merged(org_id, person_id, source, event.kept_person_id, event.occurred_on, said)


def _unmerged(_: Merged | None, __: MembersUnmerged, ___: Entry, ____: Key) -> None:
    return None


MERGED_PEOPLE = Projection(
    name="merged_people",
    row=Merged,
    key=("org_id", "person_id", "source"),
    on={MembersMerged: changing(_keys, _merged), MembersUnmerged: changing(_keys, _unmerged)},
)
