"""Whether records meet the published contract, checked without a broker and without a stack.

Closed, as a producer's record must be (an unknown field is a violation here); readers are tolerant.
Reasons are the codes that ingest uses, so what is refused here is named as it would be there.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import orjson
from pydantic import ValidationError

from shared.clock import system_clock
from shared.contract.admissible import check_event, check_texts, unambiguous
from shared.contract.attributes import parse_json
from shared.contract.catalogue import NUMBERED, event_class
from shared.contract.consistent import check_consistent
from shared.contract.decoders import decode_event
from shared.contract.document import leaf_hash
from shared.contract.envelope import DomainEvent, Envelope
from shared.contract.succession import Succession
from shared.errors import ContractViolation
from shared.kafka.acceptance import judge
from shared.kafka.cloudevents import STRUCTURED_CONTENT_TYPE, Arrived, arrived

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
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


class Checked(NamedTuple):
    """A row, its event if it has one that can be read, and what is wrong with it. `again`: an
    earlier row is the same to the byte, so it counts once."""

    row: Row
    envelope: Envelope | None
    violations: list[Violation]
    again: bool = False


def rows_of(file: Path) -> Iterator[Row]:
    """The records of a file: JSON lines, or, where its name ends in .json, one document or array.

    Rows are numbered as an editor numbers lines; blank lines are passed over, and so is a byte
    order mark at either end of a line, as joined files have it. Raises OSError, and
    ContractViolation `not-json` where a file cannot be read at all.
    """
    with file.open("rb") as opened:
        if opened.read(2) in UTF_16_MARKS:
            raise ContractViolation("not-json", "the file is UTF-16: JSON is UTF-8 (RFC 8259 §8.1)")
    if file.suffix == ".json":
        document = file.read_bytes().removeprefix(BYTE_ORDER_MARK)
        yield from (Row(number, item) for number, item in enumerate(_items(document), 1))
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            content = line.strip().removeprefix(BYTE_ORDER_MARK).removesuffix(BYTE_ORDER_MARK)
            if content := content.strip():
                yield Row(number, content)


def _items(document: bytes) -> Iterator[bytes]:
    """The documents of a .json file: on one line each, or as they are where a key stands twice."""
    items = [document]
    if isinstance(parse_json(document), list):
        items = [bytes(item) for item in msgspec.json.decode(document, type=list[msgspec.Raw])]
    for item in items:
        try:
            unambiguous(item)
        except ContractViolation:
            yield item
        else:
            yield orjson.dumps(parse_json(item))


def check_rows(
    rows: Iterable[Row], type_name: str | None = None, *, continues: bool = False
) -> Iterator[Checked]:
    """Each row with its event and what is wrong with it, in the order of the file.

    What a row may say beside those before it is asked as ingest asks it (`succession`): as if
    nothing had been published before, or, where the file `continues`, as if anything had been.
    """
    succession = Succession({}, {}, {}, continues=continues)
    for row in rows:
        yield check_beside(row, succession, type_name)


def check_beside(row: Row, succession: Succession, type_name: str | None = None) -> Checked:
    """A row beside what `succession` has heard, which hears it where nothing is wrong with it."""
    found, violations = _check(row, type_name)
    if found is None:
        if violations:
            succession.refused(None)
        return Checked(row, None, violations)
    envelope = found.envelope
    if violations or found.event is None or envelope.source in NUMBERED:
        if violations:
            succession.refused(envelope)
        return Checked(row, envelope, violations)
    try:
        if succession.check(envelope, found.event, found.leaf):
            succession.hear(envelope, found.event, found.leaf)
            return Checked(row, envelope, [])
    except ContractViolation as why:
        succession.refused(envelope)
        return Checked(row, envelope, [Violation(row.number, why.reason, why.detail)])
    return Checked(row, envelope, [], again=True)


def check_row(row: Row, type_name: str | None = None) -> tuple[Envelope | None, list[Violation]]:
    """The event in a row and what is wrong with it alone (an empty list: nothing).

    A row is a structured CloudEvent, a dump of a Kafka record (`key`, `headers`, `value`), or,
    where `type_name` is given, the bare data of an event of that type. There is no envelope where
    the row is not even an event, or is bare data.
    """
    found, violations = _check(row, type_name)
    return found and found.envelope, violations


class _Found(NamedTuple):
    """The event in a row; `event` is None where its data is none."""

    envelope: Envelope
    event: DomainEvent | None
    leaf: bytes


def _check(row: Row, type_name: str | None) -> tuple[_Found | None, list[Violation]]:
    found: _Found | None = None
    try:
        if type_name is not None:
            return None, _check_bare(row, type_name)
        arrived = _arrived(row.content)
        found = _Found(arrived.envelope, None, leaf_hash(arrived.document))
        event = judge(arrived.envelope, arrived.document, this_year=system_clock().year)
        found = found._replace(event=event)
        return found, _unknown_fields(row, arrived.envelope)
    except ContractViolation as why:
        return found, [Violation(row.number, why.reason, why.detail)]
    except ValidationError:
        assert found is not None
        return found, _data_violations(row, found.envelope.type, found.envelope.data)
    except (ValueError, RecursionError) as why:
        return found, [Violation(row.number, "undecodable", str(why)[:200])]


def _arrived(content: bytes) -> Arrived:
    """The event in a row, read as ingest reads it."""
    document = parse_json(content)
    if not isinstance(document, dict):
        raise ContractViolation("not-cloudevents", "the row is not a JSON object")
    if not _is_record(document):
        return arrived(None, content, [("content-type", STRUCTURED_CONTENT_TYPE)], sequenced=False)
    unambiguous(content)  # the dump itself; what it holds is judged as any other
    record = _record(document)
    found = arrived(*record, sequenced=False)
    return arrived(*record, sequenced=True) if found.envelope.source in NUMBERED else found


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


def _check_bare(row: Row, type_name: str) -> list[Violation]:
    """What is wrong with bare data. Raises ContractViolation for what `admissible` refuses."""
    event_class(type_name)
    said = unambiguous(row.content)
    violations = _data_violations(row, type_name, row.content)
    if violations:
        return violations
    event = decode_event(type_name, row.content)
    check_event(type_name, event, system_clock().year)
    check_texts(said, "/data")
    check_consistent(type_name, event)
    return []


def _unknown_fields(row: Row, envelope: Envelope) -> list[Violation]:
    """Fields that the type does not have: readers pass them over, and a writer means something."""
    return _data_violations(row, envelope.type, envelope.data)


def _data_violations(row: Row, type_name: str, data: bytes) -> list[Violation]:
    """Every field at fault at once."""
    try:
        event_class(type_name).model_validate_json(data)
    except ValidationError as why:
        return [_data_violation(row, error) for error in why.errors(include_url=False)]
    return []


def _data_violation(row: Row, error: Mapping[str, Any]) -> Violation:
    place = ".".join(map(str, error["loc"])) or "data"
    if error["type"] == "extra_forbidden":
        return Violation(row.number, "unknown-field", f"{place}: the type has no such field")
    return Violation(row.number, "invalid-data", f"{place}: {error['msg']}")
