"""What members says, kept as our own copy: the unions and people a command may name.

Every event of members moves the copy's position in its stream, so that a caller who states one
(Guildhall-After) can be told to wait. Repeating an event changes nothing.
"""

from shared.contract.envelope import DomainEvent, Envelope
from shared.contract.members import EVENTS, DependantDeclared, OrganisationRegistered
from shared.eventstore.store import Also
from shared.replicas.subscription import Reaction

HEARD = """
INSERT INTO members_streams AS heard (stream, version) VALUES ($1, $2)
ON CONFLICT (stream) DO UPDATE SET version = greatest(heard.version, EXCLUDED.version)
"""
UNION_KNOWN = f"""
WITH heard AS ({HEARD})
INSERT INTO known_unions (org_id, simulated) VALUES ($3, $4)
ON CONFLICT (org_id) DO UPDATE SET simulated = EXCLUDED.simulated
"""


def when_anything_is_said(_event: DomainEvent, envelope: Envelope) -> Also:
    """The stream is known, up to this version; a person's stream makes the person known."""
    return Also(HEARD, [(envelope.stream, envelope.stream_version)])


def when_organisation_registered(event: OrganisationRegistered, envelope: Envelope) -> Also:
    """The union is known, and whether it runs on a simulated clock."""
    row = (envelope.stream, envelope.stream_version, event.org_id, event.simulated)
    return Also(UNION_KNOWN, [row])


def when_dependant_declared(event: DependantDeclared, envelope: Envelope) -> Also:
    """The dependant is known too: they may take part. Version 0, for nothing of theirs was said."""
    dependant = (f"{event.org_id}/person-{event.dependant_id}", 0)
    return Also(HEARD, [(envelope.stream, envelope.stream_version), dependant])


REACTIONS: dict[type[DomainEvent], Reaction] = {
    **dict.fromkeys(EVENTS, when_anything_is_said),
    OrganisationRegistered: when_organisation_registered,
    DependantDeclared: when_dependant_declared,
}
