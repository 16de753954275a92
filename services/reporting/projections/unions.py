"""The unions themselves (工会): name, place in the tree, declared staff, a move (转隶)."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    MemberHandoverPrepared,
    OrganisationCorrected,
    OrganisationRegistered,
    StaffCountDeclared,
)


class Union(NamedTuple):
    """One union. `moving_to` is the new upper union while a transfer is under way;
    `members_due` and `members_prepared` are the files it takes and those that are ready.
    `declared`, `move_started`, `prepared` and `moved` are the ids of the events that say so.
    `parents` are the upper unions, each as "since/union" from an ISO date on, in the order in which
    they were told; the union is empty where there was none.
    """

    org_id: str
    source: str
    name: str | None = None
    kind: str | None = None
    parent_org_id: str | None = None
    simulated: bool = False
    registered_on: date | None = None
    staff_declared: int | None = None
    women_staff_declared: int | None = None
    declared_on: date | None = None
    declared: UUID | None = None
    moving_from: str | None = None
    moving_to: str | None = None
    move_started_on: date | None = None
    move_started: UUID | None = None
    members_due: int | None = None
    members_prepared: int = 0
    prepared_on: date | None = None
    prepared: UUID | None = None
    moved_on: date | None = None
    moved: UUID | None = None
    parents: tuple[str, ...] = ()


Affiliation = AffiliationTransferStarted | MemberHandoverPrepared | AffiliationTransferCompleted


Registration = OrganisationRegistered | OrganisationCorrected


def _keys(event: Registration | StaffCountDeclared | Affiliation, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, entry.envelope.source)]


def _registered(row: Union | None, event: OrganisationRegistered, _: Entry, key: Key) -> Union:
    return (row or Union(*key))._replace(
        name=event.name,
        kind=event.kind,
        parent_org_id=event.parent_org_id,
        simulated=event.simulated,
        registered_on=event.occurred_on,
        parents=(f"{event.occurred_on}/{event.parent_org_id or ''}",),
    )


def _corrected(row: Union | None, event: OrganisationCorrected, _: Entry, key: Key) -> Union:
    row = row or Union(*key)
    parents = row.parents
    if len(parents) <= 1:  # so it always was; where the union moved since, that says where to
        since = row.registered_on or event.occurred_on
        parents = (f"{since}/{event.parent_org_id or ''}",)
    return row._replace(
        name=event.name, kind=event.kind, parent_org_id=event.parent_org_id, parents=parents
    )


def _declared(row: Union | None, event: StaffCountDeclared, entry: Entry, key: Key) -> Union:
    return (row or Union(*key))._replace(
        staff_declared=event.staff,
        women_staff_declared=event.women_staff,
        declared_on=event.occurred_on,
        declared=entry.envelope.event_id,
    )


def _started(row: Union | None, event: AffiliationTransferStarted, entry: Entry, key: Key) -> Union:
    return (row or Union(*key))._replace(
        moving_from=event.from_parent,
        moving_to=event.to_parent,
        move_started_on=event.occurred_on,
        move_started=entry.envelope.event_id,
        members_due=event.members_due,
        members_prepared=0,
        prepared_on=None,
        prepared=None,
        moved_on=None,
        moved=None,
    )


def _prepared(row: Union | None, event: MemberHandoverPrepared, entry: Entry, key: Key) -> Union:
    return (row or Union(*key))._replace(
        members_prepared=event.prepared,
        prepared_on=event.occurred_on,
        prepared=entry.envelope.event_id,
    )


def _moved(row: Union | None, event: AffiliationTransferCompleted, entry: Entry, key: Key) -> Union:
    row = row or Union(*key)
    told = row.parents or (f"{date.min}/{event.from_parent}",)
    return row._replace(
        parents=(*told, f"{event.occurred_on}/{event.to_parent}"),
        parent_org_id=event.to_parent,
        moving_to=None,
        moved_on=event.occurred_on,
        moved=entry.envelope.event_id,
    )


UNIONS = Projection(
    name="unions",
    row=Union,
    key=("org_id", "source"),
    on={
        OrganisationRegistered: changing(_keys, _registered),
        OrganisationCorrected: changing(_keys, _corrected),
        StaffCountDeclared: changing(_keys, _declared),
        AffiliationTransferStarted: changing(_keys, _started),
        MemberHandoverPrepared: changing(_keys, _prepared),
        AffiliationTransferCompleted: changing(_keys, _moved),
    },
)
