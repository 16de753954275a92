"""A union's move from one upper union to another (转隶): stream `<org>/affiliation-<to_parent>`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.members.commands import (
    CompleteAffiliationTransfer,
    RecordHandoverPrepared,
    StartAffiliationTransfer,
)
from services.members.domain.dates import not_future
from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    MemberHandoverPrepared,
)
from shared.errors import Conflict

AffiliationEvent = (
    AffiliationTransferStarted | MemberHandoverPrepared | AffiliationTransferCompleted
)


@dataclass(frozen=True, slots=True)
class NotUnderWay:
    """No transfer to this upper union, or the last one took effect."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A transfer that began; `prepared` of `members_due` files are ready."""

    from_parent: str
    started_on: date
    members_due: int
    prepared: int = 0


Transfer = NotUnderWay | UnderWay
INITIAL = NotUnderWay()


def evolve(state: Transfer, event: AffiliationEvent) -> Transfer:
    """The transfer after `event`."""
    match event:
        case AffiliationTransferStarted():
            return UnderWay(event.from_parent, event.occurred_on, event.members_due)
        case MemberHandoverPrepared():
            return replace(state, prepared=event.prepared) if isinstance(state, UnderWay) else state
        case AffiliationTransferCompleted():
            return NotUnderWay()
        case _:
            assert_never(event)


def start_transfer(
    state: Transfer,
    command: StartAffiliationTransfer,
    org_id: str,
    today: date,
    *,
    parent: str | None,
    above_new: Sequence[str],
    moving_to: str | None,
) -> list[AffiliationEvent]:
    """Begin the move. `parent` is the upper union now, `above_new` those above the new one,
    `moving_to` where a transfer under way leads.

    Raises Invalid `date-in-future`; Conflict `transfer-under-way`, `not-the-parent`,
    `same-parent`, `parent-is-below`.
    """
    not_future(command.started_on, today)
    if moving_to is not None or isinstance(state, UnderWay):
        raise Conflict("transfer-under-way", f"a transfer to {moving_to} is under way")
    if parent is not None and parent != command.from_parent:
        raise Conflict("not-the-parent", f"the upper union is {parent}")
    if command.to_parent == command.from_parent:
        raise Conflict("same-parent", f"{command.to_parent} is the upper union already")
    if org_id in (command.to_parent, *above_new):
        raise Conflict("parent-is-below", f"{command.to_parent} is {org_id} or is below it")
    return [
        AffiliationTransferStarted(
            org_id=org_id,
            occurred_on=command.started_on,
            from_parent=command.from_parent,
            to_parent=command.to_parent,
            members_due=command.members_due,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def record_prepared(
    state: Transfer, command: RecordHandoverPrepared, org_id: str, today: date, members_now: int
) -> list[AffiliationEvent]:
    """So many files are ready; a lower number than before corrects it.

    Raises Invalid `date-in-future`; Conflict `no-transfer`, `before-transfer`, and
    `more-than-members` above both `members_due` and `members_now` (people join meanwhile).
    """
    not_future(command.prepared_on, today)
    transfer = _under_way(state, command.to_parent, command.prepared_on)
    if command.prepared > max(transfer.members_due, members_now):
        raise Conflict(
            "more-than-members",
            f"{command.prepared} files, {transfer.members_due} due and {members_now} members now",
        )
    return [
        MemberHandoverPrepared(
            org_id=org_id,
            occurred_on=command.prepared_on,
            prepared=command.prepared,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def complete_transfer(
    state: Transfer, command: CompleteAffiliationTransfer, org_id: str, today: date
) -> list[AffiliationEvent]:
    """The move took effect.

    Raises Invalid `date-in-future`; Conflict `no-transfer`, `before-transfer`.
    """
    not_future(command.completed_on, today)
    transfer = _under_way(state, command.to_parent, command.completed_on)
    return [
        AffiliationTransferCompleted(
            org_id=org_id,
            occurred_on=command.completed_on,
            from_parent=transfer.from_parent,
            to_parent=command.to_parent,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def _under_way(state: Transfer, to_parent: str, on: date) -> UnderWay:
    if not isinstance(state, UnderWay):
        raise Conflict("no-transfer", f"no transfer to {to_parent} is under way")
    if on < state.started_on:
        raise Conflict("before-transfer", f"the transfer began on {state.started_on}")
    return state


DECISIONS: dict[type, Callable[..., list[AffiliationEvent]]] = {
    StartAffiliationTransfer: start_transfer,
    RecordHandoverPrepared: record_prepared,
    CompleteAffiliationTransfer: complete_transfer,
}
