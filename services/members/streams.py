"""The names of our streams, as the contract has them, and their kinds."""

from shared.contract.members import (
    EVENTS,
    OrganisationRegistered,
    RegistrationWithdrawn,
    StaffRegistered,
)

KINDS = frozenset(event.STREAM.kind for event in EVENTS if event is not RegistrationWithdrawn)
"""What `<org>/<kind>` or `<org>/<kind>-<id>` may begin with, of ours."""


def organisation(org_id: str) -> str:
    """The stream of the union itself."""
    return OrganisationRegistered.STREAM.named(org_id=org_id)


def person(org_id: str, person_id: str) -> str:
    """The stream of one person in one union."""
    return StaffRegistered.STREAM.named(org_id=org_id, person_id=person_id)
