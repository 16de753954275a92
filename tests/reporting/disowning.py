"""A history in which a person disowns events, and owners take entries of theirs back; any of them
may be the first of its stream."""

import random

from shared.contract.catalogue import CATALOGUE
from shared.contract.corrections import corrected_by
from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import Envelope
from shared.contract.reporting import EventDisowned
from shared.contract.withdrawal import Withdrawal
from tests.examples.reporting import event_disowned
from tests.reporting.arbitrary import long_history
from tests.reporting.history import CANTEEN, History


def disowning(envelope: Envelope) -> EventDisowned:
    """A person's word that this event is none of its source's."""
    return event_disowned(
        org_id=envelope.org_id,
        disowned_source=envelope.source,
        disowned_event_id=str(envelope.event_id),
        leaf_sha256=leaf_hash(document_of(envelope)).hex(),
    )


def withdrawing(envelope: Envelope) -> Withdrawal | None:
    """The owner's word that an entry is taken back; None: its type is not put right so."""
    by = [each for each in corrected_by(CATALOGUE[envelope.type]) if issubclass(each, Withdrawal)]
    if not by:
        return None
    event = CATALOGUE[envelope.type].model_validate_json(envelope.data)
    told = {name: getattr(event, name) for name in by[0].model_fields if hasattr(event, name)}
    stream = {"entry_stream": envelope.stream.partition("/")[2]}
    said = {"entry": str(envelope.event_id), "reason": "entered_in_error"}
    fields = {**stream, **told, **said}
    return by[0](**{name: fields[name] for name in by[0].model_fields if name in fields})


def disowning_history(chance: random.Random) -> tuple[History, dict[int, int], dict[int, int]]:
    """An arbitrary history, a tenth of it from outside. Of each event that is disowned in it the
    log indexes: its own, and that from which it is; and likewise of each that is withdrawn."""
    history, disowned_at, withdrawn_at = History(), dict[int, int](), dict[int, int]()
    for event in long_history(240):
        outside = chance.random() < 0.1 and history.may_be_said_outside(event)
        (history.from_outside if outside else history)(event)
        index = chance.randrange(len(history.envelopes))
        named = history.envelopes[index]
        if chance.random() < 0.08:
            if index + 1 not in disowned_at and named.type != EventDisowned.type_name():
                history(disowning(named))
                disowned_at[index + 1] = len(history.envelopes)
        elif chance.random() < 0.4 and index + 1 not in withdrawn_at:
            withdrawal = withdrawing(named)
            # An outside source may take back only what stands: nothing that was disowned.
            if withdrawal is not None and (
                named.source != CANTEEN
                or (index + 1 not in disowned_at and history.may_be_said_outside(withdrawal))
            ):
                (history.from_outside if named.source == CANTEEN else history)(withdrawal)
                withdrawn_at[index + 1] = len(history.envelopes)
    assert len(disowned_at) > 8 and len(withdrawn_at) > 4
    return history, disowned_at, withdrawn_at
