"""What may follow what in one stream, by type: a fact stands once, a receipt meets its gift.

Our own services decide so before they append; a source that is not ours is held to the same when
its record is heard (`succession.py`). The codes are those of our own services.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from shared.contract import benefits as b
from shared.contract import events as e
from shared.contract import members as m
from shared.contract.booked import MONEY, Booked, booked, check_booked
from shared.contract.consistent import (
    require_count,
    require_each_once,
    require_roster_hash,
)
from shared.contract.corrections import WITHDRAWALS
from shared.contract.envelope import DomainEvent
from shared.contract.stream_agreement import AGREES, ENDS, NOT_BEFORE, Said, check_agrees
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
    b.GiftIssued: Once("already-issued"),
    b.GiftReceiptSigned: Once("already-signed"),
    b.ClaimFiled: Once("claim-exists"),
    b.ClaimApproved: Once("claim-decided"),
    b.ClaimRejected: Once("claim-decided", kept_as=b.ClaimApproved),
    b.ClaimPaid: Once("claim-paid-already"),
    b.ProgrammeOpened: Once("programme-exists"),
    b.PolicyBought: Once("policy-exists"),
    b.MemberInsured: Once("already-insured"),
    b.BudgetApproved: Once("budget-exists"),
    b.IncomeReceived: Once("income-exists"),
    b.ExpenditureRequested: Once("payment-requested"),
    b.ExpenditurePaid: Once("payment-exists"),
    b.ProcurementDecided: Once("procurement-exists"),
    b.ContractSigned: Once("contract-signed-already"),
    m.OrganisationRegistered: Once("organisation-exists"),
    m.StaffRegistered: Once("already-staff", ("spell",)),
    m.StaffLeft: Once("not-staff", ("spell",)),
    m.MemberJoined: Once("already-a-member", ("spell",)),
    m.MemberLeft: Once("not-a-member", ("spell",)),
    m.MemberTransferredOut: Once("not-a-member", ("spell",), m.MemberLeft),
    m.MemberDied: Once("person-died"),
    m.MemberRetired: Once("already-retired", ("spell",)),
    m.DependantDeclared: Once("dependant-declared", ("dependant_id",)),
    m.DepartmentChanged: Once("department-told-that-day", ("occurred_on",)),
    m.MembersMerged: Once("merged-already"),
    e.ActivityPlanned: Once("activity-exists"),
    e.ActivityHeld: Once("session-held", ("session",)),
    e.ActivityCancelled: Once("activity-cancelled"),
    e.ParticipantRegistered: Once("registered-already", ("person_id",)),
    e.AttendanceRecorded: Once("attended-already", ("session", "person_id")),
    e.ContestEntered: Once("entry-exists", ("entry_id",)),
    e.ContestJudged: Once("contest-judged"),
    e.AwardGranted: Once("award-granted", ("entry_id", "award")),
    e.MeetingConvened: Once("meeting-exists"),
    e.CongressHeld: Once("congress-held"),
    e.ResolutionPassed: Once("resolution-exists", ("resolution_id",)),
    e.HealthCheckArranged: Once("check-exists"),
    e.PeriodAttested: Once("period-attested"),
    e.IncidentReported: Once("incident-exists"),
    e.PlanItemSet: Once("plan-item-exists"),
    e.PlanItemDone: Once("plan-item-done"),
    e.IssueRaised: Once("issue-exists"),
    e.IssueResolved: Once("issue-resolved"),
}
NEEDS: Mapping[type[DomainEvent], tuple[type[DomainEvent], str]] = {
    b.GiftReceiptSigned: (b.GiftIssued, "not-issued"),
    b.GiftReturned: (b.GiftIssued, "not-issued"),
    b.GiftIssuedAgain: (b.GiftIssued, "not-issued"),
    b.ClaimReversed: (b.ClaimPaid, "claim-not-paid"),
    b.CoverEnded: (b.MemberInsured, "not-insured"),
    m.MembersUnmerged: (m.MembersMerged, "not-merged"),
}
"""What must stand in the stream already, and what is said where it does not."""

OF_A_PERSON = (m.StaffRegistered, m.StaffLeft, m.MemberJoined, m.MemberLeft, m.MemberTransferredOut,
    m.MemberRetired, m.MemberDied, m.MemberChanged, m.DepartmentChanged,
    m.DependantDeclared)  # fmt: skip
BARS: Mapping[type[DomainEvent], tuple[type[DomainEvent], str]] = {
    b.ClaimWithdrawn: (b.ClaimPaid, "claim-paid-already"),
    e.ActivityHeld: (e.ActivityCancelled, "activity-cancelled"),
    **dict.fromkeys(OF_A_PERSON, (m.MembersMerged, "merged-record")),
}
"""What must not stand in the stream, and what is said where it does: such as of a person with two
records, of whom only the kept one goes on."""

UNDOES: Mapping[type[DomainEvent], tuple[type[DomainEvent], ...]] = {
    b.GiftReturned: (b.GiftIssued, b.GiftReceiptSigned),
    b.ClaimReversed: (b.ClaimPaid,),
    b.CoverEnded: (b.MemberInsured,),
    m.MembersUnmerged: (m.MembersMerged,),
}
"""What a later event undoes, so that it may be said again; a reversed payment does where it dropped
as a whole. A withdrawal takes back the one entry that it names, and nothing else."""

CHUNKED: Mapping[type[DomainEvent], tuple[str, str, tuple[str, ...]]] = {
    b.RosterFrozen: ("person_ids", "count", ("as_of", "chunks", "count", "sha256")),
    b.ProgrammeClosed: ("missed", "missed_count", ("issued", "chunks", "missed_count")),
}
"""Long lists cut in chunks: the field of the list, that of its count, those that all repeat."""

COMPLETE: Mapping[type[DomainEvent], str] = {
    b.RosterFrozen: "roster-frozen-already",
    b.ProgrammeClosed: "programme-closed",
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
    """What stands in one stream, as far as it bears on what may follow; what was `said` and was not
    taken back, oldest first; the ids of what was `withdrawn`."""

    facts: frozenset[Fact] = frozenset()
    chunks: Mapping[str, Chunks] = {}
    money: Booked = None
    said: tuple[Said, ...] = ()
    withdrawn: frozenset[UUID] = frozenset()


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
    if cls in _SPEAKS_OF:
        check_agrees(history.said, cls, event)
    if cls in MONEY:
        check_booked(history.money, cls, event, whole=whole)
    if cls in ONCE and _fact(cls, event) in history.facts:
        raise ContractViolation(
            ONCE[cls].code, f"a {cls.__name__} stands in this stream, and nothing took it back"
        )
    before = history.chunks.get(cls.__name__)
    if cls in CHUNKED and (whole or before is not None):
        _check_chunk(before, cls, event)


class _Folding:
    """A history while its events are folded: copied once, and not for each of them."""

    def __init__(self, history: History) -> None:
        self._begin = bool(history.withdrawn)
        self.facts, self.chunks = set(history.facts), dict(history.chunks)
        self.money, self.said = history.money, list(history.said)

    def follow(self, said: Said) -> None:
        """What stands once the event does. A list of which a part was taken back still stands with
        the rest, and is begun anew once all of it is gone."""
        cls, event = KNOWN[said.type], said.event
        undoes = UNDOES.get(cls, ())
        if cls is b.ExpenditureReversed and event.posting == "in_period":
            undoes = (b.ExpenditureRequested, b.ExpenditurePaid)
        for undone in undoes:
            self.facts -= {fact for fact in self.facts if fact[0] == undone.__name__}
        if cls in ONCE:
            self.facts.add(_fact(cls, event))
        before = self.chunks.get(cls.__name__)
        if cls in CHUNKED and (before is not None or event.chunk == 1 or self._begin):
            listed, _, repeated = CHUNKED[cls]
            told = tuple(getattr(event, name) for name in repeated)
            so_far = (*(before.listed if before else ()), *getattr(event, listed))
            self.chunks[cls.__name__] = Chunks(told, so_far, event.chunk)
        self.money = booked(self.money, cls, event)
        self.said.append(said)

    def history(self, withdrawn: frozenset[UUID]) -> History:
        """What stands now."""
        facts, said = frozenset(self.facts), tuple(self.said)
        return History(facts, self.chunks, self.money, said, withdrawn)


def followed(history: History, type_name: str, event: Any, event_id: UUID) -> History:
    """What stands once one more event does."""
    return _folded(history, [Said(event_id, type_name, event)])


def history_of(told: Iterable[Said]) -> History:
    """What stands after these events of one stream, in their order."""
    return _folded(EMPTY, told)


def _folded(history: History, told: Iterable[Said]) -> History:
    folding, withdrawn = _Folding(history), history.withdrawn
    for each in told:
        if each.type in WITHDRAWALS:
            entry = UUID(each.event.entry)
            withdrawn |= {entry}
            left = [said for said in folding.said if said.event_id != entry]
            # What the others make of the stream, what the entry had undone included.
            folding = _Folding(History(withdrawn=withdrawn))
            for said in left:
                folding.follow(said)
        elif each.type in KNOWN:
            folding.follow(each)
    return folding.history(withdrawn)


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
        if cls is b.RosterFrozen:
            require_roster_hash(event.sha256, people)


_SPEAKS_OF = frozenset((*AGREES, *NOT_BEFORE, *ENDS))
KNOWN: Mapping[str, type[DomainEvent]] = {
    cls.type_name(): cls
    for cls in (*ONCE, *NEEDS, *BARS, *UNDOES, *CHUNKED, *MONEY, *_SPEAKS_OF, *WITHDRAWALS.values())
}
"""The types that bear on what may follow, by their names on the wire."""
