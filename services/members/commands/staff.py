"""What may be asked about posts (职工在职): rows are commands of their own, decided one by one."""

from typing import Annotated, Literal

from pydantic import Field

from services.members.commands.values import ROWS_MAX, EmployeeNo, PersonName
from shared.contract.values import (
    BusinessDate,
    CorrectionReason,
    Department,
    Gender,
    Month,
    PersonId,
)
from shared.decider.command import Command, Sourced


class StaffRow(Command):
    """One person in post from `registered_on`, in `department` where that is known; without
    `person_id` we make one."""

    person_id: PersonId | None = None
    employee_no: EmployeeNo = Field(repr=False)
    name: PersonName = Field(repr=False)
    gender: Gender
    birth_month: Month
    registered_on: BusinessDate
    department: Department | None = None


class RegisterStaff(Sourced):
    """Register people who work for the unit, or came back to it."""

    people: Annotated[tuple[StaffRow, ...], Field(min_length=1, max_length=ROWS_MAX)]


class StaffLeavingRow(Command):
    """One person whose last day in post was `left_on`."""

    person_id: PersonId
    left_on: BusinessDate
    reason: Literal["resigned", "transferred", "retired", "dismissed", "died", "other"]


class RecordStaffLeft(Sourced):
    """Record the end of labour relations; a membership is not touched (see README)."""

    people: Annotated[tuple[StaffLeavingRow, ...], Field(min_length=1, max_length=ROWS_MAX)]


class DepartmentRow(Command):
    """One person who belongs to another department from `changed_on` on."""

    person_id: PersonId
    department: Department
    changed_on: BusinessDate


class ChangeDepartment(Sourced):
    """Record that people belong to another department (部门), or to which one they do."""

    people: Annotated[tuple[DepartmentRow, ...], Field(min_length=1, max_length=ROWS_MAX)]
    reason: Literal["moved", "renamed", "first_told", "corrected"]


class ChangeMember(Sourced):
    """Correct what is registered of a person: gender and month of birth, as they are; and the
    name, which stands in the person records alone, where `name` is given."""

    person_id: PersonId
    name: PersonName | None = Field(default=None, repr=False)
    gender: Gender
    birth_month: Month
    reason: CorrectionReason
    changed_on: BusinessDate
