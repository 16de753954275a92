"""Where comparison keeps what it found, so that it outlives the process and figures can be told."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import asyncpg

from services.reporting.reconciliation.log_difference import LogDifference
from shared.relay.digests import Range

KEEP_COMPARED = """
INSERT INTO log_compared AS c (source, shard, sequence)
SELECT $1, * FROM unnest($2::int[], $3::bigint[])
ON CONFLICT (source, shard) DO UPDATE SET sequence = greatest(c.sequence, EXCLUDED.sequence)
"""
SETTLE = """
DELETE FROM log_differences d
USING unnest($2::int[], $3::bigint[], $4::bigint[]) AS r(shard, first, last)
WHERE d.source = $1 AND d.shard = r.shard AND d.sequence BETWEEN r.first AND r.last
"""
KEEP = """
INSERT INTO log_differences AS d (source, shard, sequence, kind, owner_event_id, owner_leaf,
    journal_event_id, journal_leaf, log_index)
SELECT source, shard, sequence, kind, owner_event_id, decode(owner_leaf, 'hex'), journal_event_id,
    decode(journal_leaf, 'hex'), log_index
FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::uuid[],
    $8::text[], $9::bigint[]) AS f(source, shard, sequence, kind, owner_event_id, owner_leaf,
    journal_event_id, journal_leaf, log_index)
ON CONFLICT (source, shard, sequence) DO UPDATE SET kind = EXCLUDED.kind,
    owner_event_id = EXCLUDED.owner_event_id, owner_leaf = EXCLUDED.owner_leaf,
    journal_event_id = EXCLUDED.journal_event_id, journal_leaf = EXCLUDED.journal_leaf,
    log_index = EXCLUDED.log_index
"""
ONLY = """
DELETE FROM log_differences WHERE source = $1 AND shard = $2 AND sequence BETWEEN $3 AND $4
    AND NOT sequence = ANY($5::bigint[])
"""
LISTED = """
SELECT source, shard, sequence, kind, owner_event_id::text, encode(owner_leaf, 'hex') AS owner_leaf,
    journal_event_id::text, encode(journal_leaf, 'hex') AS journal_leaf, log_index
FROM log_differences WHERE source = $1 ORDER BY shard, sequence
"""
IN_QUARANTINE = """
SELECT event_id::text AS event_id, min(state) AS state FROM quarantine
WHERE source = $1 AND event_id = ANY($2::uuid[]) AND state IN ('open', 'discarded')
GROUP BY event_id
"""
"""Of an event that was refused twice, 'discarded' is what a person said of it."""


async def compared(pool: asyncpg.Pool, source: str) -> dict[int, int]:
    """The last sequence of each shard up to which all was looked at; what differed was named."""
    rows = await pool.fetch("SELECT shard, sequence FROM log_compared WHERE source = $1", source)
    return {row["shard"]: row["sequence"] for row in rows}


async def keep_compared(pool: asyncpg.Pool, source: str, reached: Mapping[int, int]) -> None:
    """Note that each shard was looked at up to there; it never goes back."""
    await pool.execute(KEEP_COMPARED, source, list(reached), list(reached.values()))


async def settle(pool: asyncpg.Pool, source: str, equal: Collection[Range]) -> None:
    """Forget what differed in these ranges: they are equal now."""
    if equal:
        await pool.execute(SETTLE, source, *zip(*equal, strict=True))


async def keep(
    pool: asyncpg.Pool, source: str, looked: Range, found: Sequence[LogDifference]
) -> None:
    """Keep what differs in a range of a shard, each since it was first noticed, and nothing else of
    it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(ONLY, source, *looked, [each.sequence for each in found])
        if found:
            await connection.execute(KEEP, *zip(*found, strict=True))


async def listed(pool: asyncpg.Pool, source: str) -> list[LogDifference]:
    """What differs, in order of shard and sequence."""
    return [LogDifference(*row) for row in await pool.fetch(LISTED, source)]


async def in_quarantine(
    pool: asyncpg.Pool, source: str, event_ids: Sequence[str]
) -> dict[str, Any]:
    """The state, open or discarded, of those of a source's events that are in quarantine."""
    rows = await pool.fetch(IN_QUARANTINE, source, event_ids)
    return {row["event_id"]: row["state"] for row in rows}
