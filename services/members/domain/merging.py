"""Two records of one person (一人两档): one is kept, the entries of the other are withdrawn.

What is true of the person and stands only in the other record is entered in the kept one. What was
given to either counts as given to one person: reporting reads MembersMerged.
"""

from collections.abc import Sequence
from datetime import date

from services.members.commands.merging import MergeMembers, UnmergeMembers
from services.members.domain.person import Person
from services.members.domain.withdrawals import takes_back
from shared.contract.envelope import DomainEvent
from shared.contract.members import MembersMerged, MembersUnmerged
from shared.decider.dates import not_in_future
from shared.decider.withdrawal import Recorded, WithdrawEntries
from shared.errors import Conflict, Invalid


def merged_into(events: Sequence[DomainEvent]) -> str | None:
    """Who a record was merged into, by the events of its stream; None: nobody, or not any more."""
    said = [each for each in events if isinstance(each, MembersMerged | MembersUnmerged)]
    return said[-1].kept_person_id if said and isinstance(said[-1], MembersMerged) else None


def entries_of(left: Sequence[Recorded]) -> list[Recorded]:
    """What a merge withdraws of a record: all that counts, but for what merged it before."""
    said = (MembersMerged, MembersUnmerged)
    return [each for each in left if not isinstance(each.event, said)]


def merge_members(
    stream: Sequence[Recorded],
    command: MergeMembers,
    name: str,
    today: date,
    *,
    kept: Person | None,
    entries: Sequence[Recorded],
) -> list[DomainEvent]:
    """Merge the record of the stream `name` into another; `entries` are what counts of it now.

    Raises Invalid `date-in-future`, `merged-with-self`, `unknown-person`; Conflict
    `merged-already`.
    """
    not_in_future(today, command.merged_on, command.source_recorded_on)
    if command.person_id == command.kept_person_id:
        raise Invalid("merged-with-self", "one record is no two")
    if merged_into([each.event for each in stream]) is not None:
        raise Conflict("merged-already", f"{command.person_id} was merged before")
    if kept is None or not entries:
        missing = command.kept_person_id if kept is None else command.person_id
        raise Invalid("unknown-person", f"{missing} is not registered")
    org_id = name.partition("/")[0]
    merged = MembersMerged(
        org_id=org_id,
        occurred_on=command.merged_on,
        person_id=command.person_id,
        kept_person_id=command.kept_person_id,
        reason=command.reason,
        source_recorded_on=command.source_recorded_on,
    )
    takes = WithdrawEntries(
        stream=name,
        versions=tuple(each.version for each in entries),
        reason="duplicate",
        withdrawn_on=command.merged_on,
        source_recorded_on=command.source_recorded_on,
    )
    return [merged, *(takes_back(each, takes) for each in reversed(entries))]


def unmerge_members(
    stream: Sequence[Recorded], command: UnmergeMembers, today: date, org_id: str
) -> list[DomainEvent]:
    """Undo a merge: what it withdrew is entered anew, as it was.

    Raises Invalid `date-in-future`; Conflict `not-merged`.
    """
    not_in_future(today, command.unmerged_on, command.source_recorded_on)
    kept = merged_into([each.event for each in stream])
    if kept is None:
        raise Conflict("not-merged", f"{command.person_id} is merged with nobody")
    at = max(each.version for each in stream if isinstance(each.event, MembersMerged))
    by_merge = {getattr(each.event, "entry", "") for each in stream if each.version > at}
    unmerged = MembersUnmerged(
        org_id=org_id,
        occurred_on=command.unmerged_on,
        person_id=command.person_id,
        kept_person_id=kept,
        reason=command.reason,
        source_recorded_on=command.source_recorded_on,
    )
    return [unmerged, *(each.event for each in stream if each.event_id in by_merge)]
