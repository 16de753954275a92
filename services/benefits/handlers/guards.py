"""A guard by a range of this context's own; the others are in shared/eventstore/guards.py."""

from services.benefits.streams import Range
from shared.contract.envelope import DomainEvent
from shared.eventstore.store import Also


def still_counting(guarded: str, streams: Range, event: type[DomainEvent], expected: int) -> Also:
    """The appending transaction fails unless `expected` such events, its own included, are there.

    It waits for whoever wrote with `still_at(guarded, …)`, and makes later ones wait.
    """
    row = (guarded, event.type_name(), *streams, expected)
    return Also("SELECT require_count($1, $2, $3, $4, $5)", [row])
