"""Events that reporting says their owner never wrote: what a replica passes over.

That an event is disowned may be heard before the event itself, twice, or of an event that never
comes: between topics there is no order. It is noted by what the event was, and looked up with
every batch; whatever a copy applied before that, its refilling undoes (refill.py).
"""

from uuid import UUID

from shared.contract.envelope import DomainEvent, Envelope
from shared.contract.reporting import EventDisowned
from shared.eventstore.store import Also
from shared.replicas.apply import Reaction

TABLES = ("replica_disowned",)
"""What the copy of reporting consists of."""

NOTE = """
INSERT INTO replica_disowned (source, event_id, leaf, by_event_id)
VALUES ($1, $2, decode($3, 'hex'), $4) ON CONFLICT DO NOTHING
"""


def when_event_disowned(event: EventDisowned, envelope: Envelope) -> Also:
    """The event counts for nothing in any copy; of a source that is not copied, it is noted too."""
    row = (
        event.disowned_source,
        UUID(event.disowned_event_id),
        event.leaf_sha256,
        envelope.event_id,
    )
    return Also(NOTE, [row])


REACTIONS: dict[type[DomainEvent], Reaction] = {EventDisowned: when_event_disowned}
