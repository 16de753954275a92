"""A union's move from one upper union to another (转隶), one at a time."""

from collections.abc import Sequence
from datetime import date

from services.members.commands.affiliation import (
    CompleteAffiliationTransfer,
    RecordHandoverPrepared,
    StartAffiliationTransfer,
)
from services.members.domain.organisation import Organisation, Transfer, registered
from shared.contract.members import (
    AffiliationTransferCompleted,
    AffiliationTransferStarted,
    MemberHandoverPrepared,
)
from shared.decider.dates import not_in_future
from shared.errors import Conflict, Invalid

AffiliationEvent = (
    AffiliationTransferStarted | MemberHandoverPrepared | AffiliationTransferCompleted
)


def start_transfer(
    state: Organisation | None,
    command: StartAffiliationTransfer,
    org_id: str,
    today: date,
    *,
    above_new: Sequence[str],
) -> list[AffiliationEvent]:
    """Begin the move. `above_new`: the unions above the new upper union, as recorded here.

    Raises Invalid `date-in-future`, `same-parent`; Unknown `unknown-union`; Conflict
    `transfer-under-way`, `not-the-parent`, `parent-is-below`.
    """
    not_in_future(today, command.started_on, command.source_recorded_on)
    if command.to_parent == command.from_parent:
        raise Invalid("same-parent", f"{command.to_parent} is the upper union already")
    union = registered(state, org_id)
    if union.transfer is not None:
        raise Conflict(
            "transfer-under-way", f"a transfer to {union.transfer.to_parent} is under way"
        )
    if union.parent is not None and union.parent != command.from_parent:
        raise Conflict("not-the-parent", f"the upper union is {union.parent}")
    _not_below(org_id, command.to_parent, above_new)
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
    state: Organisation | None,
    command: RecordHandoverPrepared,
    org_id: str,
    today: date,
    *,
    members_now: int,
) -> list[AffiliationEvent]:
    """So many files are ready; a lower number than before corrects it.

    Raises Invalid `date-in-future`; Unknown `unknown-union`; Conflict `no-transfer`,
    `before-transfer`, and `more-than-members` above both `members_due` and `members_now` (people
    join meanwhile).
    """
    not_in_future(today, command.prepared_on, command.source_recorded_on)
    transfer = _under_way(registered(state, org_id), command.to_parent, command.prepared_on)
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
    state: Organisation | None,
    command: CompleteAffiliationTransfer,
    org_id: str,
    today: date,
    *,
    above_new: Sequence[str],
) -> list[AffiliationEvent]:
    """The move took effect. `above_new`: the unions above the new upper union by now, which may
    have moved since the transfer began.

    Raises Invalid `date-in-future`; Unknown `unknown-union`; Conflict `no-transfer`,
    `before-transfer`, `parent-is-below`.
    """
    not_in_future(today, command.completed_on, command.source_recorded_on)
    transfer = _under_way(registered(state, org_id), command.to_parent, command.completed_on)
    _not_below(org_id, command.to_parent, above_new)
    return [
        AffiliationTransferCompleted(
            org_id=org_id,
            occurred_on=command.completed_on,
            from_parent=transfer.from_parent,
            to_parent=command.to_parent,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def _not_below(org_id: str, to_parent: str, above_new: Sequence[str]) -> None:
    if org_id in (to_parent, *above_new):
        raise Conflict("parent-is-below", f"{to_parent} is {org_id} or is below it")


def _under_way(union: Organisation, to_parent: str, on: date) -> Transfer:
    transfer = union.transfer
    if transfer is None or transfer.to_parent != to_parent:
        raise Conflict("no-transfer", f"no transfer to {to_parent} is under way")
    if on < transfer.started_on:
        raise Conflict("before-transfer", f"the transfer began on {transfer.started_on}")
    return transfer
