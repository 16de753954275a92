"""What a record says, or why it is none of ours: of one record, decided without a database."""

from services.reporting.ingest.decode import decode
from services.reporting.ingest.publishers import publishers
from services.reporting.journal.record import Decoded
from shared.contract.envelope import Envelope, shard_of
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream

PUBLISHERS = publishers(None)


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
