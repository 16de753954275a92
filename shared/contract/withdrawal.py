"""An entry is taken back: by a later event of its stream that names it, and says why.

Nothing is edited or deleted. What was withdrawn counts for nothing, as known from then on: every
state, figure and table is what the stream's other events make of it. What is right is then entered
anew. Where the world has moved on since, as with money that was paid, an event of its own says what
happened instead: `corrections.py` has which, for every type.
"""

from shared.contract.envelope import DomainEvent
from shared.contract.values import CorrectionReason, EventId, PositiveCount


class Withdrawal(DomainEvent):
    """Takes back the event `entry`, which stands before it in its own stream.

    `occurred_on` is the day on which it was taken back; `entry_version` its number in the stream,
    absent where the source numbers no streams. Of an event that stands elsewhere, or that
    was taken back before, it says nothing. It is not taken back itself: the fact is entered anew.
    """

    entry: EventId
    entry_version: PositiveCount | None = None
    reason: CorrectionReason
