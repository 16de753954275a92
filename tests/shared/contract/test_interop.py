"""The official CloudEvents SDK reads what we write, and we read what it writes, in both modes."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_structured,
    to_binary,
    to_structured,
)
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.contract.catalogue import event_class
from shared.contract.envelope import Envelope
from shared.kafka.cloudevents import STRUCTURED_CONTENT_TYPE, from_record, to_record
from tests.shared.contract.frozen import NAMES, SAMPLES, sample

SDK = JSONFormat()


def envelope_of(name: str) -> Envelope:
    value = (SAMPLES / name).read_bytes()
    return from_record(None, value, [("content-type", STRUCTURED_CONTENT_TYPE)])


def attributes_of(name: str) -> dict[str, Any]:
    """A sample's attributes as a Python producer hands them to the SDK: its time is an instant."""
    attributes = {field: value for field, value in sample(name).items() if field != "data"}
    return {**attributes, "time": datetime.fromisoformat(attributes["time"])}


def read(message: KafkaMessage) -> Envelope:
    key = message.key.encode() if isinstance(message.key, str) else message.key
    return from_record(key, message.value, message.headers.items())


@pytest.mark.parametrize("name", NAMES)
def test_the_sdk_reads_our_records(name: str) -> None:
    envelope = envelope_of(name)
    record = to_record(envelope)
    event = from_structured(KafkaMessage(dict(record.headers), record.key, record.value), SDK)
    assert event.get_id() == str(envelope.event_id)
    assert event.get_source() == envelope.source
    assert event.get_type() == envelope.type
    assert event.get_subject() == envelope.stream
    assert event.get_time() == envelope.recorded_at
    assert event.get_datacontenttype() == "application/json"
    assert event.get_extension("orgid") == envelope.org_id
    assert event.get_extension("streamversion") == envelope.stream_version
    assert event.get_extension("salt") == envelope.salt
    assert event.get_data() == sample(name)["data"]


@pytest.mark.parametrize("name", NAMES)
def test_we_read_the_sdks_binary_records(name: str) -> None:
    message = to_binary(CloudEvent(attributes_of(name), sample(name)["data"]), SDK)
    assert_same(read(message), envelope_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_sdk_reads_our_structured_samples(name: str) -> None:
    headers = {"content-type": STRUCTURED_CONTENT_TYPE}
    value = (SAMPLES / name).read_bytes()
    event = from_structured(KafkaMessage(headers, None, value), SDK)
    assert event.get_data() == sample(name)["data"]
    assert event.get_attributes()["time"] == envelope_of(name).recorded_at


@pytest.mark.parametrize("name", NAMES)
def test_we_read_the_sdks_structured_records(name: str) -> None:
    message = to_structured(CloudEvent(attributes_of(name), sample(name)["data"]), SDK)
    assert_same(read(message), envelope_of(name))


def test_we_read_the_sdks_structured_records_of_bytes_and_keep_the_bytes() -> None:
    name = "GiftIssued.v1.json"
    data = orjson.dumps(sample(name)["data"], option=orjson.OPT_INDENT_2)
    message = to_structured(CloudEvent(attributes_of(name), data), SDK)
    assert b"data_base64" in message.value
    assert read(message).data == data


def test_the_sdks_boolean_is_read_for_what_it_says() -> None:
    name = "GiftIssued.v1.json"
    event = CloudEvent({**attributes_of(name), "simulated": True}, sample(name)["data"])
    assert read(to_binary(event, SDK)).simulated
    assert read(to_structured(event, SDK)).simulated


def test_an_event_of_another_service_needs_no_shard_and_no_version() -> None:
    event = CloudEvent(
        {
            "id": "017e7624-cbb0-7e08-be4c-2ece180b01e3",
            "source": "/payroll",
            "type": "guildhall.members.MemberJoined.v1",
            "subject": "tjtc/person-p-a7k2m9",
            "time": datetime(2022, 3, 1, tzinfo=UTC),
            "orgid": "tjtc",
            "actor": "payroll",
        },
        {"org_id": "tjtc", "occurred_on": "2022-03-01", "person_id": "p-a7k2m9", "kind": "new"},
    )
    for message in (to_binary(event, SDK), to_structured(event, SDK)):
        envelope = read(message)
        assert (envelope.stream_version, envelope.shard, envelope.shard_sequence) == (0, None, None)
        event_class(envelope.type).model_validate_json(envelope.data)


def assert_same(read_back: Envelope, ours: Envelope) -> None:
    """Equal but for the spelling of the JSON, which each writer chooses."""
    assert orjson.loads(read_back.data) == orjson.loads(ours.data)
    assert read_back._replace(data=b"") == ours._replace(data=b"")
