"""What may be asked about memberships (会籍) and a member's dependants."""

from typing import Annotated, Literal

from pydantic import Field

from services.members.commands.values import ROWS_MAX, PersonName
from shared.contract.values import BusinessDate, Department, Flag, OrgId, PersonId
from shared.decider.command import Command, Sourced


class AdmissionRow(Command):
    """One person whose membership began on `joined_on`; `from_org` only when transferred in.
    `department` is where the person was that day, where the list says so."""

    person_id: PersonId
    joined_on: BusinessDate
    kind: Literal["new", "transferred_in", "rejoined"]
    from_org: OrgId | None = None
    department: Department | None = None


class AdmitMembers(Sourced):
    """Admit staff as members (入会、会籍转入、重新入会)."""

    people: Annotated[tuple[AdmissionRow, ...], Field(min_length=1, max_length=ROWS_MAX)]


class TransferOutMember(Sourced):
    """A membership moved to another union (会籍转出) and ended here."""

    person_id: PersonId
    to_org: OrgId | None = None
    transferred_on: BusinessDate


class RecordMemberLeft(Sourced):
    """A membership ended on `left_on`; the labour relation is not touched."""

    person_id: PersonId
    left_on: BusinessDate
    reason: Literal["resigned", "dues_lapsed", "expelled", "left_unit", "other"]


class RecordMemberRetired(Sourced):
    """A member retired; still in post until now, the labour relation ends on the same day."""

    person_id: PersonId
    retired_on: BusinessDate
    membership_retained: Flag


class RecordMemberDied(Sourced):
    """A member died; still in post until now, the labour relation ends on the same day."""

    person_id: PersonId
    died_on: BusinessDate


class DeclareDependant(Sourced):
    """A member's dependant, who may receive in that capacity; one id across the tree of unions."""

    person_id: PersonId
    dependant_id: PersonId | None = None
    name: PersonName = Field(repr=False)
    relation: Literal["spouse", "child", "parent"]
    declared_on: BusinessDate
