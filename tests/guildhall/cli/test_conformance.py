"""What a producer can check alone, row by row, before it publishes."""

import json
from base64 import b64encode
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guildhall.cli.conformance import Row, check_row, rows_of
from shared.contract.document import document_of
from shared.contract.envelope import Envelope
from shared.kafka.cloudevents import to_record
from shared.testing.author import Author
from tests.examples.members import member_left

STREAM = "tjtc/person-p-000001"
EVENT = member_left(occurred_on=date(2022, 9, 1), person_id="p-000001", reason="resigned")


def envelope() -> Envelope:
    return Author("members").write(STREAM, EVENT, event_id=UUID(int=7))


def structured(**changes: Any) -> dict[str, Any]:
    """A CloudEvent in JSON format; an attribute given as None is left out."""
    document = {**json.loads(document_of(envelope())), **changes}
    return {name: value for name, value in document.items() if value is not None}


def reasons(document: Any, type_name: str | None = None) -> list[str]:
    _, violations = check_row(Row(3, json.dumps(document).encode()), type_name)
    assert all(violation.row == 3 for violation in violations)
    return [violation.reason for violation in violations]


def data(**changes: Any) -> dict[str, Any]:
    return {**json.loads(envelope().data), **changes}


def test_a_cloud_event_that_meets_the_contract_is_accepted() -> None:
    assert reasons(structured()) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"specversion": "0.3"}, "not-cloudevents"),
        ({"specversion": None}, "not-cloudevents"),
        ({"data": None}, "not-cloudevents"),
        ({"actor": None}, "attribute-missing"),
        ({"id": "not-a-uuid"}, "attribute-invalid"),
        ({"time": "2022-09-01"}, "attribute-invalid"),
        ({"type": "guildhall.members.MemberVanished.v1"}, "unknown-type"),
        ({"subject": "other/person-p-000001"}, "stream-not-of-union"),
        ({"subject": "tjtc/person-p-000002"}, "wrong-stream"),
        ({"data": data(org_id="other")}, "attribute-invalid"),
        ({"data": data(reason="bored")}, "invalid-data"),
        ({"data": data(occurred_on=None)}, "invalid-data"),
        ({"data": data(name="王利")}, "unknown-field"),
    ],
)
def test_what_breaks_the_contract_is_named(changes: dict[str, Any], reason: str) -> None:
    assert reasons(structured(**changes)) == [reason]


def test_every_field_at_fault_is_named_at_once() -> None:
    wrong = data(reason="bored", person_id="x", extra=1)
    assert sorted(reasons(structured(data=wrong))) == [
        "invalid-data",
        "invalid-data",
        "unknown-field",
    ]


def test_a_row_that_is_not_json_is_named() -> None:
    _, violations = check_row(Row(9, b'{"specversion": '))
    assert [(v.row, v.reason) for v in violations] == [(9, "not-json")]
    assert reasons(["a", "list"]) == ["not-cloudevents"]


def dump(headers: Any, **changes: Any) -> dict[str, Any]:
    record = to_record(envelope())
    value = json.loads(record.value)
    return {"key": record.key.decode(), "headers": headers, "value": value, **changes}


def header_texts() -> dict[str, str]:
    return {name: value.decode() for name, value in to_record(envelope()).headers}


def test_a_dumped_kafka_record_is_read_in_every_shape_tools_write() -> None:
    named = header_texts()
    flat = [part for pair in named.items() for part in pair]
    assert reasons(dump(named)) == []
    assert reasons(dump([list(pair) for pair in named.items()])) == []
    kcat = {"payload": json.dumps(structured()), "topic": "t", "partition": 0}
    assert reasons({"key": STREAM, "headers": flat, **kcat}) == []
    encoded = b64encode(document_of(envelope())).decode()
    assert reasons(dump(named, value=encoded, encoding="base64")) == []


def test_a_dumped_record_in_binary_mode_is_read_too() -> None:
    attributes = {name: value for name, value in structured().items() if name != "data"}
    named = {f"ce_{name}": str(value) for name, value in attributes.items()}
    assert reasons(dump(named, value=data())) == []
    assert reasons(dump(named, value=data(reason="bored"))) == ["invalid-data"]


def test_a_position_in_a_shard_that_is_not_the_streams_is_named() -> None:
    assert reasons(dump(header_texts() | {"guildhall-position": "1.1.1"})) == ["wrong-shard"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"key": "another-key"}, "key-not-subject"),
        ({"value": None}, "no-value"),
        ({"value": 7}, "not-json"),
        ({"value": "%%%", "encoding": "base64"}, "not-json"),
        ({"headers": 7}, "not-cloudevents"),
        ({"headers": {}}, "not-cloudevents"),
    ],
)
def test_a_dumped_record_that_is_no_event_is_named(changes: dict[str, Any], reason: str) -> None:
    assert reasons({**dump(header_texts()), **changes}) == [reason]


def test_bare_data_is_checked_against_a_named_type() -> None:
    assert reasons(data(), "guildhall.members.MemberLeft.v1") == []
    assert reasons(data(reason="bored"), "guildhall.members.MemberLeft.v1") == ["invalid-data"]


def test_rows_are_numbered_as_lines_and_blank_ones_passed_over(tmp_path: Path) -> None:
    lines = tmp_path / "rows.jsonl"
    lines.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\n  \n{"a": 2}')
    assert list(rows_of(lines)) == [Row(1, b'{"a": 1}'), Row(4, b'{"a": 2}')]


def test_a_json_file_is_one_document_or_an_array(tmp_path: Path) -> None:
    document = tmp_path / "rows.json"
    document.write_text('[\n {"a": 1},\n {"a": 2}\n]')
    assert [row.number for row in rows_of(document)] == [1, 2]
    document.write_text('{\n "a": 1\n}')
    assert list(rows_of(document)) == [Row(1, b'{"a":1}')]
