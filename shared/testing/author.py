"""Envelopes as a context would publish them, for tests that need no service."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.contract.catalogue import source_of
from shared.contract.document import document_of
from shared.contract.envelope import DomainEvent, Envelope, shard_of
from shared.eventstore.event_ids import uuid7
from shared.kafka.cloudevents import Record

MOMENT = datetime(2022, 9, 1, 8, 0, tzinfo=UTC)


class Author:
    """Writes envelopes of one source with right stream versions and dense shard sequences."""

    def __init__(self, context: str = "benefits", source: str | None = None) -> None:
        self.source = source or source_of(context)
        self.sequenced = source is None
        self._versions: Counter[str] = Counter()
        self._sequences: Counter[int] = Counter()
        self._epoch = 1

    def write(self, stream: str, event: DomainEvent, **changes: Any) -> Envelope:
        """The next envelope of a stream; `changes` override its fields."""
        shard = shard_of(stream)
        self._versions[stream] += 1
        self._sequences[shard] += 1
        event_id = uuid7()
        envelope = Envelope(
            event_id=event_id,
            source=self.source,
            type=event.type_name(),
            stream=stream,
            stream_version=self._versions[stream],
            org_id=event.org_id,
            recorded_at=MOMENT,
            actor="clerk-1",
            role="clerk",
            correlation_id="test",
            causation_id="",
            simulated=False,
            epoch=self._epoch if self.sequenced else 0,
            data=event.model_dump_json(exclude_none=True).encode(),
            shard=shard if self.sequenced else None,
            shard_sequence=self._sequences[shard] if self.sequenced else None,
            salt=event_id.hex if self.sequenced else "",
        )
        return envelope._replace(**changes)

    def restore(self, *kept: Envelope) -> None:
        """Go back to where only `kept` was written, in a new epoch."""
        self._epoch += 1
        self._versions = Counter(envelope.stream for envelope in kept)
        self._sequences = Counter(envelope.shard or 0 for envelope in kept)


def in_binary_mode(envelope: Envelope) -> Record:
    """The record of an event as an outside source's SDK writes it in binary mode."""
    attributes = orjson.loads(document_of(envelope))
    data = orjson.dumps(attributes.pop("data"))
    headers = [("content-type", b"application/json")]
    headers += [(f"ce_{name}", _canonical(value).encode()) for name, value in attributes.items()]
    return Record(envelope.stream.encode(), data, headers)


def _canonical(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
