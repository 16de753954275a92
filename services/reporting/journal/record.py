"""What reporting holds of an event: its origin, its exact bytes, its place in the journal."""

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from shared.contract.envelope import DomainEvent, Envelope

NULL = (-1).to_bytes(4, signed=True)
"""The length of a null value."""


NAMES_MAX, NAMES_CHARS_MAX = 64, 1000
"""Header names of a record, and their characters: more are not cached, or a stranger could fill our
memory."""


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
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes | None


StreamKey = tuple[str, str]
"""(source, stream): a stream's name means something only together with its source."""


class Decoded(NamedTuple):
    """A record that is an event its topic may carry.

    `document` is the event's; where the record came in binary mode it is not the record's value,
    and `structured` is False. `retried`: it comes from quarantine, where its place in the shard's
    sequence was kept.
    """

    raw: Raw
    envelope: Envelope
    event: DomainEvent
    document: bytes
    leaf: bytes
    sequenced: bool
    structured: bool = True
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

    @property
    def opens_stream(self) -> bool:
        """Whether it is the first of its stream, so that no row of the stream can stand.

        Of a source that numbers its shards: its store has one first version of a stream, and where
        a restore lost it, nothing new of the stream is applied on top (`ahead_of_owner`).
        """
        return self.provable and self.envelope.stream_version == 1


def pack_headers(headers: Iterable[tuple[str, bytes | None]]) -> bytes:
    """Kafka headers as bytes, each name and value length-prefixed (big-endian 32 bit; -1: null).

    A name that is not UTF-8 is packed as the bytes that it was (PEP 383)."""
    pairs = list(headers)
    try:
        names, values = zip(*pairs, strict=True)
        if len(names) > NAMES_MAX or len("".join(names)) > NAMES_CHARS_MAX:
            raise ValueError("no names to remember")
        return _packing(names, tuple(map(len, values))) % values
    except (TypeError, ValueError):  # none at all, a null among them, or a stranger's long names
        pass
    parts: list[bytes] = []
    for name, value in pairs:
        encoded = name.encode(errors="surrogateescape")
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
        encoded = name.encode(errors="surrogateescape")
        prefix = len(encoded).to_bytes(4) + encoded + length.to_bytes(4)
        parts += (prefix.replace(b"%", b"%%"), b"%b")
    return b"".join(parts)


def unpack_headers(packed: bytes) -> list[tuple[str, bytes | None]]:
    """The headers that `pack_headers` packed."""
    headers: list[tuple[str, bytes | None]] = []
    at = 0
    fields: list[bytes | None] = []
    while at < len(packed):
        (length,) = struct.unpack_from(">i", packed, at)
        at += 4
        fields.append(packed[at : at + length] if length >= 0 else None)
        at += max(length, 0)
    for name, value in zip(fields[::2], fields[1::2], strict=True):
        headers.append(((name or b"").decode(errors="surrogateescape"), value))
    return headers


def pack_record(raw: Raw) -> bytes:
    """Key, value and headers of a record as one value: what arrived in binary mode, to the byte."""
    return pack_headers([("key", raw.key), ("value", raw.value), *raw.headers])
