"""What becomes of each record in a replica, decided without a database."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from shared.contract.envelope import SHARDS, Envelope
from shared.eventstore.epochs import FIRST, Epochs
from shared.kafka.acceptance import Accepted
from shared.replicas.admission import Admission, Known, admit
from shared.replicas.records import Read
from shared.testing.author import Author
from tests.examples.members import staff_count_declared
from tests.shared.replicas.consumed import consumed, reader

NOTHING = Known({}, {}, frozenset(), FIRST)
READER = reader("members")


def told(count: int, author: Author | None = None) -> list[Envelope]:
    """Events of one stream, in their order."""
    author = author or Author("members")
    event = staff_count_declared()
    return [author.write(event.stream_of(), event) for _ in range(count)]


def reads(envelopes: Iterable[Envelope]) -> list[Read]:
    return READER.read(consumed(envelopes))


def sequences(found: Iterable[Read]) -> list[int | None]:
    return [read.envelope.shard_sequence for read in found if read.envelope]


def after(first: Admission, epochs: Epochs = FIRST) -> Known:
    """What the database knows once a batch was applied."""
    said = [read.said for read in first.applied if isinstance(read.said, Accepted)]
    return Known(
        first.heads,
        {each.envelope.event_id: each.leaf for each in said},
        {(each.envelope.shard or 0, each.envelope.shard_sequence or 0) for each in said},
        epochs,
    )


def reasons(found: Admission) -> list[str]:
    return [each.reason for each in found.quarantined]


def test_what_follows_is_applied_and_what_lies_beyond_a_gap_is_parked() -> None:
    events = told(6)
    found = admit(reads([*events[:2], *events[3:5]]), NOTHING)
    assert (sequences(found.applied), sequences(found.parked)) == ([1, 2], [4, 5])
    shard = events[0].shard or 0
    assert found.heads == {shard: 2}
    later = admit(reads([events[2], *events[3:]]), after(found))
    assert (sequences(later.applied), later.heads) == ([3, 4, 5, 6], {shard: 6})


def test_what_was_applied_is_a_duplicate_and_another_under_its_name_is_quarantined() -> None:
    events = told(3)
    known = after(admit(reads(events), NOTHING))
    again = admit(reads(events), known)
    assert (len(again.again), again.applied, again.heads) == (3, [], known.heads)
    other = events[1]._replace(data=staff_count_declared(staff=7).model_dump_json().encode())
    reused = told(2)[1]
    found = admit(reads([other, reused]), known)
    assert (reasons(found), found.applied) == (["id-reused", "sequence-reused"], [])


@pytest.mark.parametrize(
    "changes",
    [
        {"salt": ""},
        {"source": "/guildhall/events"},
        {"org_id": "tjjt"},
        {"data": b"{}"},
        {"simulated": True},
        {"shard": 9},
        {"type": "guildhall.members.MemberJoined.v9"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_record_that_is_none_changes_nothing_and_its_place_is_open_to_the_event(
    changes: Mapping[str, Any],
) -> None:
    events = told(3)
    forged = events[1]._replace(**changes)
    found = admit(reads([events[0], forged, events[2], events[1]]), NOTHING)
    assert {read.said for read in found.applied} == {read.said for read in reads(events)}
    assert len(found.quarantined) == 1
    assert found.heads[events[0].shard or 0] == 3
    if "source" not in changes and "shard" not in changes:
        # The owner's own: nothing stops behind it while its event does not come.
        assert not admit(reads([events[0], forged, events[2]]), NOTHING).parked


def test_a_record_under_a_known_id_takes_its_place_too() -> None:
    events = told(3)
    forged = events[1]._replace(event_id=events[0].event_id)
    found = admit(reads([events[0], forged, events[2], events[1]]), NOTHING)
    assert (reasons(found), sequences(found.applied)) == (["id-reused"], [1, 2, 3])


@pytest.mark.parametrize("place", [(9, 1), (1, 99), (2, 2), (0, 7)])
def test_a_position_from_nowhere_gains_nothing(place: tuple[int, int]) -> None:
    """(epoch, sequence) of a forged record beside an owner that is at sequence 1 of epoch 1."""
    first, ghost = told(2)
    epoch, sequence = place
    forged = ghost._replace(epoch=epoch, shard_sequence=sequence)
    found = admit(reads([first, forged]), NOTHING)
    assert sequences(found.applied) == [1]
    assert sequences(found.parked) == [sequence]


@pytest.mark.parametrize("epoch", [0, 1, 2, 3])
def test_of_a_restored_owner_no_place_is_taken_twice(epoch: int) -> None:
    author = Author("members")
    kept = told(2, author)
    author.restore(*kept)
    (new,) = told(1, author)
    epochs = Epochs(([2] * SHARDS,))
    first = admit(reads([*kept, new]), NOTHING._replace(epochs=epochs))
    assert sequences(first.applied) == [1, 2, 3]
    for sequence in (1, 2, 3):
        forged = told(1)[0]._replace(epoch=epoch, shard_sequence=sequence)
        found = admit(reads([forged]), after(first, epochs))
        assert not found.applied, (epoch, sequence)


def test_what_its_owner_lost_is_passed_over_and_what_it_stamped_anew_is_the_same_event() -> None:
    author = Author("members")
    kept, lost = told(2, author), told(2, author)
    epochs = Epochs(([2] * SHARDS,))
    shard = kept[0].shard or 0
    found = admit(reads([*kept, *lost]), NOTHING._replace(epochs=epochs))
    assert (sequences(found.dead), found.heads) == ([3, 4], {shard: 2})
    anew = kept[1]._replace(epoch=2, shard_sequence=3)
    again = admit(reads([anew]), after(found, epochs))
    assert (sequences(again.moved), again.heads) == ([3], {shard: 3})


def test_what_was_disowned_takes_no_place_and_its_owners_event_does() -> None:
    events = told(4)
    forged = events[1]._replace(event_id=told(1)[0].event_id)
    (read,) = reads([forged])
    assert isinstance(read.said, Accepted)
    known = NOTHING._replace(disowned={(forged.event_id, read.said.leaf)})
    found = admit(reads([events[0], forged, *events[2:]]), known)
    assert (sequences(found.applied), sequences(found.parked)) == ([1], [3, 4])
    assert [each.content for each in found.disowned] == [read.content]
    found = admit(reads([events[0], forged, *events[1:]]), known)
    assert (sequences(found.applied), reasons(found)) == ([1, 2, 3, 4], [])
    # Also of what was applied before it was disowned, or waits for what never comes.
    applied = known._replace(leaves={forged.event_id: read.said.leaf})
    assert sequences(admit(reads([forged]), applied).disowned) == [2]
    beyond = known._replace(heads={}, epochs=FIRST)
    assert admit(reads([forged]), beyond).parked == []


def test_the_owners_event_under_a_forged_ones_id_is_not_what_was_disowned() -> None:
    (event,) = told(1)
    known = NOTHING._replace(disowned={(event.event_id, b"another leaf")})
    assert sequences(admit(reads([event]), known).applied) == [1]
