"""Record batches as a stranger may write them: read whole, within bounds, whatever they hold.

aiokafka 0.14 gives up a partition at a header name that is not UTF-8 (the broker lets it pass), and
decompresses a batch whatever its size: of 1 MB of zstd may come 32 GB. Here such a name is kept
(surrogateescape, PEP 383), and a batch that cannot be read is one record that says why, so that it
is refused by name and the records after it are read. `read_any_batch` puts it in aiokafka's place.
"""

import mmap
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import cramjam
from aiokafka.codec import snappy_decode
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.legacy_records import LegacyRecordBatch
from aiokafka.record.util import decode_varint

from shared.kafka.cloudevents import UNREADABLE

BATCH_BYTES_MAX = 64 * 2**20
"""Of a batch without compression; the broker takes 1 MiB with it (`max.message.bytes`)."""

MOST_BYTES = 4 * 2**20
"""Of nearly all batches: decompressed into one buffer that is kept."""

HEADER = struct.Struct(">qiibIhiqqqhii")
"""RecordBatch v2 up to its records: base offset, length, leader epoch, magic, CRC, attributes, last
offset delta, two timestamps, producer id and epoch, base sequence, number of records (KIP-98)."""
LENGTH_AT, BEGIN, MAGIC_AT, ATTRIBUTES_AT = 8, 12, 16, 21
"""Offsets of bytes: of the length, of what it counts, of magic and attributes."""
CODEC_MASK, LOG_APPEND_TIME = 0x07, 0x08
SNAPPY = 2
INTO_BUFFER = {
    1: cramjam.gzip.decompress_into,
    3: cramjam.lz4.decompress_into,
    4: cramjam.zstd.decompress_into,
}
"""By the number of the codec (KIP-110); snappy has 2, and no bytes of it grow beyond bounds."""

PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
"""By default a mapping is shared with every process that is forked, and each would decompress into
the others' records."""

_kept = mmap.mmap(-1, MOST_BYTES, PRIVATE)


class UnreadableBatch(Exception):
    """A batch that Kafka kept and nobody can read, or only at a price that is not paid."""


class PlainRecord(NamedTuple):
    """A record read in Python: the fields of aiokafka's, of which it takes the place."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    checksum: None = None


class Records:
    """The batches of one fetch, in order; takes the place of aiokafka's `MemoryRecords`.

    The last one may be cut off: the broker fills the size that was asked for.
    """

    def __init__(self, fetched: bytes) -> None:
        self._fetched, self._at = memoryview(fetched), 0

    def size_in_bytes(self) -> int:
        """Of all that was fetched."""
        return len(self._fetched)

    def has_next(self) -> bool:
        """Whether another whole batch is there."""
        return self._end() is not None

    def next_batch(self) -> Any:
        """The next batch, or None; of the format before Kafka 0.11 as aiokafka reads it."""
        end = self._end()
        if end is None:
            return None
        stored, self._at = self._fetched[self._at : end], end
        if len(stored) <= MAGIC_AT:
            raise CorruptRecordException(f"a batch of {len(stored)} bytes")
        magic = stored[MAGIC_AT]
        return Batch(stored) if magic >= 2 else LegacyRecordBatch(stored, magic)

    def _end(self) -> int | None:
        if len(self._fetched) - self._at < BEGIN:
            return None
        (length,) = struct.unpack_from(">i", self._fetched, self._at + LENGTH_AT)
        end = self._at + BEGIN + length
        return end if self._at + BEGIN <= end <= len(self._fetched) else None


class Batch:
    """One batch of format v2; takes the place of aiokafka's `DefaultRecordBatch`."""

    def __init__(self, stored: memoryview) -> None:
        self._stored, self._batch = stored, DefaultRecordBatch(stored)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        """Every record; what of the batch cannot be read is one record, at its last offset."""
        try:
            yield from _records(without_compression(self._stored))
        except UnreadableBatch as why:
            yield _unreadable_record(self._stored, str(why))


def read_any_batch() -> None:
    """Have aiokafka's consumers of this process read batches by this module."""
    fetcher.MemoryRecords = Records


def without_compression(stored: memoryview) -> memoryview:
    """The same batch with its records as they are. Raises UnreadableBatch."""
    (attributes,) = struct.unpack_from(">h", stored, ATTRIBUTES_AT)
    codec = attributes & CODEC_MASK
    if not codec:
        return stored
    header = bytearray(stored[: HEADER.size])
    struct.pack_into(">h", header, ATTRIBUTES_AT, attributes & ~CODEC_MASK)
    records = _decompressed(codec, stored[HEADER.size :])
    struct.pack_into(">i", header, LENGTH_AT, len(header) + len(records) - BEGIN)
    return memoryview(bytes(header) + records)


def _decompressed(codec: int, data: memoryview) -> bytes:
    try:
        if codec == SNAPPY:
            return bytes(snappy_decode(data))
        into_buffer = INTO_BUFFER[codec]
        try:
            return _kept[: into_buffer(data, _kept)]
        except cramjam.DecompressionError:
            with mmap.mmap(-1, BATCH_BYTES_MAX, PRIVATE) as room:
                return room[: into_buffer(data, room)]
    except Exception as why:  # each codec raises its own, and none may end a consumer
        raise UnreadableBatch(
            f"cannot be decompressed into {BATCH_BYTES_MAX} bytes by codec {codec}: {why!r}"
        ) from why


def _records(batch: memoryview) -> Iterator[Any]:
    """Of a batch without compression; at the first that aiokafka's parser does not take, that one
    and all after it are read here. Raises UnreadableBatch."""
    read = 0
    try:
        for record in DefaultRecordBatch(batch):
            read += 1
            yield record
    except (UnicodeDecodeError, CorruptRecordException):
        yield from _records_slowly(batch, read)


def _records_slowly(batch: memoryview, skipped: int) -> Iterator[PlainRecord]:
    header = HEADER.unpack_from(batch)
    fields, at = bytearray(batch), HEADER.size
    for number in range(header[-1]):
        try:
            record, at = _record(fields, at, header)
        except (IndexError, ValueError, struct.error) as why:
            raise UnreadableBatch(f"its record {number} is cut: {why!r}") from why
        if number >= skipped:
            yield record


def _record(fields: bytearray, at: int, header: tuple[int, ...]) -> tuple[PlainRecord, int]:
    """The record at an offset of bytes, and the next one's offset (Record v2 of KIP-98, KIP-82)."""
    base_offset, attributes, first_timestamp, max_timestamp = (header[n] for n in (0, 5, 7, 8))
    length, at = decode_varint(fields, at)
    end, at = at + length, at + 1  # a record's own attributes say nothing
    later, at = decode_varint(fields, at)
    offset, at = decode_varint(fields, at)
    key, at = _nullable(fields, at)
    value, at = _nullable(fields, at)
    count, at = decode_varint(fields, at)
    headers: list[tuple[str, bytes | None]] = []
    for _ in range(count):
        name, at = _nullable(fields, at)
        held, at = _nullable(fields, at)
        headers.append(((name or b"").decode(errors="surrogateescape"), held))
    if at != end:
        raise ValueError(f"it ends at {at} and not at {end}")
    of_log = int(bool(attributes & LOG_APPEND_TIME))
    timestamp = max_timestamp if of_log else first_timestamp + later
    return PlainRecord(base_offset + offset, timestamp, of_log, key, value, headers), at


def _nullable(fields: bytearray, at: int) -> tuple[bytes | None, int]:
    length, at = decode_varint(fields, at)
    if length < 0:
        return None, at
    if at + length > len(fields):
        raise ValueError(f"{length} bytes at {at} of {len(fields)}")
    return bytes(fields[at : at + length]), at + length


def _unreadable_record(stored: memoryview, why: str) -> PlainRecord:
    header = HEADER.unpack_from(stored)
    headers: list[tuple[str, bytes | None]] = [(UNREADABLE, why.encode())]
    return PlainRecord(header[0] + header[6], header[8], 0, None, bytes(stored), headers)
