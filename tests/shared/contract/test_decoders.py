"""The fast decoders accept what the models accept, and less; what they accept is equal."""

from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError, field_validator

from shared.contract.attributes import envelope_of_document
from shared.contract.catalogue import CATALOGUE
from shared.contract.decoders import _EVENTS, NESTED_MAX, decode_envelope, decode_event, struct_of
from shared.contract.document import DOCUMENT_BYTES_MAX, document_of
from shared.contract.envelope import Envelope, plain
from shared.errors import ContractViolation
from tests.shared.contract.frozen import NAMES, sample
from tests.shared.contract.test_records import envelopes
from tests.shared.contract.test_samples import PROBES

TYPES = {cls.type_name(): sample(name) for name, cls in NAMES.items()}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
ODD = st.sampled_from(PROBES) | st.sampled_from(
    [
        "x\n", "2022-02-29", "2022-2-1", "0000-01-01", "2022-01-01T00:00:00Z", 2**63, 1.0, -0.0,
        "member\n", "tjtc\n", "p-a7k2m9\n", "p-" + "a" * 40, "p-" + "a" * 41, 10**13, 10**13 + 1,
    ]
) | JSON  # fmt: skip


def by_struct(type_name: str, data: bytes) -> Any:
    """What the struct makes of it, as JSON values; None where it does not accept."""
    try:
        read = _EVENTS[type_name](data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return _without_nulls(msgspec.to_builtins(read))


def by_model(type_name: str, data: bytes) -> Any:
    try:
        return plain(CATALOGUE[type_name].model_validate_json(data, extra="ignore"))
    except ValidationError:
        return None


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [_without_nulls(each) for each in value]
    return value


@pytest.mark.parametrize("type_name", CATALOGUE)
def test_every_type_has_a_decoder_that_reads_its_sample_as_the_model_does(type_name: str) -> None:
    data = orjson.dumps(TYPES[type_name]["data"])
    read = by_struct(type_name, data)
    assert read is not None and read == by_model(type_name, data)


@pytest.mark.parametrize("type_name", CATALOGUE)
def test_a_field_that_is_absent_has_the_models_default(type_name: str) -> None:
    whole = TYPES[type_name]["data"]
    for field in whole:
        data = orjson.dumps({name: value for name, value in whole.items() if name != field})
        assert by_struct(type_name, data) == by_model(type_name, data), field


@given(st.data(), st.sampled_from(sorted(CATALOGUE)))
@settings(max_examples=1500, deadline=None)
def test_accepted_by_one_is_accepted_by_the_other_and_equal(
    chance: st.DataObject, type_name: str
) -> None:
    whole = dict(TYPES[type_name]["data"])
    for field in chance.draw(st.lists(st.sampled_from(sorted(whole)), max_size=2, unique=True)):
        whole[field] = chance.draw(ODD)
    try:
        data = orjson.dumps(whole)
    except orjson.JSONEncodeError:
        return  # an integer beyond 64 bits is no JSON of ours
    assert by_struct(type_name, data) == by_model(type_name, data), whole


@pytest.mark.parametrize("type_name", CATALOGUE)
def test_what_the_struct_does_not_accept_is_refused_by_the_model(type_name: str) -> None:
    with pytest.raises(ValidationError):
        decode_event(type_name, b'{"org_id":"tjtc"}')
    with pytest.raises(ValidationError):
        decode_event(type_name, b"\xff")


@given(envelopes)
def test_an_envelope_is_read_alike_both_ways(envelope: Envelope) -> None:
    document = document_of(envelope)
    assert decode_envelope(document) in (None, envelope_of_document(document))


MEMBERS = st.sampled_from([*TYPES["guildhall.benefits.GiftIssued.v1"], "data_base64", "extension"])


@given(st.dictionaries(MEMBERS, ODD, max_size=2))
@settings(max_examples=800, deadline=None)
def test_a_document_that_is_accepted_fast_is_accepted_slowly_and_equal(changed: Any) -> None:
    document = orjson.loads(document_of(ours())) | changed
    try:
        value = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return
    fast = decode_envelope(value)
    if fast is not None:
        assert fast == envelope_of_document(value), changed


def ours() -> Envelope:
    """The envelope of a frozen sample."""
    return envelope_of_document(orjson.dumps(TYPES["guildhall.benefits.GiftIssued.v1"]))


def test_a_document_of_ours_is_read_the_fast_way() -> None:
    for document in TYPES.values():
        assert decode_envelope(orjson.dumps(document)) is not None, document["type"]


@pytest.mark.parametrize(
    "changed",
    [
        {"actor": "a\u0085b"}, {"actor": "a\x7fb"}, {"actor": "a\x00b"}, {"actor": "a" * 501},
        {"subject": ""}, {"time": "2022-01-01T00:00:00"}, {"id": "x"}, {"data": []},
        {"streamversion": 2**31}, {"streamversion": -1}, {"specversion": "0.3"},
    ],
)  # fmt: skip
def test_what_must_be_refused_is_not_read_the_fast_way(changed: dict[str, Any]) -> None:
    document = orjson.dumps(orjson.loads(document_of(ours())) | changed)
    assert decode_envelope(document) is None
    with pytest.raises(ContractViolation):
        envelope_of_document(document)


def test_a_document_too_long_too_deep_or_not_utf_8_is_not_read_the_fast_way() -> None:
    base = orjson.loads(document_of(ours()))
    deep = b'{"a":' * NESTED_MAX + b"1" + b"}" * NESTED_MAX
    long = orjson.dumps(base | {"data": {"a": "b" * DOCUMENT_BYTES_MAX}})
    plain_text = orjson.dumps(base | {"data": {"a": "名"}})
    assert decode_envelope(long) is None
    nested = orjson.dumps(base).replace(b'"data":{', b'"data":{"z":' + deep + b",")
    assert decode_envelope(nested) is None
    assert decode_envelope(plain_text) is not None
    assert decode_envelope(plain_text.replace("名".encode(), b"\xe5\x90")) is None


def test_a_model_that_says_what_no_struct_can_has_no_decoder() -> None:
    class Checked(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def check(cls, value: str) -> str:
            return value

    class Odd(BaseModel):
        share: float

    for model in (Checked, Odd):
        with pytest.raises(TypeError):
            struct_of(model)
