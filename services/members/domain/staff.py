"""Decisions about a person's post. Refusals stand in the docstrings, first come first."""

from datetime import date
from typing import Literal

from services.members.commands.staff import (
    ChangeMember,
    DepartmentRow,
    StaffLeavingRow,
    StaffRow,
)
from services.members.domain.person import (
    InPost,
    LeftPost,
    Person,
    PersonEvent,
    Record,
    known,
    not_merged,
    not_recorded,
    restated,
)
from shared.contract.members import DepartmentChanged, MemberChanged, StaffLeft, StaffRegistered
from shared.decider.dates import not_in_future
from shared.errors import Conflict, Invalid, Refusal


def register_staff(
    state: Record | None,
    row: StaffRow,
    org_id: str,
    today: date,
    *,
    person_id: str,
    employee_no_taken: bool,
    renamed: bool = False,
    source_recorded_on: date | None,
) -> list[PersonEvent]:
    """A person begins to work for the unit, or comes back to it after leaving.

    `employee_no_taken`: another person of the union holds this number. `renamed`: the person's
    record has another name than the row. Raises Invalid `date-in-future`; Conflict
    `merged-record`, `recorded-before`, `person-died`, `already-staff` (with what differs),
    `number-was-anothers`, `registered-before-left`, `employee-no-taken`.
    """
    not_in_future(today, row.registered_on, source_recorded_on)
    person = not_merged(state, person_id)
    registered = StaffRegistered(
        org_id=org_id,
        occurred_on=row.registered_on,
        person_id=person_id,
        gender=row.gender,
        birth_month=row.birth_month,
        spell=1 if person is None else person.post_spell + 1,
        department=row.department,
        source_recorded_on=source_recorded_on,
    )
    if person is not None:
        _may_return(person, registered, renamed=renamed)
    if employee_no_taken:
        raise Conflict("employee-no-taken", "another person of this union has this number")
    return [registered]


REGISTRATION_REFUSALS: dict[str, type[Refusal]] = {
    "date-in-future": Invalid,
    "merged-record": Conflict,
    "recorded-before": Conflict,
    "person-died": Conflict,
    "already-staff": Conflict,
    "number-was-anothers": Conflict,
    "registered-before-left": Conflict,
    "employee-no-taken": Conflict,
}
"""Of a bulk command's rows, the first in this order that any row has is said."""


def _may_return(state: Person, said: StaffRegistered, *, renamed: bool) -> None:
    """Numbers are given out again: who comes back under one is who left, or is refused."""
    person_id = said.person_id
    elsewhere = ["department"] if state.is_elsewhere(said.department, said.occurred_on) else []
    if not renamed:
        now = "already-staff" if isinstance(state.post, InPost) else None
        not_recorded(state, said, now, elsewhere)
    differs = [*(["name"] if renamed else []), *(restated(state, said) or [])]
    if state.died:
        raise Conflict("person-died", f"{person_id} has died")
    if isinstance(state.post, InPost):
        raise Conflict(
            "already-staff",
            f"{person_id} is in post since {state.post.since}",
            differs=[*differs, *elsewhere],
        )
    if set(differs) - {"occurred_on"}:
        raise Conflict(
            "number-was-anothers",
            f"{person_id}, who left on {state.post.on}, differs in {', '.join(differs)}",
        )
    if said.occurred_on <= state.post.on:
        raise Conflict("registered-before-left", f"{person_id} was in post until {state.post.on}")


def record_staff_left(
    state: Record | None,
    row: StaffLeavingRow,
    org_id: str,
    today: date,
    *,
    source_recorded_on: date | None,
) -> list[PersonEvent]:
    """A labour relation ended; the membership stays as it is.

    Raises Invalid `date-in-future`; Conflict `merged-record`; Invalid `unknown-person`; Conflict
    `recorded-before`, `not-staff` (with what differs), `left-before-staff`.
    """
    not_in_future(today, row.left_on, source_recorded_on)
    person = known(state, row.person_id, org_id)
    left = StaffLeft(
        org_id=org_id,
        occurred_on=row.left_on,
        person_id=row.person_id,
        reason=row.reason,
        spell=person.post_spell,
        source_recorded_on=source_recorded_on,
    )
    not_recorded(person, left, "not-staff" if isinstance(person.post, LeftPost) else None)
    if isinstance(person.post, LeftPost):
        raise Conflict(
            "not-staff",
            f"{row.person_id} was in post until {person.post.on}",
            differs=restated(person, left),
        )
    if row.left_on < person.post.since:
        raise Conflict("left-before-staff", f"{row.person_id} is in post since {person.post.since}")
    return [left]


LEAVING_REFUSALS: dict[str, type[Refusal]] = {
    "date-in-future": Invalid,
    "merged-record": Conflict,
    "unknown-person": Invalid,
    "recorded-before": Conflict,
    "not-staff": Conflict,
    "left-before-staff": Conflict,
}
"""Likewise, of the rows of leaving."""


def change_member(
    state: Record | None, command: ChangeMember, org_id: str, today: date, *, renamed: bool = False
) -> list[PersonEvent]:
    """Correct what is registered of a person, whatever they are now. `renamed`: the name that is
    kept is another than the command's; the event says that and why something was corrected, and
    never a name.

    Raises Invalid `date-in-future`; Conflict `merged-record`; Invalid `unknown-person`; Conflict
    `nothing-changes`.
    """
    not_in_future(today, command.changed_on, command.source_recorded_on)
    person = known(state, command.person_id, org_id)
    same = (command.gender, command.birth_month) == (person.gender, person.birth_month)
    if same and not renamed:
        raise Conflict("nothing-changes", f"{command.person_id} is registered so already")
    return [
        MemberChanged(
            org_id=org_id,
            occurred_on=command.changed_on,
            person_id=command.person_id,
            gender=command.gender,
            birth_month=command.birth_month,
            posts=person.post_spell,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def change_department(
    state: Record | None,
    row: DepartmentRow,
    org_id: str,
    today: date,
    *,
    reason: Literal["moved", "renamed", "first_told", "corrected"],
    source_recorded_on: date | None,
) -> list[PersonEvent]:
    """A person belongs to another department from a day on, also one who left meanwhile.

    Raises Invalid `date-in-future`; Conflict `merged-record`; Invalid `unknown-person`; Conflict
    `same-department`, `department-told-that-day` (both with what differs),
    `department-before-staff`.
    """
    not_in_future(today, row.changed_on, source_recorded_on)
    person = known(state, row.person_id, org_id)
    if person.department_on(row.changed_on) == row.department:
        detail = f"{row.person_id} is in that department on {row.changed_on}"
        raise Conflict("same-department", detail, differs=[])
    if any(
        isinstance(fact, DepartmentChanged) and fact.occurred_on == row.changed_on
        for fact in person.facts
    ):
        detail = f"another is told of {row.person_id} from {row.changed_on} on"
        raise Conflict("department-told-that-day", detail, differs=["department"])
    if row.changed_on < person.first_registered_on:
        detail = f"{row.person_id} is registered from {person.first_registered_on} on"
        raise Conflict("department-before-staff", detail)
    return [
        DepartmentChanged(
            org_id=org_id,
            occurred_on=row.changed_on,
            person_id=row.person_id,
            department=row.department,
            reason=reason,
            source_recorded_on=source_recorded_on,
        )
    ]


DEPARTMENT_REFUSALS: dict[str, type[Refusal]] = {
    "date-in-future": Invalid,
    "merged-record": Conflict,
    "unknown-person": Invalid,
    "same-department": Conflict,
    "department-told-that-day": Conflict,
    "department-before-staff": Conflict,
}
"""Of the rows of a change of department."""
