"""The chain of corrections of one event: what took it back or put it right, and what it does so to.

All of it stands in the event's own stream: nothing was edited, so the chain is what happened.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from services.reporting.journal.record import Entry
from services.reporting.projections.effective import Told, of_streams, withdrawn_by
from shared.contract.catalogue import CATALOGUE
from shared.contract.corrections import WITHDRAWALS, corrected_by


async def chain(connection: Any, entry: Entry, at: int) -> tuple[list[Entry], list[Entry]]:
    """The events that correct `entry` as known at `at`, and those that it corrects."""
    stream = entry.envelope.stream
    told = (await of_streams(connection, [stream]))[stream]
    own = [e for e in told if e.entry.envelope.source == entry.envelope.source and e.counts(at)]
    return _correcting(own, entry, at), _corrected(own, entry, at)


def _correcting(told: Sequence[Told], entry: Entry, at: int) -> list[Entry]:
    """Its withdrawal; and later events that correct or reverse the last one of its type, the next
    one of it included where it corrects itself."""
    withdrawn = withdrawn_by(told, at)
    found = [withdrawn[entry.log_index]] if entry.log_index in withdrawn else []
    of_type = [e.entry for e in told if e.entry.envelope.type == entry.envelope.type]
    until = next((e.log_index for e in of_type if e.log_index > entry.log_index), at + 1)
    by = {cls.type_name() for cls in corrected_by(CATALOGUE[entry.envelope.type])} - {*WITHDRAWALS}
    return found + [
        each.entry
        for each in told
        if entry.log_index < each.entry.log_index <= until
        and each.entry.envelope.type in by
        and each.entry.log_index not in withdrawn
    ]


def _corrected(told: Sequence[Told], entry: Entry, at: int) -> list[Entry]:
    return [
        each.entry
        for each in told
        if each.entry.log_index < entry.log_index
        and any(e.log_index == entry.log_index for e in _correcting(told, each.entry, at))
    ]


def shown(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Events of a chain as answered, in log order."""
    return [
        {
            "event_id": str(entry.envelope.event_id),
            "type": entry.envelope.type,
            "stream_version": entry.envelope.stream_version,
            "log_index": entry.log_index,
            "occurred_on": entry.event.occurred_on,
            "recorded_at": entry.envelope.recorded_at,
            "actor": entry.envelope.actor,
            "reason": getattr(entry.event, "reason", None),
        }
        for entry in sorted(entries, key=lambda each: each.log_index)
    ]
