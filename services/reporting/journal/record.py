"""What reporting holds of an event: its origin, its exact bytes, its place in the journal."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from shared.contract.envelope import DomainEvent, Envelope
from shared.kafka.packing import packed


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


def pack_record(raw: Raw) -> bytes:
    """Key, value and headers of a record as one value: what arrived in binary mode, to the byte."""
    return packed(raw.key, raw.value, raw.headers)
