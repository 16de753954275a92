"""Where comparison keeps what it found of each reader, so that it outlives the process and figures
can be told."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import asyncpg

from services.reporting.ingest.raw_rows import rows_of
from services.reporting.reconciliation.log_difference import LogDifference
from shared.relay.digests import Range

KEEP_COMPARED = """
INSERT INTO log_compared AS c (reader, source, shard, sequence)
SELECT $1, $2, * FROM unnest($3::int[], $4::bigint[])
ON CONFLICT (reader, source, shard) DO UPDATE SET sequence = greatest(c.sequence, EXCLUDED.sequence)
"""
SETTLE = """
DELETE FROM log_differences d
USING unnest($3::int[], $4::bigint[], $5::bigint[]) AS r(shard, first, last)
WHERE d.reader = $1 AND d.source = $2 AND d.shard = r.shard
    AND d.sequence BETWEEN r.first AND r.last
"""
KEEP = """
INSERT INTO log_differences AS d (reader, source, shard, sequence, kind, owner_event_id,
    owner_leaf, journal_event_id, journal_leaf, log_index)
SELECT $1, source, shard, sequence, kind, owner_event_id, decode(owner_leaf, 'hex'),
    journal_event_id, decode(journal_leaf, 'hex'), log_index
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::text[], $6::uuid[], $7::text[], $8::uuid[],
    $9::text[], $10::bigint[]) AS f(source, shard, sequence, kind, owner_event_id, owner_leaf,
    journal_event_id, journal_leaf, log_index)
ON CONFLICT (reader, source, shard, sequence) DO UPDATE SET kind = EXCLUDED.kind,
    owner_event_id = EXCLUDED.owner_event_id, owner_leaf = EXCLUDED.owner_leaf,
    journal_event_id = EXCLUDED.journal_event_id, journal_leaf = EXCLUDED.journal_leaf,
    log_index = EXCLUDED.log_index
"""
ONLY = """
DELETE FROM log_differences WHERE reader = $1 AND source = $2 AND shard = $3
    AND sequence BETWEEN $4 AND $5 AND NOT sequence = ANY($6::bigint[])
"""
COMPARED = "SELECT shard, sequence FROM log_compared WHERE reader = $1 AND source = $2"
LISTED = """
SELECT source, shard, sequence, kind, owner_event_id::text, encode(owner_leaf, 'hex') AS owner_leaf,
    journal_event_id::text, encode(journal_leaf, 'hex') AS journal_leaf, log_index
FROM log_differences WHERE reader = $1 AND source = $2 ORDER BY shard, sequence
"""
IN_QUARANTINE = """
SELECT * FROM quarantine
WHERE source = $1 AND event_id = ANY($2::uuid[]) AND state IN ('open', 'discarded')
ORDER BY state DESC
"""


class Read(NamedTuple):
    """One reader's part of one source: the journal's, or a copy's."""

    reader: str
    source: str


async def compared(pool: asyncpg.Pool, of: Read) -> dict[int, int]:
    """The last sequence of each shard up to which all was looked at; what differed was named."""
    rows = await pool.fetch(COMPARED, *of)
    return {row["shard"]: row["sequence"] for row in rows}


async def keep_compared(pool: asyncpg.Pool, of: Read, reached: Mapping[int, int]) -> None:
    """Note that each shard was looked at up to there; it never goes back."""
    await pool.execute(KEEP_COMPARED, *of, list(reached), list(reached.values()))


async def settle(pool: asyncpg.Pool, of: Read, equal: Collection[Range]) -> None:
    """Forget what differed in these ranges: they are equal now."""
    if equal:
        await pool.execute(SETTLE, *of, *zip(*equal, strict=True))


async def keep(pool: asyncpg.Pool, of: Read, looked: Range, found: Sequence[LogDifference]) -> None:
    """Keep what differs in a range of a shard, each since it was first noticed, and nothing else of
    it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(ONLY, *of, *looked, [each.sequence for each in found])
        if found:
            await connection.execute(KEEP, of.reader, *zip(*found, strict=True))


async def listed(pool: asyncpg.Pool, of: Read) -> list[LogDifference]:
    """What differs, in order of shard and sequence."""
    return [LogDifference(*row) for row in await pool.fetch(LISTED, *of)]


async def in_quarantine(
    pool: asyncpg.Pool, source: str, leaves: Mapping[str, str]
) -> dict[str, str]:
    """The state, open or discarded, of those of a source's events that are in quarantine; `leaves`
    are theirs, by event id. Of an event that was refused twice, discarded is what a person said of
    it; what a person discarded under its id and is not it, byte for byte, says nothing."""
    rows = await pool.fetch(IN_QUARANTINE, source, list(leaves))
    same = set(rows_of(rows, {bytes.fromhex(leaf) for leaf in leaves.values()}))
    return {
        str(row["event_id"]): row["state"]
        for row in rows
        if row["state"] == "open" or row["id"] in same
    }
