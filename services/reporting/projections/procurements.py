"""How things were bought: the decision and its basis, and the contract that followed."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing, opening
from shared.contract.benefits import ContractSigned, ProcurementDecided


class Procurement(NamedTuple):
    """A procurement (amounts in fen). `decided` and `contracted` are the events that say so."""

    org_id: str
    source: str
    stream: str
    procurement_id: str
    title: str
    method: str
    basis: str | None
    supplier: str
    amount_fen: int | None
    fund: str | None
    notice_from: date | None
    notice_to: date | None
    decision_ref: str | None
    decided_on: date
    decided: UUID
    contract_supplier: str | None = None
    contract_fen: int | None = None
    contracted_on: date | None = None
    contracted: UUID | None = None


def _keys(event: ProcurementDecided | ContractSigned, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, entry.envelope.source, entry.envelope.stream)]


def _decided(
    _: Procurement | None, event: ProcurementDecided, entry: Entry, key: Key
) -> Procurement:
    return Procurement(
        org_id=key[0],
        source=key[1],
        stream=key[2],
        procurement_id=event.procurement_id,
        title=event.title,
        method=event.method,
        basis=event.basis,
        supplier=event.supplier,
        amount_fen=event.amount_fen,
        fund=event.fund,
        notice_from=event.notice_from,
        notice_to=event.notice_to,
        decision_ref=event.decision_ref,
        decided_on=event.occurred_on,
        decided=entry.envelope.event_id,
    )


def _contracted(
    row: Procurement | None, event: ContractSigned, entry: Entry, _: Key
) -> Procurement | None:
    if row is None:
        return None
    return row._replace(
        contract_supplier=event.supplier,
        contract_fen=event.amount_fen,
        contracted_on=event.occurred_on,
        contracted=entry.envelope.event_id,
    )


PROCUREMENTS = Projection(
    name="procurements",
    row=Procurement,
    key=("org_id", "source", "stream"),
    on={
        ProcurementDecided: opening(_keys, _decided),
        ContractSigned: changing(_keys, _contracted),
    },
)
