"""Every gift handed over, with its receipt and its return: one row per delivery stream."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Index, Key, Projection, changing, opening
from shared.contract.benefits import (
    GiftIssued,
    GiftIssuedAgain,
    GiftReceiptSigned,
    GiftReturned,
    worth_fen,
)


class Delivery(NamedTuple):
    """A gift as issued (amounts in fen, quantity in 份) and what became of it.

    `again` counts the times that it was handed over once more: quantity and amount are of all.
    `issued`, `signed`, `returned` and `again_event` are the ids of the events that say so: the
    evidence.
    """

    org_id: str
    source: str
    stream: str
    programme_id: str
    occasion: str
    person_id: str
    capacity: str
    quantity: int
    amount_fen: int | None
    payment_form: str
    fund: str | None
    payer: str | None
    on_roster: bool | None
    issued_on: date
    issued: UUID
    signed_on: date | None = None
    signed_by: str | None = None
    signed: UUID | None = None
    returned_on: date | None = None
    returned: UUID | None = None
    again: int = 0
    again_why: str | None = None
    again_event: UUID | None = None


DeliveryEvent = GiftIssued | GiftIssuedAgain | GiftReceiptSigned | GiftReturned


def _keys(event: DeliveryEvent, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, entry.envelope.source, entry.envelope.stream)]


def _issued(row: Delivery | None, event: GiftIssued, entry: Entry, key: Key) -> Delivery:
    return Delivery(
        org_id=key[0],
        source=key[1],
        stream=key[2],
        programme_id=event.programme_id,
        occasion=event.occasion,
        person_id=event.person_id,
        capacity=event.capacity,
        quantity=event.quantity,
        amount_fen=worth_fen(event),
        payment_form=event.payment_form,
        fund=event.fund,
        payer=event.payer,
        on_roster=event.on_roster,
        issued_on=event.occurred_on,
        issued=entry.envelope.event_id,
    )


def _again(row: Delivery | None, event: GiftIssuedAgain, entry: Entry, _: Key) -> Delivery | None:
    if row is None:
        return None
    amounts = row.amount_fen, event.amount_fen
    return row._replace(
        quantity=row.quantity + event.quantity,
        amount_fen=None if None in amounts else sum(filter(None, amounts)),
        again=row.again + 1,
        again_why=event.reason,
        again_event=entry.envelope.event_id,
    )


def _signed(
    row: Delivery | None, event: GiftReceiptSigned, entry: Entry, _: Key
) -> Delivery | None:
    if row is None:
        return None
    return row._replace(
        signed_on=event.occurred_on, signed_by=event.signed_by, signed=entry.envelope.event_id
    )


def _returned(row: Delivery | None, event: GiftReturned, entry: Entry, _: Key) -> Delivery | None:
    if row is None:
        return None
    return row._replace(returned_on=event.occurred_on, returned=entry.envelope.event_id)


DELIVERIES = Projection(
    name="deliveries",
    row=Delivery,
    key=("org_id", "source", "stream"),
    on={
        GiftIssued: opening(_keys, _issued),
        GiftIssuedAgain: changing(_keys, _again),
        GiftReceiptSigned: changing(_keys, _signed),
        GiftReturned: changing(_keys, _returned),
    },
    indexes=(Index(("org_id", "programme_id")), Index(("org_id", "person_id"))),
)
