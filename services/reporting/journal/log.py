"""The journal: reporting's own truth. Rows are added in log order and never changed.

Whoever writes holds the row of `journal_head`, so `log_index` is dense: it is commit order,
knowledge time and, later, the order of the Merkle tree.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import asyncpg

from services.reporting.journal.record import Decoded, Entry, pack_record
from shared.contract.attributes import envelope_of_document
from shared.contract.catalogue import NUMBERED
from shared.contract.decoders import decode_envelope, decode_event
from shared.contract.envelope import Envelope
from shared.contract.upcasts import newest

COLUMNS = (
    "log_index", "event_id", "source", "type", "stream", "stream_version", "org_id",
    "recorded_at", "epoch", "shard", "shard_sequence", "cluster_id", "topic_id", "topic",
    "partition", "kafka_offset", "document", "leaf", "arrived",
)  # fmt: skip
ENTRY = "log_index, document, epoch, shard, shard_sequence"
"""Columns of which `entry_of_row` makes an entry."""

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)

SEAL_AHEAD = """
SELECT greatest(0, extract(epoch FROM nullif(sealed_at, '-infinity') - clock_timestamp()))::float8
FROM journal_head
"""
"""Seconds from PostgreSQL's clock to the last seal, where that is in the future. A seal never runs
back: after a clock that was ahead, every batch is sealed with the same moment until it has come."""


class Head(NamedTuple):
    """The next log_index to give, when what came before was sealed, and the time now (UTC).

    `now` is PostgreSQL's: of several workers, one whose clock is ahead would seal in the future,
    and a seal never runs back.
    """

    next_index: int
    sealed_at: datetime
    now: datetime


HEAD = "next_index, nullif(sealed_at, '-infinity') AS sealed_at, clock_timestamp() AS now"
LOCK_HEAD = f"SELECT {HEAD} FROM journal_head FOR UPDATE"
INDEX_SCANS_ONLY = "set_config('enable_seqscan', 'off', true)"
"""Plans of this transaction scan indexes: one made while a table was empty would scan it whole, and
would be kept while it grows."""
BEGIN_BATCH = f"SELECT {HEAD}, {INDEX_SCANS_ONLY} FROM journal_head FOR UPDATE"


async def lock_head(connection: asyncpg.Connection) -> Head:
    """Lock the journal's head for this transaction; other writers wait here."""
    return _head(await connection.fetchrow(LOCK_HEAD))


async def begin_batch(connection: asyncpg.Connection) -> Head:
    """Lock the head and have this transaction plan index scans only, in one round trip."""
    return _head(await connection.fetchrow(BEGIN_BATCH))


def _head(row: Any) -> Head:
    return Head(row["next_index"], row["sealed_at"] or BEFORE_ALL, row["now"])


async def last_index(connection: Any) -> int:
    """The last log_index given; 0 when the journal is empty."""
    return int(await connection.fetchval("SELECT next_index - 1 FROM journal_head"))


async def index_known_at(connection: Any, moment: datetime) -> int:
    """Knowledge time of a timestamp: the last log_index sealed by then (0: nothing was)."""
    found = await connection.fetchval(
        "SELECT last_index FROM seals WHERE sealed_at <= $1"
        " ORDER BY sealed_at DESC, last_index DESC LIMIT 1",
        moment,
    )
    return int(found or 0)


def entries_of(first: int, accepted: Sequence[Decoded]) -> list[Entry]:
    """The entries of accepted events, in order, from the log_index `first` on."""
    return [
        Entry(log_index, *newest(record.envelope, record.event), record.sequenced)
        for log_index, record in enumerate(accepted, start=first)
    ]


async def append(connection: asyncpg.Connection, first: int, accepted: Sequence[Decoded]) -> None:
    """Append accepted events in order, from the log_index `first` on; the caller holds the head,
    and moves it when the batch is closed."""
    await connection.copy_records_to_table(
        "journal", records=_rows(first, accepted), columns=COLUMNS
    )


def _rows(first: int, accepted: Sequence[Decoded]) -> Iterator[tuple[Any, ...]]:
    """Rows of COLUMNS, made while those before them are written."""
    for log_index, record in enumerate(accepted, start=first):
        raw, envelope, _, document, leaf, _, structured, _ = record
        cluster_id, topic_id, topic, partition, offset = raw.origin
        yield (
            log_index,
            envelope.event_id,
            envelope.source,
            envelope.type,
            envelope.stream,
            envelope.stream_version,
            envelope.org_id,
            envelope.recorded_at,
            envelope.epoch,
            envelope.shard,
            envelope.shard_sequence,
            cluster_id,
            topic_id,
            topic,
            partition,
            offset,
            document,
            leaf,
            None if structured else pack_record(raw),
        )


def entry_of_row(row: Any) -> Entry:
    """The entry of a journal row (ENTRY's columns): its document, read as when it came.

    Whether it is provable its source's registration says, and no column: what stands in a row of a
    source that numbers nothing is no place.
    """
    document = row["document"]
    travelled = row["epoch"], row["shard"], row["shard_sequence"]
    envelope = decode_envelope(document, *travelled) or _placed(
        envelope_of_document(document), *travelled
    )
    numbered = envelope.source in NUMBERED
    if not numbered and envelope.shard is not None:
        envelope = _placed(envelope, 0, None, None)
    event = decode_event(envelope.type, envelope.data)
    return Entry(row["log_index"], *newest(envelope, event), numbered)


def _placed(envelope: Envelope, epoch: int, shard: int | None, sequence: int | None) -> Envelope:
    return envelope._replace(epoch=epoch, shard=shard, shard_sequence=sequence)


async def read(
    connection: asyncpg.Connection, after: int, up_to: int, batch: int
) -> AsyncIterator[list[Entry]]:
    """The journal's entries with after < log_index <= up_to, oldest first, in batches."""
    while after < up_to:
        rows = await connection.fetch(
            f"SELECT {ENTRY} FROM journal"
            " WHERE log_index > $1 AND log_index <= $2 ORDER BY log_index LIMIT $3",
            after,
            up_to,
            batch,
        )
        if not rows:
            return
        yield [entry_of_row(row) for row in rows]
        after = rows[-1]["log_index"]
