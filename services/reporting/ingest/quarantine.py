"""Quarantine: what could not be accepted, with its reason and its exact bytes, each content once.

A record that blocks its stream keeps all that follows in it waiting; `settle.py` is how a person
lets it go.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg
import orjson

from services.reporting.ingest.decode import Refused
from services.reporting.ingest.raw_rows import bytes_row, content_hash, rows_of
from services.reporting.journal.record import Decoded
from shared.contract.envelope import Envelope
from shared.errors import Unknown

INSERT = """
INSERT INTO quarantine AS q (reason, detail, source, stream, event_id, blocks_stream, cluster_id,
    topic_id, topic, partition, kafka_offset, key, headers, value, stream_version, org_id, content,
    times_seen)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::boolean[],
    $7::text[], $8::uuid[], $9::text[], $10::int[], $11::bigint[], $12::bytea[], $13::bytea[],
    $14::bytea[], $15::int[], $16::text[], $17::bytea[], $18::int[])
ON CONFLICT (topic, content) DO UPDATE SET times_seen = q.times_seen + EXCLUDED.times_seen,
    reason = CASE q.state WHEN 'retrying' THEN EXCLUDED.reason ELSE q.reason END,
    detail = CASE q.state WHEN 'retrying' THEN EXCLUDED.detail ELSE q.detail END,
    blocks_stream = q.blocks_stream OR (q.state = 'retrying' AND EXCLUDED.blocks_stream),
    state = CASE q.state WHEN 'retrying' THEN 'open' ELSE q.state END
"""
APPLIED_SINCE = "SELECT * FROM quarantine WHERE state = 'open' AND event_id = ANY($1::uuid[])"
CLOSE_APPLIED = """
UPDATE quarantine SET state = 'applied', blocks_stream = false, settled_by = 'ingest',
    settled_why = 'this very event was applied since'
WHERE id = ANY($1::bigint[])
"""
COLUMNS = (
    "id, reason, detail, source, stream, org_id, event_id, blocks_stream, topic, partition,"
    " kafka_offset, stream_version, first_seen, times_seen, state, settled_by, settled_for,"
    " settled_why"
)
WITHIN = "($1::text[] IS NULL OR org_id = ANY($1) OR topic = ANY($2))"


class Scope(NamedTuple):
    """Whose records one may see: those about `orgs` (None: of all), and those on `topics`."""

    orgs: Sequence[str] | None = None
    topics: Sequence[str] = ()


ALL = Scope()


async def insert(connection: asyncpg.Connection, refused: Sequence[Refused]) -> None:
    """Keep what a batch refused, in one statement; one seen before is only counted."""
    if refused:
        await connection.execute(INSERT, *zip(*_rows(refused), strict=True))


async def close_applied(connection: asyncpg.Connection, applied: Sequence[Decoded]) -> None:
    """Settle the records whose very event was applied since by other means: its owner sent it in
    another way, or a gap before it closed."""
    ids = [record.envelope.event_id for record in applied]
    rows = await connection.fetch(APPLIED_SINCE, ids)
    if rows:
        numbers = rows_of(rows, {record.leaf for record in applied})
        await connection.execute(CLOSE_APPLIED, numbers)


async def listed(
    pool: asyncpg.Pool,
    scope: Scope = ALL,
    *,
    state: str = "open",
    after: int = 0,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Records in quarantine in one state, oldest first, from the id after `after`."""
    rows = await pool.fetch(
        f"SELECT {COLUMNS} FROM quarantine WHERE {WITHIN} AND state = $3 AND id > $4"
        " ORDER BY id LIMIT $5",
        *scope,
        state,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def one(pool: asyncpg.Pool, number: int, scope: Scope = ALL) -> dict[str, Any]:
    """One record with its exact key, headers and value. Raises Unknown `no-such-record`, also for
    one outside the scope."""
    row = await pool.fetchrow(
        f"SELECT {COLUMNS}, key, headers, value, content FROM quarantine"
        f" WHERE {WITHIN} AND id = $3",
        *scope,
        number,
    )
    if row is None:
        raise Unknown("no-such-record", f"no record {number} in quarantine")
    return dict(row)


def _rows(refused: Sequence[Refused]) -> list[tuple[Any, ...]]:
    """One row for each content: a statement may meet the same row only once."""
    rows: dict[tuple[str, bytes], tuple[Any, ...]] = {}
    seen: Counter[tuple[str, bytes]] = Counter()
    for record in refused:
        key = record.raw.origin.topic, content_hash(record.raw)
        if key not in rows:
            rows[key] = _row(record)
        seen[key] += 1
    return [(*row, key[1], seen[key]) for key, row in rows.items()]


def _row(record: Refused) -> tuple[Any, ...]:
    envelope, raw = record.envelope, record.raw
    return (
        record.reason,
        record.detail,
        envelope and envelope.source,
        envelope and envelope.stream,
        envelope and envelope.event_id,
        record.blocks_stream,
        *raw.origin,
        *bytes_row(raw),
        envelope.stream_version if envelope else 0,
        envelope and _union_of(envelope),
    )


def _union_of(envelope: Envelope) -> str | None:
    """The union a record is about, where its attribute, its stream and its data agree."""
    union = envelope.org_id
    try:
        said = orjson.loads(envelope.data)["org_id"]
    except (ValueError, TypeError, KeyError):
        return None
    return union if said == union and envelope.stream.startswith(f"{union}/") else None
