"""What reporting holds of an event: its origin, its exact bytes, its place in the journal."""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from shared.contract.envelope import DomainEvent, Envelope

LEAF_PREFIX = b"\x00"
"""RFC 6962 §2.1: a leaf is hashed with 0x00 before it, so that it can never pass for a node."""

NULL = (-1).to_bytes(4, signed=True)
"""The length of a null value."""


SHORT = tuple(length.to_bytes(4).decode("ascii") for length in range(128))
"""Lengths as they stand before a text, themselves as texts, so that all is encoded at once."""


NAMES_CHARS_MAX = 1000
"""Of all header names of a record; with longer ones a stranger could fill our memory."""


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


StreamKey = tuple[str, str]
"""(source, stream): a stream's name means something only together with its source."""


class Decoded(NamedTuple):
    """A record that is an event its topic may carry.

    `retried`: it comes from quarantine, where its place in the shard's sequence was kept.
    """

    raw: Raw
    envelope: Envelope
    event: DomainEvent
    leaf: bytes
    sequenced: bool
    retried: bool = False

    @property
    def stream_key(self) -> StreamKey:
        """Its stream: a name means something only together with its source."""
        return self.envelope.source, self.envelope.stream


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
    pairs = list(headers)
    try:
        names, values = zip(*pairs, strict=True)
        if len("".join(names)) > NAMES_CHARS_MAX:
            raise ValueError("no names to remember")
        return _packing(names, tuple(map(len, values))) % values
    except (TypeError, ValueError):  # none at all, a null among them, or a stranger's long names
        pass
    parts: list[bytes] = []
    for name, value in pairs:
        encoded = name.encode()
        if value is None:
            parts += (len(encoded).to_bytes(4), encoded, NULL)
        else:
            parts += (len(encoded).to_bytes(4), encoded, len(value).to_bytes(4), value)
    return b"".join(parts)


@lru_cache(maxsize=4096)
def _packing(names: tuple[str, ...], lengths: tuple[int, ...]) -> bytes:
    """What `pack_headers` makes of values of these lengths, with `%b` where a value goes: records
    of one publisher have the same names, and values of few lengths (8 µs a record, now 2)."""
    parts: list[bytes] = []
    for name, length in zip(names, lengths, strict=True):
        encoded = name.encode()
        prefix = len(encoded).to_bytes(4) + encoded + length.to_bytes(4)
        parts += (prefix.replace(b"%", b"%%"), b"%b")
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
        str(envelope.event_id),
        envelope.source,
        envelope.type,
        envelope.stream,
        str(envelope.stream_version),
        envelope.org_id,
        envelope.recorded_at.isoformat(),
        envelope.actor,
        envelope.role,
        envelope.correlation_id,
        envelope.causation_id,
        str(envelope.simulated),
    )
    data = envelope.data
    return hashlib.sha256(
        b"".join((LEAF_PREFIX, _prefixed(texts), len(data).to_bytes(4), data))
    ).digest()


def _prefixed(texts: tuple[str, ...]) -> bytes:
    """Twelve texts as UTF-8, each after its length in bytes (big-endian 32 bit)."""
    a, b, c, d, e, f, g, h, i, j, k, m = texts
    n = SHORT
    try:  # in one go, where none is long and all are ASCII: as nearly every record's
        return (
            f"{n[len(a)]}{a}{n[len(b)]}{b}{n[len(c)]}{c}{n[len(d)]}{d}{n[len(e)]}{e}{n[len(f)]}{f}"
            f"{n[len(g)]}{g}{n[len(h)]}{h}{n[len(i)]}{i}{n[len(j)]}{j}{n[len(k)]}{k}{n[len(m)]}{m}"
        ).encode("ascii")
    except (IndexError, UnicodeEncodeError):
        encoded = [text.encode() for text in texts]
        return b"".join([part for text in encoded for part in (len(text).to_bytes(4), text)])
