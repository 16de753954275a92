"""What becomes of a record, decided without a database."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.ingest.admission import admit, decode
from services.reporting.ingest.publishers import publishers
from services.reporting.journal.record import Decoded
from shared.contract.envelope import Envelope, shard_of
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


def reason(envelope: Envelope, **changes: object) -> str:
    record = decode(Partition().raw(envelope, **changes), PUBLISHERS, False)
    assert not isinstance(record, Decoded)
    return record.reason


def test_every_refusal_has_its_reason() -> None:
    good = Author().write(gift_stream(1), gift(1))
    assert reason(good._replace(type="guildhall.benefits.Gift.v9")) == "unknown-type"
    assert reason(good._replace(type="guildhall.members.MemberLeft.v1")) == "unregistered-type"
    assert reason(good._replace(source="/guildhall/members")) == "unregistered-source"
    assert reason(good._replace(shard=None, shard_sequence=None)) == "not-sequenced"
    assert reason(good._replace(shard=(good.shard or 0) + 1)) == "wrong-shard"
    assert reason(good._replace(org_id="other")) == "stream-not-of-union"
    assert reason(good._replace(data=b'{"org_id":"tjtc"}')) == "invalid-data"
    assert reason(good._replace(data=b"{")) == "not-json"
    assert reason(good._replace(salt="")) == "attribute-missing"
    elsewhere = gift_stream(2)
    moved = good._replace(stream=elsewhere, shard=shard_of(elsewhere))
    assert reason(moved) == "stream-not-of-event"
    assert reason(good._replace(data=good.data.replace(b'"tjtc"', b'"tjjt"'))) == (
        "attribute-invalid"
    )
    assert reason(good, key=b"another") == "key-not-subject"
    assert reason(good, value=None) == "no-value"


def test_a_record_of_a_topic_nobody_registered_is_refused() -> None:
    raw = Partition("guildhall.ext.canteen.v1").raw(Author().write(gift_stream(1), gift(1)))
    record = decode(raw, PUBLISHERS, False)
    assert not isinstance(record, Decoded)
    assert record.reason == "unregistered-topic"


def test_another_event_under_a_used_sequence_is_refused() -> None:
    author, partition = Author(), Partition()
    first = author.write(gift_stream(1), gift(1))
    second = Author().write(gift_stream(1), gift(1, quantity=2))
    result = admit([decoded(partition, first), decoded(partition, second)], {}, {}, {}, {})
    assert [refused.reason for refused in result.refused] == ["sequence-reused"]


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
