"""Who is covered by which insurance policy: one row per cover's stream."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.figures.claims_and_insurance import NEVER_WAS
from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Index, Key, Projection, changing, opening
from shared.contract.benefits import CoverEnded, MemberInsured


class Cover(NamedTuple):
    """One person covered by one policy, in a capacity, since `insured_on`; until `ended_on` where
    the cover ended before its policy. What was entered in error has no row."""

    org_id: str
    source: str
    stream: str
    policy_id: str
    plan: str
    person_id: str
    capacity: str
    insured_on: date
    insured: UUID
    ended_on: date | None = None
    ended: UUID | None = None


def _keys(event: MemberInsured | CoverEnded, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, entry.envelope.source, entry.envelope.stream)]


def _insured(_: Cover | None, event: MemberInsured, entry: Entry, key: Key) -> Cover:
    return Cover(
        org_id=key[0],
        source=key[1],
        stream=key[2],
        policy_id=event.policy_id,
        plan=event.plan,
        person_id=event.person_id,
        capacity=event.capacity,
        insured_on=event.occurred_on,
        insured=entry.envelope.event_id,
    )


def _ended(row: Cover | None, event: CoverEnded, entry: Entry, _: Key) -> Cover | None:
    if row is None or event.reason in NEVER_WAS:
        return None
    return row._replace(ended_on=event.occurred_on, ended=entry.envelope.event_id)


INSURED = Projection(
    name="insured",
    row=Cover,
    key=("org_id", "source", "stream"),
    on={MemberInsured: opening(_keys, _insured), CoverEnded: changing(_keys, _ended)},
    indexes=(Index(("org_id", "policy_id")),),
)
