"""What is no event, and the reason each bad record is given; nothing else is ever raised."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.contract.attributes import ATTRIBUTE_CHARS_MAX
from shared.contract.document import DOCUMENT_BYTES_MAX, document_of
from shared.contract.envelope import SHARDS, Envelope
from shared.errors import ContractViolation
from shared.kafka.cloudevents import POSITION, UNREADABLE, arrived, from_record, to_record

ENVELOPE = Envelope(
    event_id=UUID("017e7624-cbb0-7e08-be4c-2ece180b01e3"),
    source="/guildhall/events",
    type="guildhall.events.IssueRaised.v1",
    stream="tjtc/issue-affiliation",
    stream_version=1,
    org_id="tjtc",
    recorded_at=datetime(2022, 11, 15, 2, 15, 30, tzinfo=UTC),
    actor="clerk-7",
    role="clerk",
    correlation_id="c-1",
    causation_id="",
    simulated=False,
    epoch=1,
    data=b'{"org_id":"tjtc"}',
    shard=3,
    shard_sequence=77,
    salt="00112233445566778899aabbccddeeff",
)
KEY, VALUE = b"tjtc/issue-affiliation", ENVELOPE.data
DOCUMENT = document_of(ENVELOPE)
ATTRIBUTES = {name: str(value) for name, value in orjson.loads(DOCUMENT).items() if name != "data"}
HEADERS = [
    *((f"ce_{name}", value.encode()) for name, value in ATTRIBUTES.items()),
    (POSITION, b"1.3.77"),
]
"""The same event in binary mode, as an outside SDK would write it."""
AT = (POSITION, b"1.3.77")
STRUCTURED = [("content-type", b"application/cloudevents+json; charset=UTF-8"), AT]


def at(position: bytes) -> list[tuple[str, bytes | None]]:
    """The headers of a good record that says it stands at `position`."""
    return [*STRUCTURED[:1], (POSITION, position)]


def headers(**changed: bytes | None) -> list[tuple[str, bytes | None]]:
    """The headers of a good record with some `ce_` attributes changed; None takes one away."""
    named: dict[str, bytes | None] = dict(HEADERS) | {f"ce_{n}": v for n, v in changed.items()}
    return [(name, value) for name, value in named.items() if value is not None]


def structured(**changed: Any) -> bytes:
    """A good event in structured mode with some members changed; None takes one away."""
    document = orjson.loads(DOCUMENT) | changed
    return orjson.dumps({name: value for name, value in document.items() if value is not None})


Bad = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]], str]
DEEP = b'{"a":' * 600 + b"1" + b"}" * 600
BAD_RECORDS: Mapping[str, Bad] = {
    "no value": (KEY, None, headers(), "no-value"),
    "an empty value": (KEY, b"", headers(), "no-value"),
    "a value too large": (KEY, b"{" + b" " * DOCUMENT_BYTES_MAX, headers(), "document-too-large"),
    "a document too large": (
        KEY, structured(data={"a": "b" * DOCUMENT_BYTES_MAX}), STRUCTURED, "document-too-large",
    ),
    "a document made too large": (
        KEY, b'{"a":"' + b"b" * (DOCUMENT_BYTES_MAX - 10) + b'"}', headers(), "document-too-large",
    ),
    "no headers": (KEY, VALUE, [], "not-cloudevents"),
    "a batch that nobody could read": (
        None, b"\x00" * 61, [(UNREADABLE, b"cannot be decompressed")], "batch-unreadable",
    ),
    "headers of something else": (KEY, VALUE, [("eventType", b"x")], "not-cloudevents"),
    "a null content type": (KEY, VALUE, [("content-type", None)], "not-cloudevents"),
    "another CloudEvents": (KEY, VALUE, headers(specversion=b"0.3"), "not-cloudevents"),
    "a value that is no JSON": (KEY, b"\x00\x01avro", headers(), "not-json"),
    "a JSON array": (KEY, b"[1]", headers(), "not-json"),
    "no id": (KEY, VALUE, headers(id=None), "attribute-missing"),
    "an empty source": (KEY, VALUE, headers(source=b""), "attribute-missing"),
    "no union": (KEY, VALUE, headers(orgid=None), "attribute-missing"),
    "no actor": (KEY, VALUE, headers(actor=None), "attribute-missing"),
    "an id that is no UUID": (KEY, VALUE, headers(id=b"17"), "attribute-invalid"),
    "a time without an offset": (
        KEY, VALUE, headers(time=b"2022-11-15T10:15:30"), "attribute-invalid",
    ),
    "a time in words": (KEY, VALUE, headers(time=b"yesterday"), "attribute-invalid"),
    "a time before time": (
        KEY, VALUE, headers(time=b"0001-01-01T00:00:00+14:00"), "attribute-invalid",
    ),
    "a header that is not UTF-8": (KEY, VALUE, headers(actor=b"\xff"), "attribute-invalid"),
    "a NUL in a name": (None, VALUE, headers(subject=b"tjtc/a\x00b"), "attribute-invalid"),
    "a line break in a name": (KEY, VALUE, headers(actor=b"a\nb"), "attribute-invalid"),
    "a name too long for an index": (
        None, VALUE, headers(subject=b"tjtc/" + b"a" * ATTRIBUTE_CHARS_MAX), "attribute-invalid",
    ),
    "a version that is no number": (
        KEY, VALUE, headers(streamversion=b"1.0"), "attribute-invalid",
    ),
    "a version in other digits": (
        KEY, VALUE, headers(streamversion="１".encode()), "attribute-invalid",
    ),
    "a version beyond 32 bits": (
        KEY, VALUE, headers(streamversion=b"2147483648"), "attribute-invalid",
    ),
    "a negative epoch": (KEY, DOCUMENT, at(b"-1.3.77"), "attribute-invalid"),
    "a position of two numbers": (KEY, DOCUMENT, at(b"3.77"), "attribute-invalid"),
    "a position with a blank": (KEY, DOCUMENT, at(b"1.3. 77"), "attribute-invalid"),
    "a position with a gap": (KEY, DOCUMENT, at(b"1..77"), "attribute-invalid"),
    "a shard we do not have": (KEY, DOCUMENT, at(b"1.%d.77" % SHARDS), "attribute-invalid"),
    "a sequence beyond 64 bits": (KEY, DOCUMENT, at(b"1.3." + b"9" * 30), "attribute-invalid"),
    "simulated perhaps": (KEY, VALUE, headers(simulated=b"maybe"), "attribute-invalid"),
    "the key of another stream": (b"tjtc/issue-other", VALUE, headers(), "key-not-subject"),
    "structured, cut off": (KEY, structured()[:-2], STRUCTURED, "not-json"),
    "structured, not a number": (KEY, b'{"data":NaN}', STRUCTURED, "not-json"),
    "structured, half a character": (KEY, rb'{"data":{"a":"\ud800"}}', STRUCTURED, "not-json"),
    "structured, nested without end": (KEY, b"[" * 60_000, STRUCTURED, "not-json"),
    "structured, data too deep": (KEY, b'{"data":' + DEEP + b"}", STRUCTURED, "not-json"),
    "structured, a list": (KEY, b"[]", STRUCTURED, "not-cloudevents"),
    "structured, no data": (KEY, structured(data=None), STRUCTURED, "not-cloudevents"),
    "structured, data in text": (KEY, structured(data="x"), STRUCTURED, "not-cloudevents"),
    "structured, base64 of nothing": (
        KEY, structured(data=None, data_base64="!"), STRUCTURED, "not-json",
    ),
    "structured, base64 of a list": (
        KEY, structured(data=None, data_base64="W10="), STRUCTURED, "not-cloudevents",
    ),
    "structured, a nested attribute": (
        KEY, structured(subject={"a": 1}), STRUCTURED, "attribute-invalid",
    ),
    "structured, half a version": (
        KEY, structured(streamversion=1.5), STRUCTURED, "attribute-invalid",
    ),
    "structured, no time": (KEY, structured(time=None), STRUCTURED, "attribute-missing"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_RECORDS)
def test_a_bad_record_is_refused_with_its_reason(what: str) -> None:
    key, value, given_headers, reason = BAD_RECORDS[what]
    with pytest.raises(ContractViolation) as refusal:
        from_record(key, value, given_headers)
    assert refusal.value.reason == reason, refusal.value


def test_every_reason_that_is_promised_has_a_bad_record() -> None:
    promised = (arrived.__doc__ or "").split("ContractViolation:")[1].split(".")[0]
    assert {word.strip(" ,\n") for word in promised.split(",")} == {
        reason for _, _, _, reason in BAD_RECORDS.values()
    }


def test_a_good_record_is_read_in_both_modes() -> None:
    assert from_record(KEY, VALUE, HEADERS) == ENVELOPE
    assert from_record(KEY, structured(), STRUCTURED) == ENVELOPE
    assert from_record(None, VALUE, HEADERS) == ENVELOPE, "a key may be left out"


def test_an_unknown_extension_is_passed_over_whatever_it_holds() -> None:
    assert from_record(KEY, VALUE, headers(tracestate=b"t" * 512)) == ENVELOPE
    assert from_record(KEY, VALUE, headers(shard=b"9", epoch=b"7")) == ENVELOPE
    assert from_record(KEY, structured(sampledrate=30, traced=True), STRUCTURED) == ENVELOPE


def test_integers_and_booleans_of_structured_mode_are_read() -> None:
    value = structured(streamversion="1", simulated=True)
    assert from_record(KEY, value, STRUCTURED) == ENVELOPE._replace(simulated=True)


@pytest.mark.parametrize("text", [b"true", b"True"])
def test_simulated_is_never_lost_to_spelling(text: bytes) -> None:
    assert from_record(KEY, VALUE, headers(simulated=text)).simulated


def test_a_null_header_is_an_absent_one() -> None:
    nulls: list[tuple[str, bytes | None]] = [("ce_causationid", None), ("content-type", None)]
    assert from_record(KEY, VALUE, [*headers(), *nulls]) == ENVELOPE


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)
names = texts.filter(bool)
envelopes = st.builds(
    Envelope,
    event_id=st.uuids(),
    source=names,
    type=names,
    stream=names,
    stream_version=st.integers(0, 2**31 - 1),
    org_id=names,
    recorded_at=st.datetimes(
        datetime(1990, 1, 1),
        datetime(2100, 1, 1),
        timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    ),
    actor=names,
    role=texts,
    correlation_id=texts,
    causation_id=texts,
    simulated=st.booleans(),
    epoch=st.just(0),
    data=st.dictionaries(texts, st.integers(0, 9) | texts).map(orjson.dumps),
    salt=texts,
    shard=st.none(),
    shard_sequence=st.none(),
)
positions = st.tuples(st.integers(0, 2**31 - 1), st.integers(0, SHARDS - 1), st.integers(0, 10**17))


def placed(envelope: Envelope, position: tuple[int, int, int] | None) -> Envelope:
    """The envelope as it was stamped; None: its source numbers nothing."""
    if position is None:
        return envelope._replace(epoch=0)
    epoch, shard, sequence = position
    return envelope._replace(epoch=epoch, shard=shard, shard_sequence=sequence)


@given(envelopes, st.none() | positions)
def test_every_envelope_comes_back_from_its_record_as_it_was(
    envelope: Envelope, position: tuple[int, int, int] | None
) -> None:
    envelope = placed(envelope, position)
    assert from_record(*to_record(envelope)) == envelope


@given(envelopes, positions)
def test_the_same_event_is_always_the_same_document(
    envelope: Envelope, position: tuple[int, int, int]
) -> None:
    elsewhere = envelope._replace(recorded_at=envelope.recorded_at.astimezone(UTC))
    assert document_of(placed(elsewhere, position)) == document_of(envelope)
    assert to_record(placed(envelope, position)).value == document_of(envelope)


def test_the_position_of_a_source_that_numbers_nothing_means_nothing() -> None:
    for junk in (b"1.3.77", b"-1", b"\xff"):
        read = from_record(KEY, DOCUMENT, at(junk), sequenced=False)
        assert (read.epoch, read.shard, read.shard_sequence) == (0, None, None)


def test_a_binary_record_has_the_document_that_the_json_format_gives_it() -> None:
    found = arrived(KEY, VALUE, headers(streamversion=b"1", zz=b"z", simulated=b"true"))
    assert not found.structured
    assert orjson.loads(found.document) == orjson.loads(DOCUMENT) | {"simulated": True, "zz": "z"}
    again = arrived(KEY, VALUE, [*reversed(headers(zz=b"z", simulated=b"true"))])
    assert again.document == found.document, "whatever the order of its headers"
    assert from_record(KEY, found.document, STRUCTURED) == found.envelope


attribute = st.sampled_from([name for name, _ in HEADERS])
junk_headers = st.lists(
    st.tuples(attribute | st.text(max_size=12), st.none() | st.binary(max_size=40)), max_size=20
)


@given(
    key=st.none() | st.binary(max_size=40),
    value=st.none() | st.binary(max_size=200),
    junk=junk_headers,
    on_top=st.booleans(),
)
@example(key=None, value=structured(), junk=STRUCTURED, on_top=False)
def test_whatever_arrives_is_an_event_or_a_violation_of_the_contract(
    key: bytes | None, value: bytes | None, junk: list[tuple[str, bytes | None]], on_top: bool
) -> None:
    try:
        envelope = from_record(key, value, [*headers(), *junk] if on_top else junk)
    except ContractViolation as why:
        assert why.reason and why.detail
    else:
        assert to_record(envelope)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
members = st.sampled_from([*orjson.loads(structured()), "data_base64", "extension"])


@given(st.dictionaries(members, json_values, max_size=6))
def test_whatever_json_arrives_is_an_event_or_a_violation(changed: dict[str, Any]) -> None:
    document = orjson.loads(structured()) | changed
    try:
        value = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return  # an integer beyond 64 bits is no JSON of ours
    try:
        from_record(None, value, STRUCTURED)
    except ContractViolation as why:
        assert why.reason and why.detail
