"""Events on Kafka: CloudEvents 1.0.2 Kafka binding, binary mode written, structured mode accepted.

The value of a record is the event's exact bytes as stored; headers carry the rest. Anything that is
not an acceptable event raises ContractViolation with a stable reason, never another exception.
"""

import base64
import binascii
import contextlib
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from asyncpg.pgproto.pgproto import UUID as FastUUID  # a UUID too, made in a tenth of the time

from shared.contract.envelope import SHARDS, Envelope
from shared.errors import ContractViolation

Headers = Collection[tuple[str, bytes | None]]

SPEC_VERSION = "1.0"
BINARY_CONTENT_TYPE = b"application/json"
STRUCTURED_CONTENT_TYPE = b"application/cloudevents+json"
REQUIRED = ("id", "source", "type", "subject", "time", "orgid", "actor")
TEXTS = (*REQUIRED, "role", "correlationid", "causationid")
"""Attributes kept as text; extensions we do not know are passed over, whatever they hold."""

VALUE_BYTES_MAX = 1_000_000
ATTRIBUTE_CHARS_MAX = 500
"""Longer than any name of ours, shorter than what an index of PostgreSQL can hold."""

CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""CloudEvents 1.0.2 §type-system forbids these in a String; NUL is none of PostgreSQL's text."""

INT32_MAX = 2**31 - 1
SEQUENCE_MAX = 10**17
PRINTABLE = bytes(range(0x20, 0x7F))
"""The characters of ASCII that are no control characters."""

PICKED = (
    "content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject",
    "ce_streamversion", "ce_orgid", "ce_time", "ce_actor", "ce_role", "ce_correlationid",
    "ce_causationid", "ce_simulated", "ce_epoch", "ce_shard", "ce_shardsequence",
)  # fmt: skip
"""The headers that `_relayed` picks, in its order."""

FIRST_HEADERS = (("content-type", BINARY_CONTENT_TYPE), ("ce_specversion", SPEC_VERSION.encode()))


class Record(NamedTuple):
    """A Kafka record as we write it."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def to_record(envelope: Envelope) -> Record:
    """The record of an event, binary mode; the same event always gives the same bytes."""
    stream = envelope.stream.encode()
    shard, sequence = envelope.shard, envelope.shard_sequence
    headers = [
        *FIRST_HEADERS,
        ("ce_id", str(envelope.event_id).encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_subject", stream),
        ("ce_time", _rfc3339(envelope.recorded_at)),
        ("ce_partitionkey", stream),
        ("ce_streamversion", b"%d" % envelope.stream_version),
        ("ce_orgid", envelope.org_id.encode()),
        ("ce_actor", envelope.actor.encode()),
        ("ce_role", envelope.role.encode()),
        ("ce_correlationid", envelope.correlation_id.encode()),
        ("ce_causationid", envelope.causation_id.encode()),
        ("ce_simulated", b"true" if envelope.simulated else b""),
        ("ce_epoch", b"%d" % envelope.epoch),
        ("ce_shard", b"" if shard is None else b"%d" % shard),
        ("ce_shardsequence", b"" if sequence is None else b"%d" % sequence),
    ]
    return Record(stream, envelope.data, [header for header in headers if header[1]])


def _rfc3339(moment: datetime) -> bytes:
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat().encode().replace(b"+00:00", b"Z")


def from_record(key: bytes | None, value: bytes | None, headers: Headers) -> Envelope:
    """The event in a record. Raises ContractViolation: no-value, too-large, not-cloudevents,
    not-json, attribute-missing, attribute-invalid, key-not-subject.

    In binary mode the value is only seen to begin as an object; whether it is one, and of the
    type's shape, the event's model tells."""
    return _relayed(key, value, headers) or _arrived(key, value, headers)


def _relayed(key: bytes | None, value: bytes | None, headers: Headers) -> Envelope | None:
    """The short way, for what `to_record` writes in ASCII for a sequenced source: all headers are
    decoded at once and picked by place. None: take the long way, which alone refuses."""
    if not value or len(value) > VALUE_BYTES_MAX or not value.startswith(b"{"):
        return None
    try:
        names, values = zip(*headers, strict=True)
        joined = b"|".join(values)
        text = joined.decode("ascii")
        (
            content,
            spec,
            event_id,
            source,
            type_,
            stream,
            version,
            org_id,
            time,
            actor,
            role,
            correlation_id,
            causation_id,
            simulated,
            epoch,
            shard,
            sequence,
        ) = _picker(names)([*text.split("|"), ""])
        envelope = Envelope(
            FastUUID(event_id),
            source,
            type_,
            stream,
            int(version),
            org_id,
            datetime.fromisoformat(time),
            actor,
            role,
            correlation_id,
            causation_id,
            simulated == "true",
            int(epoch),
            value,
            int(shard),
            int(sequence),
        )
    except (TypeError, ValueError):  # an empty or null header, another alphabet, no number, …
        return None
    usual = (
        text.count("|") == len(names) - 1
        and len(text) <= ATTRIBUTE_CHARS_MAX
        and not joined.translate(None, PRINTABLE)
        and content == "application/json"
        and spec == SPEC_VERSION
        and (source and type_ and stream and org_id and actor)
        and simulated in ("", "true", "false")
        and envelope.recorded_at.tzinfo is UTC
        and f"{version}{epoch}{shard}{sequence}".isdigit()
        and envelope.stream_version <= INT32_MAX
        and envelope.epoch <= INT32_MAX
        and int(shard) < SHARDS
        and int(sequence) <= SEQUENCE_MAX
        and (key is None or key == stream.encode())
    )
    return envelope if usual else None


@lru_cache(maxsize=64)
def _picker(names: tuple[str, ...]) -> Callable[[list[str]], tuple[str, ...]]:
    """Picks PICKED from texts in the order of `names`; the last text stands for what is absent."""
    if len(names) > len(PICKED) + 1:  # and `ce_partitionkey`
        raise ValueError("no relay of ours writes so many")
    places = {name: at for at, name in enumerate(names)}
    return itemgetter(*(places.get(name, -1) for name in PICKED))


def _arrived(key: bytes | None, value: bytes | None, headers: Headers) -> Envelope:
    """The long way: whatever arrives is an event, or refused with its reason."""
    if value is None or value == b"":
        raise ContractViolation("no-value", "no value: an event is never a tombstone")
    if len(value) > VALUE_BYTES_MAX:
        raise ContractViolation("too-large", f"{len(value)} bytes, at most {VALUE_BYTES_MAX}")
    named = dict(headers)
    content_type = (named.get("content-type") or b"").split(b";")[0].strip().lower()
    if content_type == STRUCTURED_CONTENT_TYPE:
        attributes, data = _structured(value)
    elif "ce_specversion" in named:
        attributes, data = _binary(named, value)
    else:
        raise ContractViolation(
            "not-cloudevents", "neither a ce_specversion header nor application/cloudevents+json"
        )
    envelope = envelope_of(attributes, data)
    if key is not None and key != envelope.stream.encode():
        raise ContractViolation(
            "key-not-subject", f"the key is {key[:80]!r}, the subject {envelope.stream!r}"
        )
    return envelope


def _binary(headers: Mapping[str, bytes | None], value: bytes) -> tuple[dict[str, str], bytes]:
    try:
        attributes = {n[3:]: v.decode() for n, v in headers.items() if v and n[:3] == "ce_"}
    except UnicodeDecodeError as why:
        raise ContractViolation("attribute-invalid", f"a header is not UTF-8: {why}") from why
    if not value.lstrip().startswith(b"{"):
        raise ContractViolation("not-json", "the value is not a JSON object")
    return attributes, value


def _structured(value: bytes) -> tuple[dict[str, str], bytes]:
    document = parse_json(value)
    if not isinstance(document, dict):
        raise ContractViolation("not-cloudevents", "structured mode needs a JSON object")
    data, encoded = document.pop("data", None), document.pop("data_base64", None)
    try:
        content = (
            orjson.dumps(data) if encoded is None else base64.b64decode(encoded, validate=True)
        )
    except (orjson.JSONEncodeError, binascii.Error, TypeError, ValueError) as why:
        raise ContractViolation("not-json", f"the data cannot be read: {why}") from why
    if not isinstance(data if encoded is None else parse_json(content), dict):
        raise ContractViolation("not-cloudevents", "structured mode needs an object as its data")
    return {n: _canonical(n, v) for n, v in document.items() if v is not None}, content


def _canonical(name: str, value: Any) -> str:
    """The canonical text of an attribute of JSON format: a string, an integer or a boolean."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise ContractViolation("attribute-invalid", f"{name} is a JSON {type(value).__name__}")


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
    event_id: UUID | None = None
    with contextlib.suppress(ValueError):
        event_id = UUID(attributes["id"])
    if event_id is None:
        raise ContractViolation("attribute-invalid", f"id {attributes['id'][:60]!r} is not a UUID")
    return Envelope(
        event_id=event_id,
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
        epoch=_number(attributes, "epoch", INT32_MAX) or 0,
        data=data,
        shard=_number(attributes, "shard", SHARDS - 1),
        shard_sequence=_number(attributes, "shardsequence", SEQUENCE_MAX),
    )


def _instant(text: str) -> datetime:
    with contextlib.suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise ContractViolation("attribute-invalid", f"time {text[:40]!r} is not RFC 3339")


def _check_texts(attributes: Mapping[str, str]) -> None:
    everything = "".join(attributes.values())
    if len(everything) <= ATTRIBUTE_CHARS_MAX and everything.isprintable():
        return  # nearly every record: this is on the path of each
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
