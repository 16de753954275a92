"""Every claim (慰问金/补助申请) and what became of it: one row per claim stream.

Maker, approver and payer are the actors of the envelopes. A source that only reports payments
leaves the earlier columns empty: what nobody said stays unknown.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Index, Key, Projection, changing, opening
from shared.contract.benefits import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
    ClaimWithdrawn,
)

ClaimEvent = ClaimFiled | ClaimApproved | ClaimRejected | ClaimWithdrawn | ClaimPaid | ClaimReversed


class Claim(NamedTuple):
    """A claim as it stands (amounts in fen); `state` is its last event's.

    `maker` wrote the ClaimFiled, `filed_by` is who its approval says filed it, `paid_by` wrote the
    ClaimPaid, `rejecter` the ClaimRejected, in the role `rejecter_role`. `filed`, `approved`,
    `rejected`, `paid` and `reversed` are the ids of the events that say so: the evidence.
    """

    org_id: str
    source: str
    stream: str
    claim_id: str
    kind: str
    person_id: str
    state: str
    capacity: str | None = None
    case_id: str | None = None
    relation: str | None = None
    happened_on: date | None = None
    asked_fen: int | None = None
    filed_on: date | None = None
    maker: str | None = None
    filed: UUID | None = None
    approved_fen: int | None = None
    approved_on: date | None = None
    approver: str | None = None
    filed_by: str | None = None
    decision_ref: str | None = None
    approved: UUID | None = None
    rejected_on: date | None = None
    rejected_why: str | None = None
    rejected: UUID | None = None
    paid_fen: int | None = None
    amount_assumed: bool = False
    paid_on: date | None = None
    fund: str | None = None
    payment_form: str | None = None
    payment_id: str | None = None
    paid_by: str | None = None
    paid: UUID | None = None
    reversed_on: date | None = None
    reversed_why: str | None = None
    reversed: UUID | None = None
    withdrawn_on: date | None = None
    withdrawn_why: str | None = None
    withdrawn: UUID | None = None
    rejecter: str | None = None
    rejecter_role: str | None = None

    @property
    def first_on(self) -> date:
        """The earliest day the claim is known by: what happened, else its first record."""
        known = (
            self.happened_on,
            self.filed_on,
            self.approved_on,
            self.rejected_on,
            self.paid_on,
            self.reversed_on,
            self.withdrawn_on,
        )
        return min(day for day in known if day is not None)

    @property
    def events(self) -> tuple[UUID, ...]:
        """The ids of its events, first to last."""
        told = (
            self.filed,
            self.approved,
            self.rejected,
            self.withdrawn,
            self.paid,
            self.reversed,
        )
        return tuple(event for event in told if event is not None)


def _keys(event: ClaimEvent, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, entry.envelope.source, entry.envelope.stream)]


def _known(row: Claim | None, event: ClaimEvent, key: Key, state: str) -> Claim:
    if row is not None:
        return row._replace(state=state)
    return Claim(
        org_id=key[0],
        source=key[1],
        stream=key[2],
        claim_id=event.claim_id,
        kind=event.kind,
        person_id=event.person_id,
        state=state,
    )


def _filed(row: Claim | None, event: ClaimFiled, entry: Entry, key: Key) -> Claim:
    return _known(row, event, key, "filed")._replace(
        capacity=event.capacity,
        case_id=event.case_id,
        relation=event.relation,
        happened_on=event.happened_on,
        asked_fen=event.asked_fen,
        filed_on=event.occurred_on,
        maker=entry.envelope.actor,
        filed=entry.envelope.event_id,
    )


def _approved(row: Claim | None, event: ClaimApproved, entry: Entry, key: Key) -> Claim:
    return _known(row, event, key, "approved")._replace(
        approved_fen=event.approved_fen,
        approved_on=event.occurred_on,
        approver=entry.envelope.actor,
        filed_by=event.filed_by,
        decision_ref=event.decision_ref,
        approved=entry.envelope.event_id,
    )


def _rejected(row: Claim | None, event: ClaimRejected, entry: Entry, key: Key) -> Claim:
    return _known(row, event, key, "rejected")._replace(
        rejected_on=event.occurred_on,
        rejected_why=event.reason,
        rejected=entry.envelope.event_id,
        rejecter=entry.envelope.actor,
        rejecter_role=entry.envelope.role,
    )


def _withdrawn(row: Claim | None, event: ClaimWithdrawn, entry: Entry, key: Key) -> Claim:
    return _known(row, event, key, "withdrawn")._replace(
        withdrawn_on=event.occurred_on,
        withdrawn_why=event.reason,
        withdrawn=entry.envelope.event_id,
    )


def _paid(row: Claim | None, event: ClaimPaid, entry: Entry, key: Key) -> Claim:
    known = _known(row, event, key, "paid")
    return known._replace(
        capacity=event.capacity,
        case_id=event.case_id or known.case_id,
        paid_fen=event.paid_fen,
        amount_assumed=event.amount_assumed,
        paid_on=event.occurred_on,
        fund=event.fund,
        payment_form=event.payment_form,
        payment_id=event.payment_id,
        paid_by=entry.envelope.actor,
        paid=entry.envelope.event_id,
    )


def _reversed(row: Claim | None, event: ClaimReversed, entry: Entry, key: Key) -> Claim:
    return _known(row, event, key, "reversed")._replace(
        reversed_on=event.occurred_on,
        reversed_why=event.reason,
        reversed=entry.envelope.event_id,
    )


CLAIMS = Projection(
    name="claims",
    row=Claim,
    key=("org_id", "source", "stream"),
    on={
        ClaimFiled: opening(_keys, _filed),
        ClaimApproved: changing(_keys, _approved),
        ClaimRejected: changing(_keys, _rejected),
        ClaimWithdrawn: changing(_keys, _withdrawn),
        ClaimPaid: changing(_keys, _paid),
        ClaimReversed: changing(_keys, _reversed),
    },
    indexes=(Index(("org_id", "person_id")),),
)
