"""Portions (份) applied for from the union above, and received from it: one row per event."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Index, Key, Projection, changing
from shared.contract.benefits import GiftApplied, GiftReceived


class Portions(NamedTuple):
    """Portions of one application or receipt; `step` is applied or received."""

    org_id: str
    event: UUID
    source: str
    step: str
    programme_id: str
    occasion: str
    quantity: int
    superior: str
    on_day: date


def _keys(event: GiftApplied | GiftReceived, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, entry.envelope.event_id, entry.envelope.source)]


def _applied(row: Portions | None, event: GiftApplied, entry: Entry, _: Key) -> Portions:
    return _portions(event, entry, "applied", event.to_org)


def _received(row: Portions | None, event: GiftReceived, entry: Entry, _: Key) -> Portions:
    return _portions(event, entry, "received", event.from_org)


def _portions(
    event: GiftApplied | GiftReceived, entry: Entry, step: str, superior: str
) -> Portions:
    return Portions(
        org_id=event.org_id,
        event=entry.envelope.event_id,
        source=entry.envelope.source,
        step=step,
        programme_id=event.programme_id,
        occasion=event.occasion,
        quantity=event.quantity,
        superior=superior,
        on_day=event.occurred_on,
    )


PORTIONS = Projection(
    name="portions",
    row=Portions,
    key=("org_id", "event", "source"),
    on={GiftApplied: changing(_keys, _applied), GiftReceived: changing(_keys, _received)},
    indexes=(Index(("org_id", "programme_id")),),
)
