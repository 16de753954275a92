"""What may be asked about a move from one upper union to another (转隶)."""

from shared.contract.values import BusinessDate, Count, OrgId
from shared.decider.command import Sourced


class StartAffiliationTransfer(Sourced):
    """Begin to move the union to another upper union (转隶), with so many members to hand over."""

    from_parent: OrgId
    to_parent: OrgId
    members_due: Count
    started_on: BusinessDate


class RecordHandoverPrepared(Sourced):
    """How many membership files are ready for the new upper union by now, cumulatively."""

    to_parent: OrgId
    prepared: Count
    prepared_on: BusinessDate


class CompleteAffiliationTransfer(Sourced):
    """The move to the new upper union took effect."""

    to_parent: OrgId
    completed_on: BusinessDate
