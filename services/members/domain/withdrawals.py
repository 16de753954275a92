"""What rests on what in a person's stream and in the union's, and how an entry is taken back.

Spells are counted: the end of one rests on its beginning, and the next one's beginning on its end.
"""

from shared.contract.corrections import MEMBERSHIPS
from shared.contract.envelope import DomainEvent
from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    MemberDied,
    MemberHandoverPrepared,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MembershipWithdrawn,
    MemberTransferredOut,
    OrganisationRegistered,
    RegistrationWithdrawn,
    StaffLeft,
    StaffRegistered,
)
from shared.decider.withdrawal import Recorded, Rules, WithdrawEntries

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


def takes_back(
    entry: Recorded, command: WithdrawEntries
) -> MembershipWithdrawn | RegistrationWithdrawn:
    """The event that takes an entry back, in its own stream."""
    org_id, _, name = command.stream.partition("/")
    if isinstance(entry.event, MEMBERSHIPS):
        return MembershipWithdrawn(
            org_id=org_id,
            occurred_on=command.withdrawn_on,
            source_recorded_on=command.source_recorded_on,
            entry=entry.event_id,
            entry_version=entry.version,
            reason=command.reason,
            person_id=name.removeprefix("person-"),
        )
    return RegistrationWithdrawn(
        org_id=org_id,
        occurred_on=command.withdrawn_on,
        source_recorded_on=command.source_recorded_on,
        entry=entry.event_id,
        entry_version=entry.version,
        reason=command.reason,
        entry_stream=name,
    )


RULES = Rules(rests_on, roles)
