"""The union itself and its place in the tree: the stream `<org>/organisation`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from pydantic import TypeAdapter, ValidationError

from services.members.commands.organisation import (
    CorrectOrganisation,
    DeclareStaffCount,
    RegisterOrganisation,
)
from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    MemberHandoverPrepared,
    OrganisationCorrected,
    OrganisationRegistered,
    StaffCountDeclared,
)
from shared.contract.values import OrgId
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.errors import Conflict, Invalid, NotPermitted, Unknown

OrganisationEvent = (
    OrganisationRegistered
    | OrganisationCorrected
    | StaffCountDeclared
    | AffiliationTransferStarted
    | MemberHandoverPrepared
    | AffiliationTransferCompleted
)

ORG_ID = TypeAdapter[str](OrgId)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A move to another upper union that began; `prepared` of `members_due` files are ready."""

    from_parent: str
    to_parent: str
    started_on: date
    members_due: int
    prepared: int = 0


@dataclass(frozen=True, slots=True)
class Organisation:
    """A union that keeps its records here; `staff_counts`: (staff, women) declared by day.

    `name` and `kind` are as registered or corrected last. `parent` is its upper union now,
    `transfer` the move under way to another, one at a time; `moved`: one was completed.
    """

    simulated: bool
    name: str
    kind: str
    parent: str | None = None
    staff_counts: Mapping[date, tuple[int, int]] = field(default_factory=dict)
    transfer: Transfer | None = None
    moved: bool = False


def evolve(state: Organisation | None, event: OrganisationEvent) -> Organisation:
    """The union after one more event; None: no union of this id is registered."""
    if isinstance(event, OrganisationRegistered):
        return Organisation(event.simulated, event.name, event.kind, event.parent_org_id)
    assert state is not None, f"{event.type_name()} before OrganisationRegistered"
    match event:
        case OrganisationCorrected():
            parent = event.parent_org_id
            return replace(state, name=event.name, kind=event.kind, parent=parent)
        case StaffCountDeclared():
            declared = {event.occurred_on: (event.staff, event.women_staff)}
            return replace(state, staff_counts={**state.staff_counts, **declared})
        case AffiliationTransferStarted():
            began = Transfer(
                event.from_parent, event.to_parent, event.occurred_on, event.members_due
            )
            return replace(state, transfer=began)
        case MemberHandoverPrepared():
            assert state.transfer is not None, "prepared before the transfer began"
            return replace(state, transfer=replace(state.transfer, prepared=event.prepared))
        case AffiliationTransferCompleted():
            return replace(state, parent=event.to_parent, transfer=None, moved=True)
        case _:
            assert_never(event)


def registered(state: Organisation | None, org_id: str) -> Organisation:
    """The union, which is there. Raises Unknown `unknown-union`."""
    if state is None:
        raise Unknown("unknown-union", f"no union {org_id} is registered")
    return state


def require_same_clock(union_simulated: bool, service_simulated: bool) -> None:
    """Simulated and real facts never meet in one union.

    Raises NotPermitted `simulated-union-refused`.
    """
    if union_simulated != service_simulated:
        union = "simulated" if union_simulated else "real"
        service = "a simulated" if service_simulated else "the real"
        raise NotPermitted(
            "simulated-union-refused", f"a {union} union is refused on {service} clock"
        )


def register_organisation(
    state: Organisation | None,
    command: RegisterOrganisation,
    org_id: str,
    today: date,
    *,
    simulated: bool,
    above_parent: Sequence[str],
) -> list[OrganisationEvent]:
    """Register a union. `above_parent`: the unions above the parent, as recorded here.

    Raises Invalid `org-id-invalid`, `date-in-future`; NotPermitted `simulated-union-refused`;
    Conflict `organisation-exists`, with the fields in which it is another, `parent-is-below`.
    """
    try:
        ORG_ID.validate_python(org_id)
    except ValidationError:
        raise Invalid(
            "org-id-invalid", "an org_id is 2 to 31 of a-z, 0-9 and -, a letter first"
        ) from None
    not_in_future(today, command.registered_on, command.source_recorded_on)
    require_same_clock(command.simulated, simulated)
    if state is not None:
        differs = differing(
            name=(state.name, command.name),
            kind=(state.kind, command.kind),
            parent_org_id=(state.parent, command.parent_org_id),
        )
        raise Conflict(
            "organisation-exists", f"the union {org_id} is registered already", differs=differs
        )
    if org_id in (command.parent_org_id, *above_parent):
        raise Conflict("parent-is-below", f"{command.parent_org_id} is {org_id} or is below it")
    return [
        OrganisationRegistered(
            org_id=org_id,
            occurred_on=command.registered_on,
            name=command.name,
            kind=command.kind,
            parent_org_id=command.parent_org_id,
            simulated=command.simulated,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def correct_organisation(
    state: Organisation | None,
    command: CorrectOrganisation,
    org_id: str,
    today: date,
    *,
    above_parent: Sequence[str],
) -> list[OrganisationEvent]:
    """Correct what is registered of a union. `above_parent` as in `register_organisation`.

    Raises Invalid `date-in-future`; Unknown `unknown-union`; Conflict `nothing-changes`,
    `parent-moved-since` where the upper union changed by a transfer, `parent-is-below`.
    """
    not_in_future(today, command.corrected_on, command.source_recorded_on)
    union = registered(state, org_id)
    said = (command.name, command.kind, command.parent_org_id)
    if said == (union.name, union.kind, union.parent):
        raise Conflict("nothing-changes", f"{org_id} is registered so already")
    if command.parent_org_id != union.parent:
        if union.moved or union.transfer is not None:
            raise Conflict("parent-moved-since", f"{org_id} moves by a transfer: withdraw that")
        if org_id in (command.parent_org_id, *above_parent):
            raise Conflict("parent-is-below", f"{command.parent_org_id} is {org_id} or below it")
    return [
        OrganisationCorrected(
            org_id=org_id,
            occurred_on=command.corrected_on,
            name=command.name,
            kind=command.kind,
            parent_org_id=command.parent_org_id,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def declare_staff_count(
    state: Organisation | None, command: DeclareStaffCount, org_id: str, today: date
) -> list[OrganisationEvent]:
    """Declare the head count of a day.

    Raises Invalid `date-in-future`, `women-exceed-staff`; Unknown `unknown-union`; Conflict
    `staff-count-declared` when the same numbers stand for that day.
    """
    not_in_future(today, command.declared_on, command.source_recorded_on)
    if command.women_staff > command.staff:
        raise Invalid(
            "women-exceed-staff", f"{command.women_staff} women among {command.staff} staff"
        )
    union = registered(state, org_id)
    if union.staff_counts.get(command.declared_on) == (command.staff, command.women_staff):
        raise Conflict("staff-count-declared", f"these numbers stand for {command.declared_on}")
    return [
        StaffCountDeclared(
            org_id=org_id,
            occurred_on=command.declared_on,
            staff=command.staff,
            women_staff=command.women_staff,
            source_recorded_on=command.source_recorded_on,
        )
    ]
