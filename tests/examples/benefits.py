"""An example of every event of benefits: its frozen sample, with what a test changes."""

from typing import Any

from shared.contract.benefits import (
    BenefitEntryWithdrawn,
    BudgetAdjusted,
    BudgetApproved,
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
    ClaimWithdrawn,
    ContractSigned,
    CoverEnded,
    DeliveryEntryWithdrawn,
    ExpenditurePaid,
    ExpenditureRequested,
    ExpenditureReversed,
    GiftApplied,
    GiftIssued,
    GiftIssuedAgain,
    GiftReceiptSigned,
    GiftReceived,
    GiftReturned,
    IncomeCorrected,
    IncomeReceived,
    MemberInsured,
    PolicyBought,
    ProcurementDecided,
    ProgrammeClosed,
    ProgrammeOpened,
    ProgrammeRenamed,
    RosterFrozen,
)
from tests.examples.sample import example


def programme_opened(**changes: Any) -> ProgrammeOpened:
    """A benefit programme (项目, such as 春节慰问) with its population, form, value and money."""
    return example(ProgrammeOpened, changes)


def roster_frozen(**changes: Any) -> RosterFrozen:
    """The roster of a programme, frozen as of a day."""
    return example(RosterFrozen, changes)


def gift_applied(**changes: Any) -> GiftApplied:
    """Portions applied for from the union above."""
    return example(GiftApplied, changes)


def gift_received(**changes: Any) -> GiftReceived:
    """Portions that came from the union above, to be issued."""
    return example(GiftReceived, changes)


def gift_issued(**changes: Any) -> GiftIssued:
    """A gift (慰问品) was handed to a person."""
    return example(GiftIssued, changes)


def gift_receipt_signed(**changes: Any) -> GiftReceiptSigned:
    """The recipient signed for it (签收)."""
    return example(GiftReceiptSigned, changes)


def gift_returned(**changes: Any) -> GiftReturned:
    """The gift came back, or was entered in error."""
    return example(GiftReturned, changes)


def programme_closed(**changes: Any) -> ProgrammeClosed:
    """Nothing more is issued."""
    return example(ProgrammeClosed, changes)


def claim_filed(**changes: Any) -> ClaimFiled:
    """A member asks for money or help (慰问金/补助申请)."""
    return example(ClaimFiled, changes)


def claim_approved(**changes: Any) -> ClaimApproved:
    """An approver who is not its maker allowed it."""
    return example(ClaimApproved, changes)


def claim_rejected(**changes: Any) -> ClaimRejected:
    """An approver refused it, for one of the named reasons."""
    return example(ClaimRejected, changes)


def claim_paid(**changes: Any) -> ClaimPaid:
    """The approved money reached the person."""
    return example(ClaimPaid, changes)


def claim_reversed(**changes: Any) -> ClaimReversed:
    """A paid claim is undone."""
    return example(ClaimReversed, changes)


def policy_bought(**changes: Any) -> PolicyBought:
    """An insurance policy for many."""
    return example(PolicyBought, changes)


def member_insured(**changes: Any) -> MemberInsured:
    """One person is covered by a policy, in the capacity stated (the report insures 女教工)."""
    return example(MemberInsured, changes)


def budget_approved(**changes: Any) -> BudgetApproved:
    """The year's budget, line by line, after committee, audit committee and the union above."""
    return example(BudgetApproved, changes)


def budget_adjusted(**changes: Any) -> BudgetAdjusted:
    """The budget's lines as they are from now on (in principle once a year, BUD-03)."""
    return example(BudgetAdjusted, changes)


def income_received(**changes: Any) -> IncomeReceived:
    """Money the union received."""
    return example(IncomeReceived, changes)


def expenditure_requested(**changes: Any) -> ExpenditureRequested:
    """Money asked for."""
    return example(ExpenditureRequested, changes)


def expenditure_paid(**changes: Any) -> ExpenditurePaid:
    """Money the union paid."""
    return example(ExpenditurePaid, changes)


def procurement_decided(**changes: Any) -> ProcurementDecided:
    """How something is bought, and on what basis (政府采购法 art."""
    return example(ProcurementDecided, changes)


def contract_signed(**changes: Any) -> ContractSigned:
    """The contract of a procurement was signed."""
    return example(ContractSigned, changes)


def programme_renamed(**changes: Any) -> ProgrammeRenamed:
    """The programme's name is corrected."""
    return example(ProgrammeRenamed, changes)


def gift_issued_again(**changes: Any) -> GiftIssuedAgain:
    """The same gift was handed to a person a second time."""
    return example(GiftIssuedAgain, changes)


def delivery_entry_withdrawn(**changes: Any) -> DeliveryEntryWithdrawn:
    """A signature, or a second gift, was entered wrongly and is taken back."""
    return example(DeliveryEntryWithdrawn, changes)


def claim_withdrawn(**changes: Any) -> ClaimWithdrawn:
    """A claim that was not paid is withdrawn, decided on or not."""
    return example(ClaimWithdrawn, changes)


def cover_ended(**changes: Any) -> CoverEnded:
    """A person's cover ended before its policy did."""
    return example(CoverEnded, changes)


def income_corrected(**changes: Any) -> IncomeCorrected:
    """What was entered of an income is corrected."""
    return example(IncomeCorrected, changes)


def expenditure_reversed(**changes: Any) -> ExpenditureReversed:
    """A payment is undone (冲销), or money of it came back (退款)."""
    return example(ExpenditureReversed, changes)


def benefit_entry_withdrawn(**changes: Any) -> BenefitEntryWithdrawn:
    """An entry about programmes, decisions or plans is taken back, as known from here on."""
    return example(BenefitEntryWithdrawn, changes)
