"""CloudEvents attributes, checked one by one: the slow way, which alone refuses and says why.

Anything that is not an acceptable event raises ContractViolation with a stable reason, never
another exception. `decoders.py` is the fast way; it accepts what is accepted here, and less.
"""

import base64
import binascii
import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import orjson

from shared.contract.document import DOCUMENT_BYTES_MAX
from shared.contract.envelope import Envelope
from shared.contract.instants import LEAP_SECOND
from shared.errors import ContractViolation

REQUIRED = ("id", "source", "type", "subject", "time", "orgid", "actor")
TEXTS = (*REQUIRED, "role", "correlationid", "causationid", "salt")
"""Attributes kept as text; extensions we do not know are passed over, whatever they hold."""

ATTRIBUTE_CHARS_MAX = 500
"""Longer than any name of ours, shorter than what an index of PostgreSQL can hold."""

CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""CloudEvents 1.0.2 §type-system forbids these in a String; NUL is none of PostgreSQL's text."""

INT32_MAX = 2**31 - 1

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID = re.compile(f"[0-7][{CROCKFORD}]{{25}}", re.IGNORECASE | re.ASCII)
"""26 digits in base 32, the first of which holds three bits: 128 in all."""


def check_size(document: bytes) -> None:
    """Raise ContractViolation `document-too-large`."""
    if len(document) > DOCUMENT_BYTES_MAX:
        raise ContractViolation(
            "document-too-large",
            f"{len(document)} bytes, at most {DOCUMENT_BYTES_MAX}: cut the event in pieces",
        )


def envelope_of_document(document: bytes) -> Envelope:
    """The envelope of a structured CloudEvent. Raises ContractViolation: not-json, not-cloudevents,
    attribute-missing, attribute-invalid."""
    parsed = parse_json(document)
    if not isinstance(parsed, dict):
        raise ContractViolation("not-cloudevents", "structured mode needs a JSON object")
    data, encoded = parsed.pop("data", None), parsed.pop("data_base64", None)
    try:
        content = (
            orjson.dumps(data) if encoded is None else base64.b64decode(encoded, validate=True)
        )
    except (orjson.JSONEncodeError, binascii.Error, TypeError, ValueError) as why:
        raise ContractViolation("not-json", f"the data cannot be read: {why}") from why
    if not isinstance(data if encoded is None else parse_json(content), dict):
        raise ContractViolation("not-cloudevents", "structured mode needs an object as its data")
    attributes = {n: _canonical(n, v) for n, v in parsed.items() if v is not None}
    return envelope_of(attributes, content)


def _canonical(name: str, value: Any) -> str:
    """The canonical text of an attribute of JSON format: a string, an integer or a boolean."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise ContractViolation("attribute-invalid", f"{name[:40]!r} is a JSON {type(value).__name__}")


def parse_json(value: bytes) -> Any:
    """The JSON in `value` (RFC 8259: no NaN, no lone surrogate, bounded nesting).

    Raises ContractViolation `not-json`.
    """
    try:
        return orjson.loads(value)
    except (orjson.JSONDecodeError, RecursionError) as why:
        raise ContractViolation("not-json", str(why)) from why


def envelope_of(attributes: Mapping[str, str], data: bytes) -> Envelope:
    """An envelope from CloudEvents attributes. Raises ContractViolation."""
    if attributes.get("specversion") not in ("1.0", "1.0.2"):
        raise ContractViolation(
            "not-cloudevents", f"specversion {attributes.get('specversion')!r}, this reads 1.0"
        )
    missing = [name for name in REQUIRED if not attributes.get(name)]
    if missing:
        raise ContractViolation("attribute-missing", f"no attribute {', '.join(missing)}")
    _check_texts(attributes)
    recorded_at = _instant(attributes["time"])
    return Envelope(
        event_id=event_id_of(attributes["id"]),
        source=attributes["source"],
        type=attributes["type"],
        stream=attributes["subject"],
        stream_version=_number(attributes, "streamversion", INT32_MAX) or 0,
        org_id=attributes["orgid"],
        recorded_at=recorded_at,
        actor=attributes["actor"],
        role=attributes.get("role", ""),
        correlation_id=attributes.get("correlationid", ""),
        causation_id=attributes.get("causationid", ""),
        simulated=_boolean(attributes, "simulated"),
        epoch=0,
        data=data,
        salt=attributes.get("salt", ""),
    )


def event_id_of(text: str) -> UUID:
    """The id of an event: a UUID (RFC 9562), or a ULID, which writes the same 128 bits in base 32.

    Raises ContractViolation `attribute-invalid`.
    """
    if ULID.fullmatch(text):
        bits = 0
        for letter in text.upper():
            bits = bits * 32 + CROCKFORD.index(letter)
        return UUID(int=bits)
    with contextlib.suppress(ValueError):
        return UUID(text)
    raise ContractViolation("attribute-invalid", f"id {text[:60]!r} is no UUID and no ULID")


def _instant(text: str) -> datetime:
    """An instant, read as `decoders` reads it: RFC 3339, its second rounded to six digits, and an
    offset without its colon, which `admissible` refuses to whoever says it anew."""
    with contextlib.suppress(msgspec.ValidationError, OverflowError):
        moment: datetime = msgspec.convert(text, datetime)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    if LEAP_SECOND.fullmatch(text):
        raise ContractViolation("leap-second", f"time {text[:40]!r}: state the second after it")
    raise ContractViolation("attribute-invalid", f"time {text[:40]!r} is not RFC 3339")


def _check_texts(attributes: Mapping[str, str]) -> None:
    for name in TEXTS:
        text = attributes.get(name, "")
        if len(text) > ATTRIBUTE_CHARS_MAX:
            detail = f"{name} has {len(text)} characters, at most {ATTRIBUTE_CHARS_MAX}"
            raise ContractViolation("attribute-invalid", detail)
        if CONTROL_CHARACTER.search(text):
            detail = f"{name} {text[:40]!r} holds a control character"
            raise ContractViolation("attribute-invalid", detail)


def _boolean(attributes: Mapping[str, str], name: str) -> bool:
    """Absent is false; the letters' case is free, for SDKs that write Python's `True`."""
    text = attributes.get(name, "").lower()
    if text not in ("", "false", "true"):
        raise ContractViolation("attribute-invalid", f"{name} {text[:40]!r} is not a boolean")
    return text == "true"


def _number(attributes: Mapping[str, str], name: str, largest: int) -> int | None:
    text = attributes.get(name)
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 19:
        number = int(text)
        if number <= largest:
            return number
    raise ContractViolation(
        "attribute-invalid", f"{name} {text[:40]!r} is not a number from 0 to {largest}"
    )
