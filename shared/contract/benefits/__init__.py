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
    ClaimWithdrawn,
    Document,
)
from shared.contract.benefits.insurance import CoverEnded, MemberInsured, PolicyBought
from shared.contract.benefits.money import (
    BudgetAdjusted,
    BudgetAmount,
    BudgetApproved,
    ExpenditurePaid,
    ExpenditureRequested,
    ExpenditureReversed,
    IncomeCorrected,
    IncomeReceived,
    Posting,
)
from shared.contract.benefits.procurement import ContractSigned, ProcurementDecided
from shared.contract.benefits.programmes_and_gifts import (
    DeliveryEntryWithdrawn,
    GiftApplied,
    GiftIssued,
    GiftIssuedAgain,
    GiftReceiptSigned,
    GiftReceived,
    GiftReturned,
    ProgrammeClosed,
    ProgrammeOpened,
    ProgrammeRenamed,
    RosterFrozen,
    worth_fen,
)
from shared.contract.benefits.withdrawn import BenefitEntryWithdrawn

EVENTS: tuple[type[BenefitsEvent], ...] = (
    ProgrammeOpened, RosterFrozen, GiftApplied, GiftReceived, GiftIssued, GiftReceiptSigned,
    GiftReturned, ProgrammeClosed, ClaimFiled, ClaimApproved, ClaimRejected, ClaimPaid,
    ClaimReversed, PolicyBought, MemberInsured, BudgetApproved, BudgetAdjusted, IncomeReceived,
    ExpenditureRequested, ExpenditurePaid, ProcurementDecided, ContractSigned, ProgrammeRenamed,
    GiftIssuedAgain, DeliveryEntryWithdrawn, ClaimWithdrawn, CoverEnded, IncomeCorrected,
    ExpenditureReversed, BenefitEntryWithdrawn,
)  # fmt: skip

__all__ = [
    "EVENTS",
    "BenefitEntryWithdrawn",
    "BenefitsEvent",
    "BudgetAdjusted",
    "BudgetAmount",
    "BudgetApproved",
    "ClaimApproved",
    "ClaimFiled",
    "ClaimPaid",
    "ClaimRejected",
    "ClaimReversed",
    "ClaimWithdrawn",
    "ContractSigned",
    "CoverEnded",
    "DeliveryEntryWithdrawn",
    "Document",
    "ExpenditurePaid",
    "ExpenditureRequested",
    "ExpenditureReversed",
    "GiftApplied",
    "GiftIssued",
    "GiftIssuedAgain",
    "GiftReceiptSigned",
    "GiftReceived",
    "GiftReturned",
    "IncomeCorrected",
    "IncomeReceived",
    "MemberInsured",
    "PolicyBought",
    "Posting",
    "ProcurementDecided",
    "ProgrammeClosed",
    "ProgrammeOpened",
    "ProgrammeRenamed",
    "RosterFrozen",
    "worth_fen",
]
