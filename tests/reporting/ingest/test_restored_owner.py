"""What becomes of the records of an owner that was restored, decided without a database."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest

from services.reporting.ingest.admission import Admission, admit
from services.reporting.ingest.decode import Refused, decode
from services.reporting.ingest.publishers import publishers
from services.reporting.journal.record import Decoded
from shared.contract.envelope import SHARDS, Envelope
from shared.eventstore.epochs import Epochs, stated
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream

PUBLISHERS = publishers(None)
SOURCE = "/guildhall/benefits"
STREAM = gift_stream(1)


class Reader:
    """Admits batches one after another, as ingest does, and remembers what the database would."""

    def __init__(self) -> None:
        self.partition = Partition()
        self.heads: dict[tuple[str, int], int] = {}
        self.known: dict[tuple[UUID, str], bytes] = {}
        self.epochs: Mapping[str, Epochs] = {}

    def read(self, *envelopes: Envelope, retried: bool = False) -> Admission:
        """Admit the records of these events as one batch."""
        records = [decode(self.partition.raw(e), PUBLISHERS, False) for e in envelopes]
        if retried:
            records = [r._replace(retried=True) for r in records if isinstance(r, Decoded)]
        result = admit(records, self.heads, self.known, frozenset(), {}, epochs=self.epochs)
        self.heads = result.heads
        self.known |= {(r.envelope.event_id, SOURCE): r.leaf for r in result.accepted}
        return result

    def learn(self, *inherited: int) -> None:
        """Learn what the log has of each past epoch, the same in every shard."""
        self.epochs = {SOURCE: Epochs(tuple([count] * SHARDS for count in inherited))}


def written(author: Author, count: int) -> list[Envelope]:
    return [author.write(STREAM, gift(1)) for _ in range(count)]


def reasons(result: Admission) -> list[str]:
    return [refused.reason for refused in result.refused]


def events(records: Sequence[Decoded | Refused]) -> list[Envelope | None]:
    return [record.envelope for record in records]


@pytest.fixture
def author() -> Author:
    return Author()


@pytest.fixture
def reader() -> Reader:
    return Reader()


def test_what_lies_beyond_the_restore_is_quarantined_and_holds_nothing_back(
    author: Author, reader: Reader
) -> None:
    kept, lost = written(author, 2), written(author, 3)
    author.restore(*kept)
    new = written(author, 2)
    reader.learn(2)
    result = reader.read(*kept, *lost, *new)
    assert events(result.accepted) == [*kept, *new]
    assert events(result.refused) == lost
    assert set(reasons(result)) == {"dead-epoch"}
    assert not any(refused.blocks_stream for refused in result.refused)
    assert "epoch 2 has it up to 2" in result.refused[0].detail


def test_a_new_event_under_a_lost_ones_sequence_is_another_event(
    author: Author, reader: Reader
) -> None:
    kept, [lost] = written(author, 2), written(author, 1)
    author.restore(*kept)
    [new] = written(author, 1)
    assert (lost.shard, lost.shard_sequence) == (new.shard, new.shard_sequence)
    reader.learn(2)
    for order in ([lost, new], [new, lost]):
        again = Reader()
        again.epochs = reader.epochs
        result = again.read(*kept, *order)
        assert (events(result.accepted), events(result.refused)) == ([*kept, new], [lost])


def test_an_inherited_event_is_accepted_whenever_it_comes(author: Author, reader: Reader) -> None:
    """Published before the restore, or again after it: it keeps the epoch it was stamped with."""
    kept = written(author, 3)
    author.restore(*kept)
    new = written(author, 1)
    reader.read(*kept[:1])
    reader.learn(3)
    assert events(reader.read(*kept[1:], *new).accepted) == [*kept[1:], *new]
    assert events(reader.read(*kept).duplicates) == kept


def test_an_epoch_that_is_not_known_yet_waits(author: Author, reader: Reader) -> None:
    kept = written(author, 2)
    author.restore(*kept)
    new = written(author, 1)
    result = reader.read(*kept, *new)
    assert (events(result.accepted), events(result.parked)) == (kept, new)
    reader.learn(2)
    assert events(reader.read(*new).accepted) == new


def test_the_same_event_stamped_anew_is_no_second_one_and_leaves_no_gap(
    author: Author, reader: Reader
) -> None:
    """It was committed, not stamped, at the second that was restored."""
    kept, [lost] = written(author, 2), written(author, 1)
    author.restore(*kept)
    [again, following] = written(author, 2)
    again = lost._replace(epoch=again.epoch, shard_sequence=again.shard_sequence)
    reader.read(*kept, lost)  # it is in the journal
    reader.learn(2)
    reader.heads[SOURCE, lost.shard or 0] = 2  # as learning leaves it
    result = reader.read(lost, again, following)
    assert events(result.duplicates) == [lost, again]
    assert events(result.accepted) == [following]
    assert not result.parked and not result.refused


def test_a_lost_event_that_was_quarantined_cannot_be_retried(
    author: Author, reader: Reader
) -> None:
    kept, lost = written(author, 1), written(author, 1)
    reader.learn(1)
    reader.read(*kept, *lost)
    assert reasons(reader.read(*lost, retried=True)) == ["dead-epoch"]


def test_a_lost_record_that_is_wrong_besides_moves_no_head(author: Author, reader: Reader) -> None:
    kept, [lost] = written(author, 1), written(author, 1)
    author.restore(*kept)
    new = written(author, 1)
    reader.learn(1)
    result = reader.read(*kept, lost._replace(data=b"{}"), *new)
    assert (events(result.accepted), reasons(result)) == ([*kept, *new], ["dead-epoch"])


def test_a_wrong_record_of_an_epoch_not_known_yet_moves_no_head(
    author: Author, reader: Reader
) -> None:
    kept = written(author, 2)
    author.restore(*kept[:1])
    [wrong, following] = written(author, 2)
    wrong = wrong._replace(data=b"{}", stream=gift_stream(1))
    reader.read(*kept[:1])
    assert reasons(reader.read(wrong)) == ["invalid-data"]
    assert reader.heads[SOURCE, wrong.shard or 0] == 1
    reader.learn(1)
    assert events(reader.read(wrong, following).refused) == [wrong, following]
    assert reader.heads[SOURCE, wrong.shard or 0] == 3


def test_of_an_epoch_passed_over_nothing_is_left(author: Author, reader: Reader) -> None:
    """Restored twice to before the first restore: epoch 3 goes on from epoch 1."""
    kept = written(author, 2)
    author.restore(*kept)
    second = written(author, 2)
    author.restore(*kept)
    third = written(author, 2)
    reader.learn(2, 0)
    result = reader.read(*kept, *second, *third)
    assert (events(result.accepted), events(result.refused)) == ([*kept, *third], second)


def test_a_log_restored_twice_over_inherits_from_both(author: Author, reader: Reader) -> None:
    first, lost = written(author, 2), written(author, 1)
    author.restore(*first)
    second, lost_too = written(author, 2), written(author, 1)
    author.restore(*first, *second)
    third = written(author, 1)
    reader.learn(2, 4)
    result = reader.read(*first, *lost, *second, *lost_too, *third)
    assert events(result.accepted) == [*first, *second, *third]
    assert events(result.refused) == [*lost, *lost_too]


def test_what_an_owner_states_is_read_whole_or_not_at_all() -> None:
    assert stated({}) == Epochs()
    assert stated({"1": [5] * SHARDS, "2": [7] * SHARDS}).current == 3
    for wrong in ({"2": [5] * SHARDS}, {"1": [5]}):
        with pytest.raises(ValueError, match="an epoch is missing"):
            stated(wrong)
