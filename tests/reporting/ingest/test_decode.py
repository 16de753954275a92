"""What a record says, or why it is none of ours: of one record, decided without a database."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.ingest.decode import decode, decode_slowly
from services.reporting.ingest.publishers import publishers
from services.reporting.journal.log import entry_of_row
from services.reporting.journal.record import Decoded, Raw
from shared.contract.attributes import envelope_of_document
from shared.contract.benefits import GiftIssued
from shared.contract.catalogue import CATALOGUE, event_class, source_of, topic_of
from shared.contract.contexts import CONTEXTS
from shared.contract.envelope import Envelope, shard_of
from shared.kafka.acceptance import Publisher
from shared.kafka.cloudevents import CONTENT_TYPE, POSITION
from shared.testing.author import Author
from tests.reporting.records import ORG, Partition, gift, gift_stream
from tests.shared.contract.frozen import NAMES, sample

PUBLISHERS = publishers(None)
GIFT_ISSUED = GiftIssued.type_name()
CANTEEN_TOO = PUBLISHERS | {
    "guildhall.ext.canteen.v1": Publisher(
        "/ext/canteen", frozenset({GIFT_ISSUED}), frozenset({ORG}), sequenced=False
    )
}


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
    assert reason(moved) == "wrong-stream"
    assert reason(good._replace(data=good.data.replace(b'"tjtc"', b'"tjjt"'))) == (
        "attribute-invalid"
    )
    assert reason(good, key=b"another") == "key-not-subject"
    assert reason(good, value=None) == "no-value"


DEEP = b"[" * 1500 + b"]" * 1500
MEMBERS = {
    "a thousand deep": b'"x":' + DEEP,
    "half a surrogate, raw": b'"x":"\xed\xa0\x80"',
    "no UTF-8": b'"x":"\xff"',
    "no number": b'"x":NaN',
    "beyond every float": b'"x":1e999',
    "400 digits": b'"x":' + b"9" * 400,
    "NUL in a name": b'"a\\u0000b":1.5',
    "half a surrogate in a name": b'"\\ud800":1.5',
}
"""Members that no model knows, as a stranger may add them to an event or to its data."""


@pytest.mark.parametrize("member", MEMBERS.values(), ids=MEMBERS)
@pytest.mark.parametrize("topic_name", ["guildhall.ext.canteen.v1", topic_of("benefits")])
@pytest.mark.parametrize("place", ["document", "data", "binary"])
def test_whatever_a_stranger_adds_is_accepted_for_good_or_refused_in_storable_words(
    member: bytes, topic_name: str, place: str
) -> None:
    outside = topic_name != topic_of("benefits")
    author = Author(source="/ext/canteen") if outside else Author()
    envelope = author.write(gift_stream(1), gift(1))
    raw = Partition(topic_name).raw(envelope)
    data = b"{" + member + b"," + envelope.data[1:]
    if place == "document":
        raw = raw._replace(value=b"{" + member + b"," + (raw.value or b"")[1:])
    elif place == "data":
        raw = raw._replace(value=(raw.value or b"").replace(envelope.data, data))
    else:
        raw = binary(raw, value=data)
    record = decode(raw, CANTEEN_TOO, False)
    if isinstance(record, Decoded):
        read_again(record)
    else:
        stored = record.detail.encode()
        assert b"\0" not in stored, "PostgreSQL's text holds no NUL"


@pytest.mark.parametrize(
    "extra",
    [
        ("ce_data_base64", b"!!"),
        ("ce_data_base64", b"e30="),
        ("ce_data", b"{}"),
        ("ce_time", b"2022-09-01T15:59:59.9999999Z"),
        ("ce_time", b"2022-09-01t15:59:59z"),
        ("ce_a", b"\xe6\xb1\x89"),
        ("ce_x", b"a" * 70_000),
    ],
    ids=str,
)
def test_what_a_binary_record_says_is_what_its_document_says(extra: tuple[str, bytes]) -> None:
    envelope = Author(source="/ext/canteen").write(gift_stream(1), gift(1))
    raw = binary(Partition("guildhall.ext.canteen.v1").raw(envelope), extra)
    record = decode(raw, CANTEEN_TOO, False)
    if isinstance(record, Decoded):
        read_again(record)
    else:
        assert record.reason in ("attribute-invalid", "document-too-large")


def binary(raw: Raw, *extra: tuple[str, bytes], value: bytes | None = None) -> Raw:
    """The record in binary mode, with headers in place of those of their name."""
    attributes = orjson.loads(raw.value or b"")
    data = orjson.dumps(attributes.pop("data"))
    named = {f"ce_{name}": str(each).encode() for name, each in attributes.items()}
    position = [pair for pair in raw.headers if pair[0] == POSITION]
    headers = [*(named | dict(extra)).items(), *position]
    return raw._replace(headers=headers, value=data if value is None else value)


def read_again(record: Decoded) -> None:
    """A rebuild reads of the journal what ingest read of the record, now and ever."""
    envelope = record.envelope
    row = {"log_index": 1, "document": record.document, "epoch": envelope.epoch}
    row |= {"shard": envelope.shard, "shard_sequence": envelope.shard_sequence}
    entry = entry_of_row(row)
    assert (entry.envelope, entry.event) == (envelope, record.event)


def test_a_record_of_a_topic_nobody_registered_is_refused() -> None:
    raw = Partition("guildhall.ext.canteen.v1").raw(Author().write(gift_stream(1), gift(1)))
    record = decode(raw, PUBLISHERS, False)
    assert not isinstance(record, Decoded)
    assert record.reason == "unregistered-topic"


def samples() -> list[Envelope]:
    """An owner's event of every type, stamped."""
    found = []
    for number, name in enumerate(NAMES, start=1):
        envelope = envelope_of_document(orjson.dumps(sample(name)))
        shard = shard_of(envelope.stream)
        found.append(envelope._replace(epoch=1, shard=shard, shard_sequence=number))
    return found


SAMPLES = samples()


@pytest.mark.parametrize("envelope", SAMPLES, ids=lambda envelope: envelope.type)
def test_an_owners_event_of_every_type_is_accepted_and_alike_both_ways(envelope: Envelope) -> None:
    raw = Partition(topic(envelope)).raw(envelope)
    record = decode(raw, PUBLISHERS, True)
    assert isinstance(record, Decoded)
    assert record == decode_slowly(raw, PUBLISHERS[raw.origin.topic], True)


def topic(envelope: Envelope) -> str:
    return topic_of(event_class(envelope.type).CONTEXT)


ODD_ENVELOPE: dict[str, st.SearchStrategy[Any]] = {
    "source": st.sampled_from(["/guildhall/members", "/ext/canteen", "", "a" * 300]),
    "type": st.sampled_from([*CATALOGUE, "guildhall.benefits.Gift.v9", ""]),
    "stream": st.sampled_from(["tjtc/gift-x.p-1", "other/x", "tjtc/", "", "tjtc/汉字"]),
    "stream_version": st.sampled_from([0, 1, 2**31 - 1, 2**31, -1]),
    "org_id": st.sampled_from(["tjjt", "*", ""]),
    "simulated": st.booleans(),
    "epoch": st.sampled_from([0, 2, 2**31]),
    "shard": st.sampled_from([None, 0, 31, 32]),
    "shard_sequence": st.sampled_from([None, 0, 1, 10**17, 10**18]),
    "salt": st.sampled_from(["", "0", "\\u0000", "x" * 300]),
    "data": st.sampled_from([b"{}", b"[]", b"{", b'{"org_id":"tjtc"}', b'{"org_id":"tjjt"}']),
}
ODD_RECORD: dict[str, st.SearchStrategy[Any]] = {
    "key": st.sampled_from([None, b"", b"tjtc/other"]),
    "value": st.sampled_from([None, b"", b"{}", b"\xff"]),
    "headers": st.lists(
        st.sampled_from(
            [
                CONTENT_TYPE,
                ("content-type", b"application/json"),
                (POSITION, b"1.3.77"),
                (POSITION, b"1.33.77"),
                (POSITION, b"1.3"),
                (POSITION, b""),
                ("traceparent", b"00-1"),
                ("ce_specversion", b"1.0"),
            ]
        ),
        max_size=3,
    ),
}


@given(
    st.sampled_from(SAMPLES),
    st.fixed_dictionaries({}, optional=ODD_ENVELOPE),
    st.fixed_dictionaries({}, optional=ODD_RECORD),
    st.booleans(),
)
@settings(max_examples=1500)
def test_whatever_an_owner_says_is_read_alike_both_ways(
    envelope: Envelope, said: dict[str, Any], sent: dict[str, Any], simulated: bool
) -> None:
    raw = Partition(topic(envelope)).raw(envelope._replace(**said), **sent)
    slowly = decode_slowly(raw, PUBLISHERS[raw.origin.topic], simulated)
    assert decode(raw, PUBLISHERS, simulated) == slowly


@pytest.mark.parametrize("envelope", SAMPLES, ids=lambda envelope: envelope.type)
def test_no_owner_speaks_for_another(envelope: Envelope) -> None:
    for context in CONTEXTS:
        if topic_of(context) != topic(envelope):
            said = envelope._replace(source=source_of(context))
            record = decode(Partition(topic_of(context)).raw(said), PUBLISHERS, True)
            assert not isinstance(record, Decoded)
            assert record.reason == "unregistered-type"
