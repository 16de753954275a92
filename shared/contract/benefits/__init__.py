"""What `services/benefits` publishes: gifts, claims, insurance, budgets and payments.

Streams: `<org>/programme-<id>`, `<org>/gift-<programme>.<person>` (one per delivery),
`<org>/claim-<id>`, `<org>/policy-<id>`, `<org>/insured-<policy>.<person>` (one per cover),
`<org>/budget-<year>`, `<org>/income-<id>`, `<org>/payment-<id>`, `<org>/procurement-<id>`. The
books are `ExpenditurePaid` alone; deliveries and claims only refer to it.
"""

from shared.contract.benefits.benefits_event import BenefitsEvent
from shared.contract.benefits.claims import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
    Document,
)
from shared.contract.benefits.insurance import MemberInsured, PolicyBought
from shared.contract.benefits.money import (
    BudgetAdjusted,
    BudgetAmount,
    BudgetApproved,
    ExpenditurePaid,
    ExpenditureRequested,
    IncomeReceived,
)
from shared.contract.benefits.procurement import ContractSigned, ProcurementDecided
from shared.contract.benefits.programmes_and_gifts import (
    GiftApplied,
    GiftIssued,
    GiftReceiptSigned,
    GiftReceived,
    GiftReturned,
    ProgrammeClosed,
    ProgrammeOpened,
    RosterFrozen,
    worth_fen,
)

EVENTS: tuple[type[BenefitsEvent], ...] = (
    ProgrammeOpened, RosterFrozen, GiftApplied, GiftReceived, GiftIssued, GiftReceiptSigned,
    GiftReturned, ProgrammeClosed, ClaimFiled, ClaimApproved, ClaimRejected, ClaimPaid,
    ClaimReversed, PolicyBought, MemberInsured, BudgetApproved, BudgetAdjusted, IncomeReceived,
    ExpenditureRequested, ExpenditurePaid, ProcurementDecided, ContractSigned,
)  # fmt: skip

__all__ = [
    "EVENTS",
    "BenefitsEvent",
    "BudgetAdjusted",
    "BudgetAmount",
    "BudgetApproved",
    "ClaimApproved",
    "ClaimFiled",
    "ClaimPaid",
    "ClaimRejected",
    "ClaimReversed",
    "ContractSigned",
    "Document",
    "ExpenditurePaid",
    "ExpenditureRequested",
    "GiftApplied",
    "GiftIssued",
    "GiftReceiptSigned",
    "GiftReceived",
    "GiftReturned",
    "IncomeReceived",
    "MemberInsured",
    "PolicyBought",
    "ProcurementDecided",
    "ProgrammeClosed",
    "ProgrammeOpened",
    "RosterFrozen",
    "worth_fen",
]
