"""What may be asked about claims (慰问金、补助申请), from filing to payment or its reversal."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contract.benefits import Document
from shared.contract.values import (
    BusinessDate,
    Capacity,
    ClaimKind,
    Flag,
    Fund,
    PaymentForm,
    PersonId,
    PositiveFen,
    Relation,
    Slug,
)
from shared.decider.command import Sourced


class FileClaim(Sourced):
    """File a claim. `case_id` is opaque: an illness, a death, a hardship, never its name."""

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    capacity: Capacity
    case_id: Slug
    relation: Relation | None = None
    asked_fen: PositiveFen
    happened_on: BusinessDate
    documents: Annotated[tuple[Document, ...], Field(max_length=50)] = ()
    filed_on: BusinessDate


class ApproveClaim(Sourced):
    """Approve a claim, in full or in part; who filed it may not."""

    claim_id: Slug
    approved_fen: PositiveFen
    decision_ref: Slug
    approved_on: BusinessDate


class RejectClaim(Sourced):
    """Reject a claim for one of the named reasons."""

    claim_id: Slug
    reason: Literal["not_covered", "evidence_missing", "claimed_before", "too_late", "withdrawn"]
    rejected_on: BusinessDate


class WithdrawClaim(Sourced):
    """Withdraw a claim that was not paid; its case may be claimed anew."""

    claim_id: Slug
    reason: Literal["by_claimant", "entered_in_error", "duplicate", "no_longer_due", "other"]
    withdrawn_on: BusinessDate


class PayClaim(Sourced):
    """Pay out what was approved. `payment_id` names the payment in the books, once it is there."""

    claim_id: Slug
    fund: Fund
    payment_form: PaymentForm
    paid_on: BusinessDate
    payment_id: Slug | None = None
    amount_assumed: Flag = False


class ReverseClaim(Sourced):
    """Undo a payment that was made in error or paid back; it has its own date."""

    claim_id: Slug
    reason: Literal["entered_in_error", "paid_back", "duplicate"]
    reversed_on: BusinessDate
