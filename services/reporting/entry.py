"""What reporting holds of an event: its origin, its exact bytes, its place in the journal."""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from shared.contract.envelope import DomainEvent, Envelope

LEAF_PREFIX = b"\x00"
"""RFC 6962 §2.1: a leaf is hashed with 0x00 before it, so that it can never pass for a node."""

NULL = (-1).to_bytes(4, signed=True)
"""The length of a null value."""


class Origin(NamedTuple):
    """Where a record was read: offsets mean nothing without their cluster and topic ids."""

    cluster_id: str
    topic_id: UUID
    topic: str
    partition: int
    offset: int


class Raw(NamedTuple):
    """A record as Kafka gave it: exact bytes of key, headers and value."""

    origin: Origin
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None


class Entry(NamedTuple):
    """An accepted event at its `log_index`; projections fold these and see nothing else.

    `provable` is False for a source that numbers no shards: completeness cannot be shown.
    """

    log_index: int
    envelope: Envelope
    event: DomainEvent
    provable: bool


def pack_headers(headers: Iterable[tuple[str, bytes | None]]) -> bytes:
    """Kafka headers as bytes, each name and value length-prefixed (big-endian 32 bit; -1: null)."""
    parts: list[bytes] = []
    for name, value in headers:
        encoded = name.encode()
        if value is None:
            parts += (len(encoded).to_bytes(4), encoded, NULL)
        else:
            parts += (len(encoded).to_bytes(4), encoded, len(value).to_bytes(4), value)
    return b"".join(parts)


def unpack_headers(packed: bytes) -> list[tuple[str, bytes]]:
    """The headers that `pack_headers` packed; a null value comes back as empty bytes."""
    headers: list[tuple[str, bytes]] = []
    at = 0
    fields: list[bytes] = []
    while at < len(packed):
        (length,) = struct.unpack_from(">i", packed, at)
        at += 4
        fields.append(packed[at : at + max(length, 0)])
        at += max(length, 0)
    for name, value in zip(fields[::2], fields[1::2], strict=True):
        headers.append((name.decode(), value))
    return headers


def leaf_hash(envelope: Envelope) -> bytes:
    """SHA-256 over 0x00 and every field that makes the event what it is, length-prefixed.

    Shard sequence and epoch are left out: they tell how the event travelled, and a republished
    event must hash the same.
    """
    texts = (
        str(envelope.event_id), envelope.source, envelope.type, envelope.stream,
        str(envelope.stream_version), envelope.org_id, envelope.recorded_at.isoformat(),
        envelope.actor, envelope.role, envelope.correlation_id, envelope.causation_id,
        str(envelope.simulated),
    )  # fmt: skip
    parts = [LEAF_PREFIX]
    for text in texts:
        encoded = text.encode()
        parts += (len(encoded).to_bytes(4), encoded)
    parts += (len(envelope.data).to_bytes(4), envelope.data)
    return hashlib.sha256(b"".join(parts)).digest()
