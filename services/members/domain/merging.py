"""Two records of one person (一人两档): one is kept, the entries of the other are withdrawn.

What is true of the person and stands only in the other record is entered in the kept one. What was
given to either counts as given to one person: reporting reads MembersMerged.
"""

from collections.abc import Sequence
from datetime import date

from services.members.commands.merging import MergeMembers, UnmergeMembers
from services.members.domain.person import Record, known
from shared.contract.envelope import DomainEvent
from shared.contract.members import MembersMerged, MembersUnmerged
from shared.contract.withdrawal import Withdrawal
from shared.decider.dates import not_in_future
from shared.decider.row_refusals import refuse_rows, refused_row
from shared.decider.withdrawal import Recorded, Taking, taken_back
from shared.errors import Conflict, Invalid

SAID = (MembersMerged, MembersUnmerged)


def merge_of(stream: Sequence[Recorded]) -> Recorded | None:
    """The merge that stands in a record's stream; None: there is none, or not any more."""
    said = [each for each in stream if isinstance(each.event, SAID)]
    return said[-1] if said and isinstance(said[-1].event, MembersMerged) else None


def entries_of(left: Sequence[Recorded]) -> list[Recorded]:
    """What is entered of a record: all that counts, but for what merged it and parted it again."""
    return [each for each in left if not isinstance(each.event, SAID)]


def merge_members(
    stream: Sequence[Recorded],
    command: MergeMembers,
    name: str,
    today: date,
    *,
    kept: Record | None,
    entries: Sequence[Recorded],
) -> list[DomainEvent]:
    """Merge the record of the stream `name` into another; `entries` are what counts of it now,
    however many.

    Raises Invalid `date-in-future`, `merged-with-self`; Conflict `merged-already`, `merged-record`
    (of the other); Invalid `unknown-person`, `dependant-is-self`, `withdrawn-before-entry`.
    """
    not_in_future(today, command.merged_on, command.source_recorded_on)
    if command.person_id == command.kept_person_id:
        raise Invalid("merged-with-self", "one record is no two")
    if (merge := merge_of(stream)) is not None:
        assert isinstance(merge.event, MembersMerged)
        into = merge.event.kept_person_id
        detail = f"{command.person_id} was merged into {into}"
        raise Conflict("merged-already", detail, kept_person_id=into)
    org_id = name.partition("/")[0]
    person = known(kept, command.kept_person_id, org_id)
    if not entries:
        raise Invalid("unknown-person", f"{command.person_id} is not registered in {org_id}")
    if command.person_id in person.dependants:
        detail = f"{command.person_id} is a dependant of {command.kept_person_id}"
        raise Invalid("dependant-is-self", detail)
    _not_before(command.merged_on, entries, name)
    merged = MembersMerged(
        org_id=org_id,
        occurred_on=command.merged_on,
        person_id=command.person_id,
        kept_person_id=command.kept_person_id,
        reason=command.reason,
        source_recorded_on=command.source_recorded_on,
    )
    taking = Taking(name, "duplicate", command.merged_on, command.source_recorded_on)
    return [merged, *(taken_back(each, taking) for each in reversed(entries))]


def unmerge_members(
    stream: Sequence[Recorded], command: UnmergeMembers, today: date, org_id: str
) -> list[DomainEvent]:
    """Undo a merge: what it withdrew is entered anew, as it was. What a person withdrew, before or
    since, stays withdrawn.

    Raises Invalid `date-in-future`; Conflict `not-merged`, `entered-since`; Invalid
    `unmerged-before-merge`.
    """
    not_in_future(today, command.unmerged_on, command.source_recorded_on)
    merge = merge_of(stream)
    if merge is None:
        raise Conflict("not-merged", f"{command.person_id} is merged with nobody")
    assert isinstance(merge.event, MembersMerged)
    _nothing_since(stream, merge)
    if command.unmerged_on < merge.event.occurred_on:
        detail = f"{command.person_id} was merged on {merge.event.occurred_on}"
        raise Invalid("unmerged-before-merge", detail)
    by_merge = {_entry(each) for each in stream if each.version > merge.version}
    unmerged = MembersUnmerged(
        org_id=org_id,
        occurred_on=command.unmerged_on,
        person_id=command.person_id,
        kept_person_id=merge.event.kept_person_id,
        reason=command.reason,
        source_recorded_on=command.source_recorded_on,
    )
    before = (each for each in stream if each.version < merge.version)
    return [unmerged, *(each.event for each in before if each.event_id in by_merge)]


def require_no_merged(person_id: str, merged: Sequence[str]) -> None:
    """Nobody is left without a record: who is kept in the place of others stays registered, until
    they are unmerged. Raises Conflict `others-rest-on-it`."""
    if merged:
        detail = f"{', '.join(merged[:20])} were merged into {person_id}: unmerge-members first"
        raise Conflict("others-rest-on-it", detail, count=len(merged))


def _not_before(merged_on: date, entries: Sequence[Recorded], name: str) -> None:
    """A merge takes entries back, on a day on which they were. Raises Invalid
    `withdrawn-before-entry`."""
    early = [
        refused_row(number, "withdrawn-before-entry", entry=f"{name}@{each.version}")
        for number, each in enumerate(entries, start=1)
        if merged_on < each.event.occurred_on
    ]
    refuse_rows(early, {"withdrawn-before-entry": Invalid})


def _nothing_since(stream: Sequence[Recorded], merge: Recorded) -> None:
    """Nothing stands in a merged record, but of before it was refused: then that is withdrawn
    first, so that no fact stands twice. Raises Conflict `entered-since`."""
    since = [
        f"{type(each.event).__name__}@{each.version}"
        for each in stream
        if each.version > merge.version
        and not each.withdrawn
        and not isinstance(each.event, Withdrawal)
    ]
    if since:
        detail = f"entered since the merge: {', '.join(since[:20])}: withdraw-entries first"
        raise Conflict("entered-since", detail, count=len(since))


def _entry(recorded: Recorded) -> str:
    return recorded.event.entry if isinstance(recorded.event, Withdrawal) else ""
