"""Decisions about a person's post. Order of the checks is the precedence of the refusals."""

from collections.abc import Callable
from datetime import date

from services.members.commands import StaffLeavingRow, StaffRow
from services.members.domain.dates import not_future
from services.members.domain.person import InPost, LeftPost, NotRegistered, Person, PersonEvent
from shared.contract.members import StaffLeft, StaffRegistered
from shared.errors import Conflict, Invalid


def register_staff(
    state: Person,
    row: StaffRow,
    org_id: str,
    today: date,
    *,
    person_id: str,
    employee_no_taken: bool,
    source_recorded_on: date | None,
) -> list[PersonEvent]:
    """A person begins to work for the unit, or comes back to it after leaving.

    `employee_no_taken`: another person of the union holds this number. Raises Invalid
    `date-in-future`; Conflict `person-died`, `already-staff`, `registered-before-left`,
    `employee-no-taken`.
    """
    not_future(row.registered_on, today)
    if state.died:
        raise Conflict("person-died", f"{person_id} has died")
    if isinstance(state.post, InPost):
        raise Conflict("already-staff", f"{person_id} is in post since {state.post.since}")
    if isinstance(state.post, LeftPost) and row.registered_on <= state.post.on:
        raise Conflict("registered-before-left", f"{person_id} was in post until {state.post.on}")
    if employee_no_taken:
        raise Conflict("employee-no-taken", "another person of this union has this number")
    return [
        StaffRegistered(
            org_id=org_id,
            occurred_on=row.registered_on,
            person_id=person_id,
            gender=row.gender,
            birth_month=row.birth_month,
            spell=state.post_spell + 1,
            source_recorded_on=source_recorded_on,
        )
    ]


def record_staff_left(
    state: Person,
    row: StaffLeavingRow,
    org_id: str,
    today: date,
    *,
    source_recorded_on: date | None,
) -> list[PersonEvent]:
    """A labour relation ended; the membership stays as it is.

    Raises Invalid `date-in-future`, `unknown-person`; Conflict `not-staff`, `left-before-staff`.
    """
    not_future(row.left_on, today)
    if isinstance(state.post, NotRegistered):
        raise Invalid("unknown-person", f"{row.person_id} is not registered in {org_id}")
    if isinstance(state.post, LeftPost):
        raise Conflict("not-staff", f"{row.person_id} was in post until {state.post.on}")
    if row.left_on < state.post.since:
        raise Conflict("left-before-staff", f"{row.person_id} is in post since {state.post.since}")
    return [
        StaffLeft(
            org_id=org_id,
            occurred_on=row.left_on,
            person_id=row.person_id,
            reason=row.reason,
            spell=state.post_spell,
            source_recorded_on=source_recorded_on,
        )
    ]


DECISIONS: dict[type, Callable[..., list[PersonEvent]]] = {
    StaffRow: register_staff,
    StaffLeavingRow: record_staff_left,
}
