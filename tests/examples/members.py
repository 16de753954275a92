"""An example of every event of members: its frozen sample, with what a test changes."""

from typing import Any

from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    DepartmentChanged,
    DependantDeclared,
    MemberChanged,
    MemberDied,
    MemberHandoverPrepared,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MembershipWithdrawn,
    MembersMerged,
    MembersUnmerged,
    MemberTransferredOut,
    OrganisationCorrected,
    OrganisationRegistered,
    RegistrationWithdrawn,
    StaffCountDeclared,
    StaffLeft,
    StaffRegistered,
)
from tests.examples.sample import example


def organisation_registered(**changes: Any) -> OrganisationRegistered:
    """A union exists in the tree."""
    return example(OrganisationRegistered, changes)


def staff_registered(**changes: Any) -> StaffRegistered:
    """A person works for the unit the union belongs to."""
    return example(StaffRegistered, changes)


def staff_left(**changes: Any) -> StaffLeft:
    """The labour relation ended."""
    return example(StaffLeft, changes)


def staff_count_declared(**changes: Any) -> StaffCountDeclared:
    """The unit's own head count on a day, to be held against the staff register."""
    return example(StaffCountDeclared, changes)


def member_joined(**changes: Any) -> MemberJoined:
    """Membership began on `occurred_on`."""
    return example(MemberJoined, changes)


def member_transferred_out(**changes: Any) -> MemberTransferredOut:
    """Membership moved to another union (会籍转出)."""
    return example(MemberTransferredOut, changes)


def member_left(**changes: Any) -> MemberLeft:
    """Membership ended on `occurred_on`."""
    return example(MemberLeft, changes)


def member_retired(**changes: Any) -> MemberRetired:
    """A member retired."""
    return example(MemberRetired, changes)


def member_died(**changes: Any) -> MemberDied:
    """A member died on `occurred_on`."""
    return example(MemberDied, changes)


def dependant_declared(**changes: Any) -> DependantDeclared:
    """A dependant of a member, who may receive in that capacity."""
    return example(DependantDeclared, changes)


def affiliation_transfer_started(**changes: Any) -> AffiliationTransferStarted:
    """The union began to move from one upper union to another (转隶)."""
    return example(AffiliationTransferStarted, changes)


def member_handover_prepared(**changes: Any) -> MemberHandoverPrepared:
    """Membership files were prepared for the new upper union."""
    return example(MemberHandoverPrepared, changes)


def affiliation_transfer_completed(**changes: Any) -> AffiliationTransferCompleted:
    """The move to the new upper union took effect on `occurred_on`."""
    return example(AffiliationTransferCompleted, changes)


def membership_withdrawn(**changes: Any) -> MembershipWithdrawn:
    """A beginning or an end of a membership, entered wrongly, is taken back (会籍撤回)."""
    return example(MembershipWithdrawn, changes)


def registration_withdrawn(**changes: Any) -> RegistrationWithdrawn:
    """An entry about posts, dependants or the union itself is taken back (登记撤回)."""
    return example(RegistrationWithdrawn, changes)


def organisation_corrected(**changes: Any) -> OrganisationCorrected:
    """What is registered of a union is corrected."""
    return example(OrganisationCorrected, changes)


def member_changed(**changes: Any) -> MemberChanged:
    """What is registered of a person is corrected."""
    return example(MemberChanged, changes)


def department_changed(**changes: Any) -> DepartmentChanged:
    """A person belongs to another department (部门)."""
    return example(DepartmentChanged, changes)


def members_merged(**changes: Any) -> MembersMerged:
    """Two records were of one person (一人两档)."""
    return example(MembersMerged, changes)


def members_unmerged(**changes: Any) -> MembersUnmerged:
    """Two records were not of one person after all."""
    return example(MembersUnmerged, changes)
