"""What may be asked of `members`. The union is in the path; dates are civil dates, entered.

Rows of a bulk command are commands of their own shape: the domain decides them one by one.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contract.values import Count, Gender, Month, OrgId, PersonId, Title
from shared.decider.command import Command

ROWS_MAX = 1000
"""The most rows of one bulk command: one transaction, well under a second."""

PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
"""Stored encrypted, in no event and no log line."""

EmployeeNo = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,32}$")]
"""The unit's own number of a person: stored encrypted, found again by a keyed hash."""


class RegisterOrganisation(Command):
    """Register a union in the tree; `parent_org_id` need not keep its records here."""

    name: Title
    kind: Literal["grassroots", "group", "city"]
    parent_org_id: OrgId | None = None
    simulated: bool = False
    registered_on: date


class DeclareStaffCount(Command):
    """The unit's own head count on a day; for the same day, the last declaration holds."""

    staff: Count
    women_staff: Count
    declared_on: date
    source_recorded_on: date | None = None


class StaffRow(Command):
    """One person in post from `registered_on`; without `person_id` we make one."""

    person_id: PersonId | None = None
    employee_no: EmployeeNo = Field(repr=False)
    name: PersonName = Field(repr=False)
    gender: Gender
    birth_month: Month
    registered_on: date


class RegisterStaff(Command):
    """Register people who work for the unit, or came back to it."""

    people: Annotated[tuple[StaffRow, ...], Field(min_length=1, max_length=ROWS_MAX)]
    source_recorded_on: date | None = None


class StaffLeavingRow(Command):
    """One person whose last day in post was `left_on`."""

    person_id: PersonId
    left_on: date
    reason: Literal["resigned", "transferred", "retired", "dismissed", "died", "other"]


class RecordStaffLeft(Command):
    """Record the end of labour relations; a membership is not touched (see README)."""

    people: Annotated[tuple[StaffLeavingRow, ...], Field(min_length=1, max_length=ROWS_MAX)]
    source_recorded_on: date | None = None


class AdmissionRow(Command):
    """One person whose membership began on `joined_on`; `from_org` only when transferred in."""

    person_id: PersonId
    joined_on: date
    kind: Literal["new", "transferred_in", "rejoined"]
    from_org: OrgId | None = None


class AdmitMembers(Command):
    """Admit staff as members (入会、会籍转入、重新入会)."""

    people: Annotated[tuple[AdmissionRow, ...], Field(min_length=1, max_length=ROWS_MAX)]
    source_recorded_on: date | None = None


class TransferOutMember(Command):
    """A membership moved to another union (会籍转出) and ended here."""

    person_id: PersonId
    to_org: OrgId | None = None
    transferred_on: date
    source_recorded_on: date | None = None


class RecordMemberLeft(Command):
    """A membership ended on `left_on`; the labour relation is not touched."""

    person_id: PersonId
    left_on: date
    reason: Literal["resigned", "dues_lapsed", "expelled", "left_unit", "other"]
    source_recorded_on: date | None = None


class RecordMemberRetired(Command):
    """A member retired; still in post until now, the labour relation ends on the same day."""

    person_id: PersonId
    retired_on: date
    membership_retained: bool
    source_recorded_on: date | None = None


class RecordMemberDied(Command):
    """A member died; still in post until now, the labour relation ends on the same day."""

    person_id: PersonId
    died_on: date
    source_recorded_on: date | None = None


class DeclareDependant(Command):
    """A member's dependant, who may receive in that capacity; one id across the tree of unions."""

    person_id: PersonId
    dependant_id: PersonId | None = None
    name: PersonName = Field(repr=False)
    relation: Literal["spouse", "child", "parent"]
    declared_on: date
    source_recorded_on: date | None = None


class StartAffiliationTransfer(Command):
    """Begin to move the union to another upper union (转隶), with so many members to hand over."""

    from_parent: OrgId
    to_parent: OrgId
    members_due: Count
    started_on: date
    source_recorded_on: date | None = None


class RecordHandoverPrepared(Command):
    """How many membership files are ready for the new upper union by now, cumulatively."""

    to_parent: OrgId
    prepared: Count
    prepared_on: date
    source_recorded_on: date | None = None


class CompleteAffiliationTransfer(Command):
    """The move to the new upper union took effect."""

    to_parent: OrgId
    completed_on: date
    source_recorded_on: date | None = None
