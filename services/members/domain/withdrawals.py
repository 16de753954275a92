"""What rests on what in a person's stream and in the union's, and how an entry is taken back.

Spells are counted: the end of one rests on its beginning, and the next one's beginning on its end.
"""

from shared.contract.envelope import DomainEvent
from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    MemberDied,
    MemberHandoverPrepared,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    OrganisationRegistered,
    StaffLeft,
    StaffRegistered,
)
from shared.decider.withdrawal import Rules

OF_THE_CHAIR = (AffiliationTransferStarted, AffiliationTransferCompleted)


def roles(event: DomainEvent) -> tuple[str, ...]:
    """The roles that may take an event back: those that enter it."""
    return ("chair",) if isinstance(event, OF_THE_CHAIR) else ("clerk", "chair")


def rests_on(later: DomainEvent, earlier: DomainEvent) -> bool:
    """Whether a later event of the stream needs an earlier one to stand."""
    match earlier, later:
        case OrganisationRegistered(), _:
            return True
        case StaffRegistered(spell=1), _:
            return True
        case StaffRegistered() | StaffLeft(), StaffRegistered() | StaffLeft():
            return later.spell >= earlier.spell
        case (
            MemberJoined() | MemberLeft() | MemberTransferredOut() | MemberRetired() | MemberDied(),
            MemberJoined() | MemberLeft() | MemberTransferredOut() | MemberRetired() | MemberDied(),
        ):
            # An end after a retirement that kept the membership does not need the retirement.
            return isinstance(earlier, MemberJoined) or later.spell > earlier.spell
        case (
            AffiliationTransferStarted() | AffiliationTransferCompleted(),
            AffiliationTransferStarted()
            | MemberHandoverPrepared()
            | AffiliationTransferCompleted(),
        ):
            return True
        case _:
            return False


RULES = Rules(rests_on, roles)
