"""Who is covered by which insurance policy: one row per cover's stream."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Index, Key, Projection, opening
from shared.contract.benefits import MemberInsured


class Cover(NamedTuple):
    """One person covered by one policy, in a capacity, since `insured_on`."""

    org_id: str
    source: str
    stream: str
    policy_id: str
    plan: str
    person_id: str
    capacity: str
    insured_on: date
    insured: UUID


def _keys(event: MemberInsured, entry: Entry) -> Sequence[Key]:
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


INSURED = Projection(
    name="insured",
    row=Cover,
    key=("org_id", "source", "stream"),
    on={MemberInsured: opening(_keys, _insured)},
    indexes=(Index(("org_id", "policy_id")),),
)
