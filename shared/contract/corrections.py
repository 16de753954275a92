"""What undoes or corrects each event type: every fact has a correction, or a reason for none.

A *withdrawal* takes an event back as if it had not been said, as known from then on. A *correction*
restates it. A *reversal* undoes what did happen, on a day of its own: money that came back.
"""

from collections.abc import Mapping

from shared.contract import benefits as b
from shared.contract import events as e
from shared.contract import members as m
from shared.contract import reporting as r
from shared.contract.envelope import DomainEvent
from shared.contract.withdrawal import Withdrawal

Corrected = tuple[type[DomainEvent], ...]

MEMBERSHIPS: Corrected = (
    m.MemberJoined, m.MemberTransferredOut, m.MemberLeft, m.MemberRetired, m.MemberDied,
)  # fmt: skip
REGISTRATIONS: Corrected = (
    m.StaffLeft, m.StaffCountDeclared, m.DependantDeclared, m.AffiliationTransferStarted,
    m.MemberHandoverPrepared, m.AffiliationTransferCompleted, m.DepartmentChanged,
)  # fmt: skip
BENEFIT_ENTRIES: Corrected = (
    b.ProgrammeOpened, b.RosterFrozen, b.GiftApplied, b.GiftReceived, b.ProgrammeClosed,
    b.ClaimApproved, b.ClaimRejected, b.ClaimReversed, b.ClaimWithdrawn, b.PolicyBought,
    b.BudgetAdjusted, b.ExpenditureRequested, b.ProcurementDecided, b.ContractSigned,
)  # fmt: skip
OF_EVENTS: Corrected = tuple(each for each in e.EVENTS if each is not e.EntryWithdrawn)

CORRECTED_BY: Mapping[type[DomainEvent], Corrected] = {
    **dict.fromkeys(MEMBERSHIPS, (m.MembershipWithdrawn,)),
    **dict.fromkeys(REGISTRATIONS, (m.RegistrationWithdrawn,)),
    m.OrganisationRegistered: (m.OrganisationCorrected,),
    m.OrganisationCorrected: (m.OrganisationCorrected,),
    m.StaffRegistered: (m.RegistrationWithdrawn, m.MemberChanged, m.DepartmentChanged),
    m.MemberChanged: (m.RegistrationWithdrawn, m.MemberChanged),
    m.MembersMerged: (m.MembersUnmerged,),
    m.MembersUnmerged: (m.MembersMerged,),
    **dict.fromkeys(BENEFIT_ENTRIES, (b.BenefitEntryWithdrawn,)),
    b.ProgrammeOpened: (b.BenefitEntryWithdrawn, b.ProgrammeRenamed),
    b.ProgrammeRenamed: (b.BenefitEntryWithdrawn, b.ProgrammeRenamed),
    b.GiftIssued: (b.GiftReturned,),
    b.GiftReturned: (b.GiftIssued,),
    b.GiftIssuedAgain: (b.DeliveryEntryWithdrawn,),
    b.GiftReceiptSigned: (b.DeliveryEntryWithdrawn,),
    b.ClaimFiled: (b.ClaimWithdrawn,),
    b.ClaimApproved: (b.BenefitEntryWithdrawn, b.ClaimWithdrawn),
    b.ClaimPaid: (b.ClaimReversed,),
    b.MemberInsured: (b.CoverEnded,),
    b.CoverEnded: (b.MemberInsured,),
    b.BudgetApproved: (b.BenefitEntryWithdrawn, b.BudgetAdjusted),
    b.BudgetAdjusted: (b.BenefitEntryWithdrawn, b.BudgetAdjusted),
    b.IncomeReceived: (b.BenefitEntryWithdrawn, b.IncomeCorrected),
    b.IncomeCorrected: (b.IncomeCorrected,),
    b.ExpenditurePaid: (b.ExpenditureReversed,),
    b.ExpenditureReversed: (b.ExpenditureRequested,),
    **dict.fromkeys(OF_EVENTS, (e.EntryWithdrawn,)),
    r.FindingRaised: (r.FindingResolved,),
    r.FindingExplained: (r.FindingExplained,),
    r.FindingResolved: (r.FindingRaised,),
    r.FindingWaiverProposed: (r.FindingWaiverRevoked,),
    r.FindingWaived: (r.FindingWaiverRevoked,),
    r.FindingWaiverRevoked: (r.FindingWaiverProposed,),
    r.ReportIssued: (r.ReportIssued,),
    r.ReportSuperseded: (r.ReportIssued,),
    r.NarrativeWritten: (r.NarrativeWritten, r.NarrativeWithdrawn),
    r.NarrativeApproved: (r.NarrativeWritten, r.NarrativeWithdrawn),
    r.NarrativeWithdrawn: (r.NarrativeWritten,),
    r.EventDisowned: (r.EventDisowned,),
}
"""By which events a fact is put right, the usual one first."""

NEVER_WAS = frozenset({"entered_in_error", "duplicate"})
"""The reasons of a reversal that say that what it undoes did not happen."""


def never_was(event: DomainEvent) -> Corrected:
    """The types of which an event, though no withdrawal, says that the last of its stream never
    was."""
    match event:
        case b.GiftReturned(reason="entered_in_error"):
            return (b.GiftIssued, b.GiftReceiptSigned)
        case b.CoverEnded() if event.reason in NEVER_WAS:
            return (b.MemberInsured,)
        case b.ClaimWithdrawn() | b.ClaimReversed() if event.reason in NEVER_WAS:
            return (b.ClaimFiled,)
        case b.ExpenditureReversed(posting="in_period"):
            return (b.ExpenditureRequested, b.ExpenditurePaid)
        case _:
            return ()


ENTERED_ANEW = "what it took back is entered anew"

UNCORRECTED: Mapping[type[DomainEvent], str] = {
    m.MembershipWithdrawn: ENTERED_ANEW,
    m.RegistrationWithdrawn: ENTERED_ANEW,
    b.DeliveryEntryWithdrawn: ENTERED_ANEW,
    b.BenefitEntryWithdrawn: ENTERED_ANEW,
    e.EntryWithdrawn: ENTERED_ANEW,
    r.QuarantineDiscarded: "the record is published anew by its source, under another id",
}
"""Why an event needs no correction."""


def corrected_by(event: type[DomainEvent]) -> Corrected:
    """The events that put one of this type right; none: `UNCORRECTED` says why."""
    return CORRECTED_BY.get(event, ())


def withdrawal_of(event: type[DomainEvent]) -> type[Withdrawal] | None:
    """The event that takes one of this type back, as if it had not been said; None: none does."""
    return next((each for each in corrected_by(event) if issubclass(each, Withdrawal)), None)


WITHDRAWALS: Mapping[str, type[Withdrawal]] = {
    cls.type_name(): cls
    for by in CORRECTED_BY.values()
    for cls in by
    if issubclass(cls, Withdrawal)
}
"""The types that take an entry of their stream back, by their names on the wire."""
_TAKEN_BACK_BY = {cls.type_name(): withdrawal_of(cls) for cls in CORRECTED_BY}


def withdraws(withdrawal: str, entry: str) -> bool:
    """Whether the one type takes back entries of the other, by their names on the wire."""
    return _TAKEN_BACK_BY.get(entry) is WITHDRAWALS[withdrawal]
