"""What one event must not contradict in itself, beyond the bounds of each field alone.

Our own services decide so before they append; of a source that is not ours it is refused where it
enters, because a figure would take one of the two numbers and say nothing of the other. Raises
ContractViolation with the code that our services use for the same slip.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from shared.contract.benefits import (
    BudgetAdjusted,
    BudgetApproved,
    GiftIssued,
    PolicyBought,
    ProgrammeClosed,
    RosterFrozen,
)
from shared.contract.envelope import DomainEvent
from shared.contract.events import (
    CongressHeld,
    ContestEntered,
    ContestJudged,
    HealthCheckReported,
)
from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    DependantDeclared,
    MemberTransferredOut,
    StaffCountDeclared,
)
from shared.errors import ContractViolation


def check_consistent(type_name: str, event: DomainEvent) -> None:
    """Raise ContractViolation where an event contradicts itself."""
    check = CHECKS.get(type_name)
    if check is not None:
        check(event)


def roster_sha256(person_ids: Iterable[str]) -> str:
    """The hash of a roster: SHA-256 of its ids, sorted and joined by newlines, in hex."""
    return hashlib.sha256("\n".join(sorted(person_ids)).encode()).hexdigest()


def require_each_once(listed: Collection[str], of: str) -> None:
    """Raise ContractViolation `listed-twice`."""
    if len(set(listed)) != len(listed):
        twice = len(listed) - len(set(listed))
        raise ContractViolation("listed-twice", f"{of}: {twice} of {len(listed)} stand there again")


def require_count(stated: int, listed: int, of: str) -> None:
    """Raise ContractViolation `count-differs`."""
    if stated != listed:
        raise ContractViolation("count-differs", f"{of} is {stated}, but {listed} are listed")


def require_roster_hash(stated: str, person_ids: Iterable[str]) -> None:
    """Raise ContractViolation `sha256-differs`."""
    found = roster_sha256(person_ids)
    if stated != found:
        raise ContractViolation(
            "sha256-differs",
            f"sha256 is {stated[:12]}…, but the ids, sorted and joined by newlines, give"
            f" {found[:12]}…",
        )


def _require_at_most(count: int, most: int, code: str, said: str) -> None:
    if count > most:
        raise ContractViolation(code, said)


def _gift(event: GiftIssued) -> None:
    if event.unit_value_fen is None or event.amount_fen is None:
        return
    worth = event.quantity * event.unit_value_fen
    if worth != event.amount_fen:
        raise ContractViolation(
            "amount-differs",
            f"amount_fen is {event.amount_fen}, but quantity {event.quantity} × unit_value_fen"
            f" {event.unit_value_fen} is {worth}",
        )


def _chunk(event: RosterFrozen | ProgrammeClosed) -> None:
    _require_at_most(
        event.chunk,
        event.chunks,
        "chunk-out-of-order",
        f"chunk {event.chunk} of {event.chunks}",
    )


def _roster(event: RosterFrozen) -> None:
    _chunk(event)
    require_each_once(event.person_ids, "person_ids")
    if event.chunks == 1:
        require_count(event.count, len(event.person_ids), "count")
        require_roster_hash(event.sha256, event.person_ids)


def _closed(event: ProgrammeClosed) -> None:
    _chunk(event)
    require_each_once(event.missed, "missed")
    if event.chunks == 1:
        require_count(event.missed_count, len(event.missed), "missed_count")


def _policy(event: PolicyBought) -> None:
    if event.ends_on < event.starts_on:
        raise ContractViolation(
            "ends-before-start", f"ends_on {event.ends_on} is before starts_on {event.starts_on}"
        )


def _budget(event: BudgetApproved | BudgetAdjusted) -> None:
    require_each_once([line.budget_line for line in event.lines], "lines")


def _staff_count(event: StaffCountDeclared) -> None:
    said = f"{event.women_staff} women among {event.staff} staff"
    _require_at_most(event.women_staff, event.staff, "women-exceed-staff", said)


def _congress(event: CongressHeld) -> None:
    said = f"{event.delegates_present} delegates present, {event.delegates_due} due"
    _require_at_most(event.delegates_present, event.delegates_due, "more-present-than-due", said)
    first, last = map(int, event.school_year.split("-"))
    if last != first + 1:
        raise ContractViolation(
            "school-year-invalid", f"{event.school_year} is not a year and the next"
        )


def _health_check(event: HealthCheckReported) -> None:
    said = f"{event.reexaminations} re-examinations of {event.examined} examined"
    code = "more-reexamined-than-examined"
    _require_at_most(event.reexaminations, event.examined, code, said)


def _entered(event: ContestEntered) -> None:
    require_each_once(event.person_ids, "person_ids")


def _judged(event: ContestJudged) -> None:
    require_each_once([verdict.entry_id for verdict in event.verdicts], "verdicts")


def _dependant(event: DependantDeclared) -> None:
    if event.dependant_id == event.person_id:
        raise ContractViolation("dependant-is-self", "nobody is their own dependant")


def _transferred(event: MemberTransferredOut) -> None:
    if event.to_org == event.org_id:
        raise ContractViolation("to-org-is-own", "a membership moves to another union")


def _affiliation(event: AffiliationTransferStarted | AffiliationTransferCompleted) -> None:
    if event.from_parent == event.to_parent:
        raise ContractViolation("same-parent", f"from {event.from_parent} to itself")


_BY_TYPE: Mapping[type[DomainEvent], Callable[[Any], None]] = {
    GiftIssued: _gift,
    RosterFrozen: _roster,
    ProgrammeClosed: _closed,
    PolicyBought: _policy,
    BudgetApproved: _budget,
    BudgetAdjusted: _budget,
    StaffCountDeclared: _staff_count,
    CongressHeld: _congress,
    HealthCheckReported: _health_check,
    ContestEntered: _entered,
    ContestJudged: _judged,
    DependantDeclared: _dependant,
    MemberTransferredOut: _transferred,
    AffiliationTransferStarted: _affiliation,
    AffiliationTransferCompleted: _affiliation,
}
CHECKS = {cls.type_name(): check for cls, check in _BY_TYPE.items()}
"""The check of each type that has one, by its name on the wire."""
