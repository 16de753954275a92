"""What may be asked about a union (工会) and the head count of its unit."""

from typing import Literal

from shared.contract.values import BusinessDate, CorrectionReason, Count, Flag, OrgId, Title
from shared.decider.command import Sourced


class RegisterOrganisation(Sourced):
    """Register a union in the tree; `parent_org_id` need not keep its records here."""

    name: Title
    kind: Literal["grassroots", "group", "city"]
    parent_org_id: OrgId | None = None
    simulated: Flag = False
    registered_on: BusinessDate


class CorrectOrganisation(Sourced):
    """Correct what is registered of a union: name, kind and upper union, as they always were.

    A move to another upper union is a transfer of affiliation (转隶), and no correction.
    """

    name: Title
    kind: Literal["grassroots", "group", "city"]
    parent_org_id: OrgId | None = None
    reason: CorrectionReason
    corrected_on: BusinessDate


class DeclareStaffCount(Sourced):
    """The unit's own head count on a day; for the same day, the last declaration holds."""

    staff: Count
    women_staff: Count
    declared_on: BusinessDate
