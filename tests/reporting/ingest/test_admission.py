"""What becomes of a record, decided without a database."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.ingest.admission import admit
from services.reporting.ingest.decode import decode
from services.reporting.ingest.publishers import publishers
from services.reporting.journal.record import Decoded
from shared.contract.envelope import Envelope
from shared.eventstore.event_ids import uuid7
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream

PUBLISHERS = publishers(None)


def decoded(partition: Partition, envelope: Envelope) -> Decoded:
    record = decode(partition.raw(envelope), PUBLISHERS, False)
    assert isinstance(record, Decoded)
    return record


@settings(max_examples=60)
@given(seed=st.integers(), copies=st.integers(1, 3), cut=st.integers(1, 7))
def test_any_redelivery_in_any_batches_accepts_each_event_once_in_sequence(
    seed: int, copies: int, cut: int
) -> None:
    """At-least-once delivery: whole runs come again, batches end anywhere."""
    chance = random.Random(seed)
    author, partition = Author(), Partition()
    people = [chance.randrange(9) for _ in range(30)]
    envelopes = [
        author.write(gift_stream(person), gift(person, quantity=n + 1))
        for n, person in enumerate(people)
    ]
    delivered = []
    for at in range(0, 30, cut):
        run = envelopes[max(0, at - chance.randrange(4)) : at + cut]
        delivered += run * chance.randint(1, copies)
    accepted: list[Decoded] = []
    heads: dict[tuple[str, int], int] = {}
    while delivered:
        size = chance.randint(1, 9)
        batch, delivered = delivered[:size], delivered[size:]
        known = {(r.envelope.event_id, r.envelope.source): r.leaf for r in accepted}
        records = [decoded(partition, envelope) for envelope in batch]
        result = admit(records, heads, known, {}, {})
        assert not result.refused
        assert not result.parked
        assert len(result.accepted) + len(result.duplicates) == len(batch)
        accepted += result.accepted
        heads.update(result.heads)
    assert [r.envelope.event_id for r in accepted] == [e.event_id for e in envelopes]


def test_another_event_under_a_used_sequence_is_refused() -> None:
    author, partition = Author(), Partition()
    first = author.write(gift_stream(1), gift(1))
    second = Author().write(gift_stream(1), gift(1, quantity=2))
    result = admit([decoded(partition, first), decoded(partition, second)], {}, {}, {}, {})
    assert [refused.reason for refused in result.refused] == ["sequence-reused"]


def test_what_finds_its_place_taken_blocks_what_follows_in_its_stream_and_nothing_else() -> None:
    author, partition = Author(), Partition()
    first, second, third = (author.write(gift_stream(1), gift(1, quantity=n)) for n in (1, 2, 3))
    forged = second._replace(event_id=uuid7(), stream=gift_stream(1, "forged"), stream_version=1)
    batch = [decoded(partition, each) for each in (first, second, third)]
    batch.insert(1, batch[0]._replace(envelope=forged, leaf=b"other"))
    result = admit(batch, {}, {}, {}, {})
    assert [record.envelope for record in result.accepted] == [first, forged]
    assert [(refused.reason, refused.blocks_stream) for refused in result.refused] == [
        ("sequence-reused", True),
        ("version-gap", True),
    ]


def test_a_bad_record_under_an_old_sequence_holds_no_stream() -> None:
    """An owner's bad record comes again on every republish; its stream may be settled by then."""
    author, partition = Author(), Partition()
    first, second = (author.write(gift_stream(1), gift(1, quantity=n)) for n in (1, 2))
    bad = decode(partition.raw(first._replace(data=b"{}")), PUBLISHERS, False)
    heads = {(first.source, first.shard or 0): first.shard_sequence or 0}
    result = admit([bad, decoded(partition, second)], heads, {}, {}, {})
    assert [(refused.reason, refused.blocks_stream) for refused in result.refused] == [
        ("invalid-data", False)
    ]
    assert [record.envelope for record in result.accepted] == [second]


def test_another_event_under_a_known_id_takes_its_place_and_blocks_its_stream_alone() -> None:
    author, partition = Author(), Partition()
    first, second, third = (author.write(gift_stream(1), gift(1, quantity=n)) for n in (1, 2, 3))
    other = third._replace(event_id=uuid7(), stream=gift_stream(1, "other"), shard_sequence=4)
    same = second._replace(event_id=first.event_id)
    batch = [decoded(partition, each) for each in (first, same, third)]
    batch.append(batch[2]._replace(envelope=other, leaf=b"other"))
    result = admit(batch, {}, {}, {}, {})
    assert [record.envelope for record in result.accepted] == [first, other]
    assert [(refused.reason, refused.blocks_stream) for refused in result.refused] == [
        ("id-reused", True),
        ("stream-blocked", True),
    ]
    assert (result.parked, list(result.heads.values())) == ([], [4])
    again = admit(batch[:2], result.heads, {(first.event_id, first.source): b""}, {}, {})
    assert [refused.blocks_stream for refused in again.refused] == [False, False]
