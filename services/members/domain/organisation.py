"""The union itself and its place in the tree: the stream `<org>/organisation`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from pydantic import TypeAdapter, ValidationError

from services.members.commands import DeclareStaffCount, RegisterOrganisation
from services.members.domain.dates import not_future
from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    MemberHandoverPrepared,
    OrganisationRegistered,
    StaffCountDeclared,
)
from shared.contract.values import OrgId
from shared.errors import Conflict, Invalid, NotPermitted, Unknown

OrganisationEvent = (
    OrganisationRegistered
    | StaffCountDeclared
    | AffiliationTransferStarted
    | MemberHandoverPrepared
    | AffiliationTransferCompleted
)

ORG_ID = TypeAdapter[str](OrgId)


@dataclass(frozen=True, slots=True)
class Unregistered:
    """No union of this id."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A move to another upper union that began; `prepared` of `members_due` files are ready."""

    from_parent: str
    to_parent: str
    started_on: date
    members_due: int
    prepared: int = 0


@dataclass(frozen=True, slots=True)
class Registered:
    """A union that keeps its records here; `staff_counts`: (staff, women) declared by day.

    `parent` is its upper union now, `transfer` the move under way to another, one at a time.
    """

    simulated: bool
    parent: str | None = None
    staff_counts: Mapping[date, tuple[int, int]] = field(default_factory=dict)
    transfer: Transfer | None = None


Organisation = Unregistered | Registered
INITIAL = Unregistered()


def evolve(state: Organisation, event: OrganisationEvent) -> Organisation:
    """The union after `event`."""
    if isinstance(event, OrganisationRegistered):
        return Registered(event.simulated, event.parent_org_id)
    assert isinstance(state, Registered), f"{event.type_name()} before OrganisationRegistered"
    match event:
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
            return replace(state, parent=event.to_parent, transfer=None)
        case _:
            assert_never(event)


def acting(state: Organisation, org_id: str, simulated: bool) -> Registered:
    """The union, if it is registered and runs on this service's clock.

    Raises Unknown `unknown-union`, NotPermitted `simulated-union-refused`.
    """
    if isinstance(state, Unregistered):
        raise Unknown("unknown-union", f"no union {org_id} is registered")
    _same_clock(state.simulated, simulated)
    return state


def register_organisation(
    state: Organisation,
    command: RegisterOrganisation,
    org_id: str,
    today: date,
    *,
    simulated: bool,
    above_parent: Sequence[str],
) -> list[OrganisationEvent]:
    """Register a union. `above_parent`: the unions above the parent, as recorded here.

    Raises Invalid `org-id-invalid`, `date-in-future`; NotPermitted `simulated-union-refused`;
    Conflict `organisation-exists`, `parent-is-below`.
    """
    try:
        ORG_ID.validate_python(org_id)
    except ValidationError:
        raise Invalid(
            "org-id-invalid", "an org_id is 2 to 31 of a-z, 0-9 and -, a letter first"
        ) from None
    not_future(command.registered_on, today)
    _same_clock(command.simulated, simulated)
    if isinstance(state, Registered):
        raise Conflict("organisation-exists", f"the union {org_id} is registered already")
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
        )
    ]


def declare_staff_count(
    state: Registered, command: DeclareStaffCount, org_id: str, today: date
) -> list[OrganisationEvent]:
    """Declare the head count of a day.

    Raises Invalid `date-in-future`, `women-exceed-staff`; Conflict `staff-count-declared` when the
    same numbers stand for that day.
    """
    not_future(command.declared_on, today)
    if command.women_staff > command.staff:
        raise Invalid(
            "women-exceed-staff", f"{command.women_staff} women among {command.staff} staff"
        )
    if state.staff_counts.get(command.declared_on) == (command.staff, command.women_staff):
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


def _same_clock(union_simulated: bool, service_simulated: bool) -> None:
    if union_simulated != service_simulated:
        union = "simulated" if union_simulated else "real"
        service = "a simulated" if service_simulated else "the real"
        raise NotPermitted(
            "simulated-union-refused", f"a {union} union is refused on {service} clock"
        )


DECISIONS: dict[type, Callable[..., list[OrganisationEvent]]] = {
    RegisterOrganisation: register_organisation,
    DeclareStaffCount: declare_staff_count,
}
