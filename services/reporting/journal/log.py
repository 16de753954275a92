"""The journal: reporting's own truth. Rows are added in log order and never changed.

Whoever writes holds the row of `journal_head`, so `log_index` is dense: it is commit order,
knowledge time and, later, the order of the Merkle tree.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import asyncpg

from services.reporting.journal.record import Decoded, Entry, pack_headers, unpack_headers
from shared.contract.catalogue import CATALOGUE
from shared.contract.envelope import Envelope
from shared.kafka.cloudevents import from_record

COLUMNS = (
    "log_index", "event_id", "source", "type", "stream", "stream_version", "org_id",
    "recorded_at", "shard", "shard_sequence", "cluster_id", "topic_id", "topic", "partition",
    "kafka_offset", "key", "headers", "value", "leaf",
)  # fmt: skip
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


async def append(
    connection: asyncpg.Connection, first: int, accepted: Sequence[Decoded]
) -> list[Entry]:
    """Append accepted events in order, from the log_index `first` on; the caller holds the head,
    and moves it when the batch is closed."""
    rows, entries = [], []
    for log_index, record in enumerate(accepted, start=first):
        envelope, origin, raw = record.envelope, record.raw.origin, record.raw
        rows.append(
            (
                log_index,
                envelope.event_id,
                envelope.source,
                envelope.type,
                envelope.stream,
                envelope.stream_version,
                envelope.org_id,
                envelope.recorded_at,
                envelope.shard,
                envelope.shard_sequence,
                origin.cluster_id,
                origin.topic_id,
                origin.topic,
                origin.partition,
                origin.offset,
                raw.key,
                pack_headers(raw.headers),
                raw.value,
                record.leaf,
            )
        )
        entries.append(Entry(log_index, envelope, record.event, record.sequenced))
    await connection.copy_records_to_table("journal", records=rows, columns=COLUMNS)
    return entries


def entry_of_row(row: Any, sequenced: bool) -> Entry:
    """The entry of a journal row: its exact bytes, read as when they came.

    `sequenced` is whether its source numbers its records.
    """
    envelope: Envelope = from_record(row["key"], row["value"], unpack_headers(row["headers"]))
    event = CATALOGUE[envelope.type].model_validate_json(envelope.data, extra="ignore")
    return Entry(row["log_index"], envelope, event, sequenced)


async def read(
    connection: asyncpg.Connection, after: int, up_to: int, batch: int
) -> AsyncIterator[list[Entry]]:
    """The journal's entries with after < log_index <= up_to, oldest first, in batches."""
    while after < up_to:
        rows = await connection.fetch(
            "SELECT log_index, key, headers, value, shard IS NOT NULL AS sequenced FROM journal"
            " WHERE log_index > $1 AND log_index <= $2 ORDER BY log_index LIMIT $3",
            after,
            up_to,
            batch,
        )
        if not rows:
            return
        yield [entry_of_row(row, row["sequenced"]) for row in rows]
        after = rows[-1]["log_index"]
