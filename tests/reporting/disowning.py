"""A history in which a person disowns events, of which any may be the first of its stream."""

import random

from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import Envelope
from shared.contract.reporting import EventDisowned
from tests.examples.reporting import event_disowned
from tests.reporting.arbitrary import long_history
from tests.reporting.history import History


def disowning(envelope: Envelope) -> EventDisowned:
    """A person's word that this event is none of its source's."""
    return event_disowned(
        org_id=envelope.org_id,
        disowned_source=envelope.source,
        disowned_event_id=str(envelope.event_id),
        leaf_sha256=leaf_hash(document_of(envelope)).hex(),
    )


def disowning_history(chance: random.Random) -> tuple[History, dict[int, int]]:
    """An arbitrary history, a tenth of it from outside, and of each event that is disowned in it
    the log indexes: its own, and that from which it is."""
    history, disowned_at = History(), dict[int, int]()
    for event in long_history(240):
        (history.from_outside if chance.random() < 0.1 else history)(event)
        if chance.random() < 0.08:
            index = chance.randrange(len(history.envelopes))
            named = history.envelopes[index]
            if index + 1 not in disowned_at and named.type != EventDisowned.type_name():
                history(disowning(named))
                disowned_at[index + 1] = len(history.envelopes)
    assert len(disowned_at) > 8
    return history, disowned_at
