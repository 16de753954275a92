"""Whether records meet the published contract, checked without a broker and without a stack.

Closed, as a producer's record must be (an unknown field is a violation here); readers are tolerant.
Reasons are the codes that ingest uses, so what is refused here is named as it would be there.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from shared.clock import system_clock
from shared.contract.admissible import check_event, check_recorded, check_texts, unambiguous
from shared.contract.attributes import parse_json
from shared.contract.catalogue import event_class
from shared.contract.envelope import Envelope, shard_of
from shared.errors import ContractViolation
from shared.kafka.cloudevents import STRUCTURED_CONTENT_TYPE, from_record

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
RECORD_VALUES = ("value", "payload")
"""What dumps of Kafka records call the value; kcat says payload."""


class Row(NamedTuple):
    """One record of a file: its number (from 1) and its JSON text."""

    number: int
    content: bytes


class Violation(NamedTuple):
    """Why a row is not acceptable: a stable reason, and a sentence that is true of the row."""

    row: int
    reason: str
    detail: str


def rows_of(file: Path) -> Iterator[Row]:
    """The records of a file: JSON lines, or, where its name ends in .json, one document or array.

    Rows are numbered as an editor numbers lines; blank lines are passed over. Raises OSError, and
    ContractViolation `not-json` where a .json file cannot be read at all.
    """
    if file.suffix == ".json":
        document = parse_json(file.read_bytes().removeprefix(BYTE_ORDER_MARK))
        items = document if isinstance(document, list) else [document]
        yield from (Row(number, orjson.dumps(item)) for number, item in enumerate(items, 1))
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            content = (line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line).strip()
            if content:
                yield Row(number, content)


def check_row(row: Row, type_name: str | None = None) -> tuple[Envelope | None, list[Violation]]:
    """The event in a row and what is wrong with it (an empty list: nothing).

    A row is a structured CloudEvent, a dump of a Kafka record (`key`, `headers`, `value`), or,
    where `type_name` is given, the bare data of an event of that type. There is no envelope where
    the row is not even an event, or is bare data.
    """
    envelope: Envelope | None = None
    try:
        unambiguous(row.content)
        if type_name is not None:
            return None, _check_data(row, type_name, row.content, None)
        envelope = _envelope(row.content)
        _check_envelope(envelope)
        return envelope, _check_data(row, envelope.type, envelope.data, envelope)
    except ContractViolation as why:
        return envelope, [Violation(row.number, why.reason, why.detail)]


def _envelope(content: bytes) -> Envelope:
    document = parse_json(content)
    if not isinstance(document, dict):
        raise ContractViolation("not-cloudevents", "the row is not a JSON object")
    if _is_record(document):
        return from_record(*_record(document))
    return from_record(None, content, [("content-type", STRUCTURED_CONTENT_TYPE)])


def is_record(row: Row) -> bool:
    """Whether a row that was accepted is the dump of a Kafka record, and not a document."""
    return _is_record(parse_json(row.content))


def _is_record(document: Mapping[str, Any]) -> bool:
    return "specversion" not in document and "headers" in document


def _record(dump: Mapping[str, Any]) -> tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]:
    """Key, value and headers of a dumped record; `value` may be an object, text or base64."""
    key = dump.get("key")
    value = next((dump[name] for name in RECORD_VALUES if name in dump), None)
    if isinstance(value, dict):
        value = orjson.dumps(value)
    elif isinstance(value, str):
        value = _decoded(value) if dump.get("encoding") == "base64" else value.encode()
    elif value is not None:
        raise ContractViolation("not-json", f"the value is a {type(value).__name__}")
    headers = [(str(name), str(content).encode()) for name, content in _pairs(dump["headers"])]
    return None if key is None else str(key).encode(), value, headers


def _pairs(headers: Any) -> list[tuple[Any, Any]]:
    if isinstance(headers, dict):
        return list(headers.items())
    if isinstance(headers, list) and all(isinstance(pair, list) for pair in headers):
        return [(pair[0], pair[1]) for pair in headers if len(pair) == 2]
    if isinstance(headers, list):  # kcat -J: name, value, name, value, …
        return list(zip(headers[::2], headers[1::2], strict=False))
    raise ContractViolation("not-cloudevents", "headers are neither an object nor a list")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as why:
        raise ContractViolation("not-json", f"the value is not base64: {why}") from why


def _check_envelope(envelope: Envelope) -> None:
    if not envelope.stream.startswith(f"{envelope.org_id}/"):
        raise ContractViolation(
            "stream-not-of-union", f"stream {envelope.stream!r}, union {envelope.org_id!r}"
        )
    if envelope.shard is not None and envelope.shard != shard_of(envelope.stream):
        raise ContractViolation(
            "wrong-shard", f"{envelope.stream!r} belongs to shard {shard_of(envelope.stream)}"
        )


def _check_data(
    row: Row, type_name: str, data: bytes, envelope: Envelope | None
) -> list[Violation]:
    """What is wrong with the data. Raises ContractViolation for what `admissible` refuses."""
    try:
        event = event_class(type_name).model_validate_json(data)
    except ValidationError as why:
        return [_data_violation(row, error) for error in why.errors(include_url=False)]
    if envelope is not None and event.org_id != envelope.org_id:
        detail = f"orgid {envelope.org_id!r}, but data says {event.org_id!r}"
        return [Violation(row.number, "attribute-invalid", detail)]
    if envelope is not None and event.stream_of() != envelope.stream:
        detail = f"stream {envelope.stream!r}, but by its data {event.stream_of()!r}"
        return [Violation(row.number, "stream-not-of-event", detail)]
    this_year = system_clock().year
    recorded_at = system_clock() if envelope is None else envelope.recorded_at
    check_recorded(recorded_at, this_year)
    check_event(type_name, event, recorded_at.year)
    check_texts(unambiguous(data), "/data")
    return []


def _data_violation(row: Row, error: Mapping[str, Any]) -> Violation:
    place = ".".join(map(str, error["loc"])) or "data"
    if error["type"] == "extra_forbidden":
        return Violation(row.number, "unknown-field", f"{place}: the type has no such field")
    return Violation(row.number, "invalid-data", f"{place}: {error['msg']}")
