"""Claims for money or help (慰问金/补助申请): filed, decided, paid, reversed."""

from typing import Literal

from shared.contract.benefits.benefits_event import BenefitsEvent
from shared.contract.envelope import Part
from shared.contract.values import (
    BusinessDate,
    Capacity,
    ClaimKind,
    Flag,
    Fund,
    Line,
    PaymentForm,
    PersonId,
    PositiveFen,
    Relation,
    Sha256,
    Slug,
)


class Document(Part):
    """Evidence held elsewhere: its kind and checksum, never its content (PRV-02)."""

    kind: Slug
    sha256: Sha256


class ClaimFiled(BenefitsEvent, stream="claim-{claim_id}"):
    """A member asks for money or help (慰问金/补助申请). An illness is only `case_id`, opaque.

    No `case_id`: another source knows of no case, and nobody can tell whether it was asked twice.
    """

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    capacity: Capacity
    case_id: Slug | None = None
    relation: Relation | None = None
    asked_fen: PositiveFen
    happened_on: BusinessDate
    documents: tuple[Document, ...] = ()


class ClaimApproved(BenefitsEvent, stream="claim-{claim_id}"):
    """An approver who is not its maker allowed it; the actor is in the envelope."""

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    approved_fen: PositiveFen
    decision_ref: Slug | None = None
    filed_by: Line | None = None


class ClaimRejected(BenefitsEvent, stream="claim-{claim_id}"):
    """An approver refused it, for one of the named reasons."""

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    reason: Literal["not_covered", "evidence_missing", "claimed_before", "too_late", "withdrawn"]


class ClaimWithdrawn(BenefitsEvent, stream="claim-{claim_id}"):
    """A claim that was not paid is withdrawn, decided on or not; its case may be claimed anew.

    It was filed all the same, unless it was `entered_in_error` or a `duplicate`: then it never was.
    """

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    reason: Literal["by_claimant", "entered_in_error", "duplicate", "no_longer_due", "other"]


class ClaimPaid(BenefitsEvent, stream="claim-{claim_id}"):
    """The approved money reached the person."""

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    capacity: Capacity
    case_id: Slug | None = None
    paid_fen: PositiveFen
    amount_assumed: Flag = False
    fund: Fund | None = None
    payment_form: PaymentForm
    payment_id: Slug | None = None


class ClaimReversed(BenefitsEvent, stream="claim-{claim_id}"):
    """A paid claim is undone: paid in error or paid back. It has its own date."""

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    reason: Literal["entered_in_error", "paid_back", "duplicate"]
