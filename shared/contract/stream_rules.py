"""What may follow what in one stream, by type: a fact stands once, a receipt meets its gift.

Our own services decide so before they append; a source that is not ours is held to the same when
its record is heard (`succession.py`). The codes are those of our own services.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from shared.contract.benefits import (
    BudgetApproved,
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
    ClaimWithdrawn,
    ContractSigned,
    CoverEnded,
    ExpenditurePaid,
    ExpenditureRequested,
    ExpenditureReversed,
    GiftIssued,
    GiftIssuedAgain,
    GiftReceiptSigned,
    GiftReturned,
    IncomeReceived,
    MemberInsured,
    PolicyBought,
    ProcurementDecided,
    ProgrammeClosed,
    ProgrammeOpened,
    RosterFrozen,
)
from shared.contract.booked import MONEY, Booked, booked, check_booked
from shared.contract.consistent import (
    require_count,
    require_each_once,
    require_roster_hash,
)
from shared.contract.corrections import CORRECTED_BY, withdrawal_of
from shared.contract.envelope import DomainEvent
from shared.contract.events import (
    ActivityHeld,
    ActivityPlanned,
    AwardGranted,
    CongressHeld,
    ContestEntered,
    ContestJudged,
    HealthCheckArranged,
    IncidentReported,
    IssueRaised,
    IssueResolved,
    MeetingConvened,
    PeriodAttested,
    PlanItemDone,
    PlanItemSet,
    ResolutionPassed,
)
from shared.contract.members import (
    DepartmentChanged,
    DependantDeclared,
    MemberChanged,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MembersMerged,
    MembersUnmerged,
    MemberTransferredOut,
    OrganisationRegistered,
    StaffLeft,
    StaffRegistered,
)
from shared.errors import ContractViolation

Fact = tuple[Any, ...]
"""A type, and what tells several of it in one stream apart."""


class Once(NamedTuple):
    """What stands in a stream once, until it is undone; `by`: for each value of these fields."""

    code: str
    by: tuple[str, ...] = ()
    kept_as: type[DomainEvent] | None = None
    """Facts of several types may exclude each other: they are kept under one."""


ONCE: Mapping[type[DomainEvent], Once] = {
    GiftIssued: Once("already-issued"),
    GiftReceiptSigned: Once("already-signed"),
    ClaimFiled: Once("claim-exists"),
    ClaimApproved: Once("claim-decided"),
    ClaimRejected: Once("claim-decided", kept_as=ClaimApproved),
    ClaimPaid: Once("claim-paid-already"),
    ProgrammeOpened: Once("programme-exists"),
    PolicyBought: Once("policy-exists"),
    MemberInsured: Once("already-insured"),
    BudgetApproved: Once("budget-exists"),
    IncomeReceived: Once("income-exists"),
    ExpenditureRequested: Once("payment-requested"),
    ExpenditurePaid: Once("payment-exists"),
    ProcurementDecided: Once("procurement-exists"),
    ContractSigned: Once("contract-signed-already"),
    OrganisationRegistered: Once("organisation-exists"),
    StaffRegistered: Once("already-staff", ("spell",)),
    StaffLeft: Once("not-staff", ("spell",)),
    MemberJoined: Once("already-a-member", ("spell",)),
    MemberLeft: Once("not-a-member", ("spell",)),
    MemberTransferredOut: Once("not-a-member", ("spell",), MemberLeft),
    MemberDied: Once("person-died"),
    DepartmentChanged: Once("department-told-that-day", ("occurred_on",)),
    MembersMerged: Once("merged-already"),
    ActivityPlanned: Once("activity-exists"),
    ActivityHeld: Once("session-held", ("session",)),
    ContestEntered: Once("entry-exists", ("entry_id",)),
    ContestJudged: Once("contest-judged"),
    AwardGranted: Once("award-granted", ("entry_id", "award")),
    MeetingConvened: Once("meeting-exists"),
    CongressHeld: Once("congress-held"),
    ResolutionPassed: Once("resolution-exists", ("resolution_id",)),
    HealthCheckArranged: Once("check-exists"),
    PeriodAttested: Once("period-attested"),
    IncidentReported: Once("incident-exists"),
    PlanItemSet: Once("plan-item-exists"),
    PlanItemDone: Once("plan-item-done"),
    IssueRaised: Once("issue-exists"),
    IssueResolved: Once("issue-resolved"),
}
NEEDS: Mapping[type[DomainEvent], tuple[type[DomainEvent], str]] = {
    GiftReceiptSigned: (GiftIssued, "not-issued"),
    GiftReturned: (GiftIssued, "not-issued"),
    GiftIssuedAgain: (GiftIssued, "not-issued"),
    ClaimReversed: (ClaimPaid, "claim-not-paid"),
    CoverEnded: (MemberInsured, "not-insured"),
    MembersUnmerged: (MembersMerged, "not-merged"),
}
"""What must stand in the stream already, and what is said where it does not."""

OF_A_PERSON = (StaffRegistered, StaffLeft, MemberJoined, MemberLeft, MemberTransferredOut,
    MemberRetired, MemberDied, MemberChanged, DepartmentChanged,
    DependantDeclared)  # fmt: skip
BARS: Mapping[type[DomainEvent], tuple[type[DomainEvent], str]] = {
    ClaimWithdrawn: (ClaimPaid, "claim-paid-already"),
    **dict.fromkeys(OF_A_PERSON, (MembersMerged, "merged-record")),
}
"""What must not stand in the stream, and what is said where it does: such as of a person with two
records, of whom only the kept one goes on."""

WITHDRAWN_BY: Mapping[type[DomainEvent], type[DomainEvent]] = {
    cls: by for cls in CORRECTED_BY if (by := withdrawal_of(cls)) is not None
}
UNDOES: Mapping[type[DomainEvent], tuple[type[DomainEvent], ...]] = {
    GiftReturned: (GiftIssued, GiftReceiptSigned),
    ClaimReversed: (ClaimPaid,),
    CoverEnded: (MemberInsured,),
    MembersUnmerged: (MembersMerged,),
    **{
        by: tuple(cls for cls, taken_by in WITHDRAWN_BY.items() if taken_by is by)
        for by in WITHDRAWN_BY.values()
    },
}
"""What a later event takes back, so that it may be said again; a reversed payment does where it
dropped as a whole. A withdrawal takes back one entry;
which of them it was, a stream's history does not say, so any may be said again."""

CHUNKED: Mapping[type[DomainEvent], tuple[str, str, tuple[str, ...]]] = {
    RosterFrozen: ("person_ids", "count", ("as_of", "chunks", "count", "sha256")),
    ProgrammeClosed: ("missed", "missed_count", ("issued", "chunks", "missed_count")),
}
"""Long lists cut in chunks: the field of the list, that of its count, those that all repeat."""

COMPLETE: Mapping[type[DomainEvent], str] = {
    RosterFrozen: "roster-frozen-already",
    ProgrammeClosed: "programme-closed",
}


class Chunks(NamedTuple):
    """The chunks of a list so far: what each repeats, and all that they list."""

    repeated: tuple[Any, ...]
    listed: tuple[str, ...]
    last: int

    @property
    def complete(self) -> bool:
        """Whether the last chunk is here."""
        return bool(self.last == self.repeated[1])


class History(NamedTuple):
    """What stands in one stream, as far as it bears on what may follow."""

    facts: frozenset[Fact] = frozenset()
    chunks: Mapping[str, Chunks] = {}
    money: Booked = None


EMPTY = History()


def check_follows(history: History, type_name: str, event: Any, *, whole: bool = True) -> None:
    """Raise ContractViolation where an event cannot follow what stands in its stream.

    Not `whole`: more may stand there than is known, so nothing is refused for want of it.
    """
    cls = KNOWN.get(type_name)
    if cls is None:
        return
    if whole and cls in NEEDS:
        needed, code = NEEDS[cls]
        if (needed.__name__,) not in history.facts:
            raise ContractViolation(code, f"no {needed.__name__} stands in this stream before")
    barred = BARS.get(cls)
    if barred is not None and (barred[0].__name__,) in history.facts:
        raise ContractViolation(barred[1], f"a {barred[0].__name__} stands in this stream")
    if cls in MONEY:
        check_booked(history.money, cls, event, whole=whole)
    if cls in ONCE and _fact(cls, event) in history.facts:
        raise ContractViolation(
            ONCE[cls].code, f"a {cls.__name__} stands in this stream, and nothing took it back"
        )
    before = history.chunks.get(cls.__name__)
    if cls in CHUNKED and (whole or before is not None):
        _check_chunk(before, cls, event)


def followed(history: History, type_name: str, event: Any) -> History:
    """What stands once the event does."""
    cls = KNOWN.get(type_name)
    if cls is None:
        return history
    facts, chunks = set(history.facts), history.chunks
    undoes = UNDOES.get(cls, ())
    if cls is ExpenditureReversed and event.posting == "in_period":
        undoes = (ExpenditureRequested, ExpenditurePaid)
    for undone in undoes:
        facts -= {fact for fact in facts if fact[0] == undone.__name__}
        chunks = {name: told for name, told in chunks.items() if name != undone.__name__}
    if cls in ONCE:
        facts.add(_fact(cls, event))
    before = chunks.get(cls.__name__)
    if cls in CHUNKED and (before is not None or event.chunk == 1):
        listed, _, repeated = CHUNKED[cls]
        said = tuple(getattr(event, name) for name in repeated)
        so_far = (*(before.listed if before else ()), *getattr(event, listed))
        chunks = {**chunks, cls.__name__: Chunks(said, so_far, event.chunk)}
    return History(frozenset(facts), chunks, booked(history.money, cls, event))


def history_of(told: Iterable[tuple[str, DomainEvent]]) -> History:
    """What stands after these events of one stream, each with its type, in their order."""
    history = EMPTY
    for type_name, event in told:
        history = followed(history, type_name, event)
    return history


def _fact(cls: type[DomainEvent], event: Any) -> Fact:
    rule = ONCE[cls]
    return ((rule.kept_as or cls).__name__, *(getattr(event, name) for name in rule.by))


def _check_chunk(before: Chunks | None, cls: type[DomainEvent], event: Any) -> None:
    listed, counted, names = CHUNKED[cls]
    if before is not None and before.complete:
        raise ContractViolation(COMPLETE[cls], "its last chunk stands in this stream already")
    due = before.last + 1 if before else 1
    if event.chunk != due:
        raise ContractViolation(
            "chunk-out-of-order", f"chunk {event.chunk} of {event.chunks}, the next one is {due}"
        )
    said = tuple(getattr(event, name) for name in names)
    if before is not None and said != before.repeated:
        raise ContractViolation(
            "chunks-differ", f"every chunk repeats {', '.join(names)}: this one says otherwise"
        )
    people = (*(before.listed if before else ()), *getattr(event, listed))
    require_each_once(people, listed)
    if event.chunk == event.chunks:
        require_count(getattr(event, counted), len(people), counted)
        if cls is RosterFrozen:
            require_roster_hash(event.sha256, people)


KNOWN: Mapping[str, type[DomainEvent]] = {
    cls.type_name(): cls for cls in (*ONCE, *NEEDS, *BARS, *UNDOES, *CHUNKED, *MONEY)
}
"""The types that bear on what may follow, by their names on the wire."""
