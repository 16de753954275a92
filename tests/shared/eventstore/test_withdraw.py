"""What was withdrawn is in the stream and in no state."""

from shared.contract.events import EntryWithdrawn
from shared.eventstore.event_ids import uuid7
from shared.eventstore.loaded import Loaded
from shared.eventstore.withdraw import left_of, recorded
from tests.examples.events import congress_held, entry_withdrawn, meeting_convened

FIRST, SECOND, THIRD = (uuid7() for _ in range(3))


def loaded() -> Loaded:
    events = (meeting_convened(), congress_held(), entry_withdrawn(entry=str(SECOND)))
    return Loaded(events, 3, ("ann", "bo", "ann"), (FIRST, SECOND, THIRD))


def test_what_counts_is_neither_the_entry_nor_its_withdrawal() -> None:
    found = loaded()
    assert list(found.effective) == [meeting_convened()]
    assert found.withdrawn == {str(SECOND)}


def test_without_a_withdrawal_all_of_it_counts_as_it_is() -> None:
    events = (meeting_convened(), congress_held())
    assert Loaded(events, 2).effective is events


def test_every_entry_is_named_by_its_version_and_who_recorded_it() -> None:
    told = [(each.version, each.withdrawn, each.actor) for each in recorded(loaded())]
    assert told == [(1, False, "ann"), (2, True, "bo"), (3, False, "ann")]


def test_what_is_left_is_what_counts_without_these() -> None:
    found = loaded()
    first, *_ = recorded(found)
    assert [each.version for each in left_of(found, [])] == [1]
    assert left_of(found, [first]) == []
    assert isinstance(found.events[2], EntryWithdrawn)
