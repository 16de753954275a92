"""A record as a replica reads it: where it stood, its bytes, and what it says."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from shared.clock import system_clock
from shared.contract.envelope import Envelope
from shared.kafka.acceptance import Accepted, Publisher, Record, Rejected, accept
from shared.kafka.packing import content_hash, pack_headers, unpack_headers


class Read(NamedTuple):
    """A record at its partition and offset, and what it says. `since` (UTC): when it was parked,
    where it waited behind a gap."""

    record: Record
    partition: int
    offset: int
    said: Accepted | Rejected
    since: datetime | None = None

    @property
    def envelope(self) -> Envelope | None:
        """Its envelope, where it has one that can be read."""
        return self.said.envelope

    @property
    def content(self) -> bytes:
        """The hash of what it holds, wherever it stood."""
        return content_hash(self.record.key, self.record.value, self.record.headers)


class Reader:
    """Reads records of one topic, by what its publisher may say."""

    def __init__(self, topic: str, publisher: Publisher, *, allow_simulated: bool) -> None:
        self.topic, self.publisher, self.allow_simulated = topic, publisher, allow_simulated

    def read(self, consumed: Iterable[Any]) -> list[Read]:
        """What Kafka's consumer gave, read."""
        return [
            self._read(Record(self.topic, r.key, r.value, r.headers), r.partition, r.offset)
            for r in consumed
        ]

    def read_rows(self, rows: Iterable[Any], *, parked: bool = False) -> list[Read]:
        """Records kept in rows (`columns`), read again; of parked ones, since when they wait."""
        return [
            self._read(
                Record(self.topic, row["key"], row["value"], unpack_headers(row["headers"])),
                row["partition"],
                row["kafka_offset"],
            )._replace(since=row["parked_at"] if parked else None)
            for row in rows
        ]

    def _read(self, record: Record, partition: int, offset: int) -> Read:
        said = accept(
            record,
            self.publisher,
            allow_simulated=self.allow_simulated,
            this_year=system_clock().year,
        )
        return Read(record, partition, offset, said)


def columns(read: Read) -> tuple[Any, ...]:
    """The columns topic, partition, kafka_offset, key, headers and value of a row."""
    topic, key, value, headers = read.record
    return topic, read.partition, read.offset, key, pack_headers(headers), value
