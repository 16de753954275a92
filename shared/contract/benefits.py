"""What `services/benefits` publishes: gifts, claims, insurance, budgets and payments.

Streams: `<org>/programme-<id>`, `<org>/gift-<programme>.<person>` (one per delivery),
`<org>/claim-<id>`, `<org>/policy-<id>`, `<org>/insured-<policy>.<person>` (one per cover),
`<org>/budget-<year>`, `<org>/income-<id>`, `<org>/payment-<id>`, `<org>/procurement-<id>`. The
books are `ExpenditurePaid` alone; deliveries and claims only refer to it.
"""

from typing import ClassVar, Literal

from pydantic import Field

from shared.contract.envelope import DomainEvent, Part

from shared.contract.values import (  # isort: skip
    BudgetLine,
    BusinessDate,
    Capacity,
    ClaimKind,
    Count,
    Fen,
    Flag,
    Fund,
    IncomeSource,
    InsurancePlan,
    Line,
    Occasion,
    OffRosterReason,
    OrgId,
    Payer,
    PaymentForm,
    PersonId,
    Population,
    PositiveCount,
    PositiveFen,
    ProcurementMethod,
    Relation,
    Sha256,
    SingleSourceBasis,
    Slug,
    Title,
)


class BenefitsEvent(DomainEvent):
    """An event of the benefits context."""

    CONTEXT: ClassVar[str] = "benefits"


class Document(Part):
    """Evidence held elsewhere: its kind and checksum, never its content (PRV-02)."""

    kind: Slug
    sha256: Sha256


class BudgetAmount(Part):
    """One line of a budget and its amount for the year, in fen."""

    budget_line: BudgetLine
    amount_fen: Fen


class ProgrammeOpened(BenefitsEvent, stream="programme-{programme_id}"):
    """A benefit programme (项目, such as 春节慰问) with its population, form, value and money."""

    programme_id: Slug
    title: Title
    occasion: Occasion
    population: Population
    payment_form: PaymentForm
    unit_value_fen: Fen | None = None
    amount_assumed: Flag = False
    fund: Fund
    payer: Payer
    budget_line: BudgetLine | None = None
    decision_ref: Slug | None = None


class RosterFrozen(BenefitsEvent, stream="programme-{programme_id}"):
    """The roster of a programme, frozen as of a day: one chunk of at most 1,000 person ids.

    `count` and `sha256` are of the whole set (ids sorted, joined by newlines): the reader's check.
    """

    programme_id: Slug
    as_of: BusinessDate
    chunk: PositiveCount
    chunks: PositiveCount
    person_ids: tuple[PersonId, ...] = Field(max_length=1000)
    count: Count
    sha256: Sha256


class GiftApplied(BenefitsEvent, stream="programme-{programme_id}"):
    """Portions applied for from the union above."""

    programme_id: Slug
    occasion: Occasion
    quantity: PositiveCount
    to_org: OrgId


class GiftReceived(BenefitsEvent, stream="programme-{programme_id}"):
    """Portions that came from the union above, to be issued: not our own spending."""

    programme_id: Slug
    occasion: Occasion
    quantity: PositiveCount
    from_org: OrgId


class GiftIssued(BenefitsEvent, stream="gift-{programme_id}.{person_id}"):
    """A gift (慰问品) was handed to a person: `quantity` portions worth `amount_fen` together.

    Who did not stand on the programme's frozen roster (`on_roster`) has an `off_roster_reason`.
    """

    programme_id: Slug
    occasion: Occasion
    person_id: PersonId
    capacity: Capacity
    quantity: PositiveCount
    unit_value_fen: Fen | None = None
    amount_fen: Fen | None = None
    payment_form: PaymentForm
    fund: Fund
    payer: Payer
    on_roster: Flag
    off_roster_reason: OffRosterReason | None = None


class GiftReceiptSigned(BenefitsEvent, stream="gift-{programme_id}.{person_id}"):
    """The recipient signed for it (签收); `signed_by` differs only where another hand signed."""

    programme_id: Slug
    person_id: PersonId
    signed_by: PersonId


class GiftReturned(BenefitsEvent, stream="gift-{programme_id}.{person_id}"):
    """The gift came back, or was entered in error: it is not counted from this event on."""

    programme_id: Slug
    person_id: PersonId
    reason: Literal["returned", "entered_in_error", "undeliverable"]


class ProgrammeClosed(BenefitsEvent, stream="programme-{programme_id}"):
    """Nothing more is issued; `missed` names who stood on the roster and received nothing.

    `issued` counts people and `missed_count` those missed, the same in every chunk; more than 1,000
    are named in several, as in RosterFrozen. `occasion` None: closed before it was stated here.
    """

    programme_id: Slug
    occasion: Occasion | None = None
    issued: Count
    chunk: PositiveCount = 1
    chunks: PositiveCount = 1
    missed: tuple[PersonId, ...] = Field(default=(), max_length=1000)
    missed_count: Count = 0


class ClaimFiled(BenefitsEvent, stream="claim-{claim_id}"):
    """A member asks for money or help (慰问金/补助申请). An illness is only `case_id`, opaque."""

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    capacity: Capacity
    case_id: Slug
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
    decision_ref: Slug
    filed_by: Line


class ClaimRejected(BenefitsEvent, stream="claim-{claim_id}"):
    """An approver refused it, for one of the named reasons."""

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    reason: Literal["not_covered", "evidence_missing", "claimed_before", "too_late", "withdrawn"]


class ClaimPaid(BenefitsEvent, stream="claim-{claim_id}"):
    """The approved money reached the person."""

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    capacity: Capacity
    case_id: Slug
    paid_fen: PositiveFen
    amount_assumed: Flag = False
    fund: Fund
    payment_form: PaymentForm
    payment_id: Slug | None = None


class ClaimReversed(BenefitsEvent, stream="claim-{claim_id}"):
    """A paid claim is undone: paid in error or paid back. It has its own date."""

    claim_id: Slug
    kind: ClaimKind
    person_id: PersonId
    reason: Literal["entered_in_error", "paid_back", "duplicate"]


class PolicyBought(BenefitsEvent, stream="policy-{policy_id}"):
    """An insurance policy for many: `insured_due` is how many the insurer was told."""

    policy_id: Slug
    plan: InsurancePlan
    insurer: Title
    starts_on: BusinessDate
    ends_on: BusinessDate
    insured_due: Count
    premium_fen: Fen | None = None
    amount_assumed: Flag = False
    fund: Fund
    payer: Payer


class MemberInsured(BenefitsEvent, stream="insured-{policy_id}.{person_id}"):
    """One person is covered by a policy, in the capacity stated (the report insures 女教工)."""

    policy_id: Slug
    plan: InsurancePlan
    person_id: PersonId
    capacity: Capacity


class BudgetApproved(BenefitsEvent, stream="budget-{budget_year}"):
    """The year's budget, line by line, after committee, audit committee and the union above."""

    budget_year: Count
    lines: tuple[BudgetAmount, ...]
    approved_by: tuple[Slug, ...]
    amount_assumed: Flag = False


class BudgetAdjusted(BenefitsEvent, stream="budget-{budget_year}"):
    """The budget's lines as they are from now on (in principle once a year, BUD-03)."""

    budget_year: Count
    lines: tuple[BudgetAmount, ...]
    approved_by: tuple[Slug, ...]
    amount_assumed: Flag = False


class IncomeReceived(BenefitsEvent, stream="income-{income_id}"):
    """Money the union received."""

    income_id: Slug
    source: IncomeSource
    fund: Fund
    amount_fen: PositiveFen
    amount_assumed: Flag = False


class ExpenditurePaid(BenefitsEvent, stream="payment-{payment_id}"):
    """Money the union paid: the books. `refers_to` is the stream it paid for, such as a programme.

    Only other sources may leave `budget_line` out; its absence is a finding, never a pass.
    """

    payment_id: Slug
    fund: Fund
    payer: Payer
    budget_line: BudgetLine | None = None
    amount_fen: PositiveFen
    amount_assumed: Flag = False
    refers_to: Line | None = None
    requested_by: Line
    approved_by: Line
    decision_ref: Slug | None = None


class ProcurementDecided(BenefitsEvent, stream="procurement-{procurement_id}"):
    """How something is bought, and on what basis (政府采购法 art. 31 for single source)."""

    procurement_id: Slug
    title: Title
    method: ProcurementMethod
    basis: SingleSourceBasis | None = None
    supplier: Title
    amount_fen: PositiveFen | None = None
    fund: Fund
    notice_from: BusinessDate | None = None
    notice_to: BusinessDate | None = None
    decision_ref: Slug | None = None


class ContractSigned(BenefitsEvent, stream="procurement-{procurement_id}"):
    """The contract of a procurement was signed."""

    procurement_id: Slug
    supplier: Title
    amount_fen: PositiveFen | None = None


EVENTS: tuple[type[BenefitsEvent], ...] = (
    ProgrammeOpened, RosterFrozen, GiftApplied, GiftReceived, GiftIssued, GiftReceiptSigned,
    GiftReturned, ProgrammeClosed, ClaimFiled, ClaimApproved, ClaimRejected, ClaimPaid,
    ClaimReversed, PolicyBought, MemberInsured, BudgetApproved, BudgetAdjusted, IncomeReceived,
    ExpenditurePaid, ProcurementDecided, ContractSigned,
)  # fmt: skip
