"""What the journal holds at each sequence of an owner's log, as hashes.

The same digests as an owner's (`shared/relay/digests.py`), worked out from the bytes that are
stored. A place of a dead epoch is not of the log: a restored owner has lost the event, or stamped
it anew. Nor is what was disowned.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from services.reporting.journal.log import INDEX_SCANS_ONLY
from shared.relay.digests import ENTRIES_MAX, Range

OF_THE_LOG = """
journal j
WHERE j.source = $1 AND j.shard = r.shard AND j.shard_sequence BETWEEN r.first AND r.last
    AND NOT EXISTS (SELECT FROM log_epochs e WHERE e.source = j.source AND e.epoch = j.epoch
        AND j.shard_sequence > e.inherited[j.shard + 1])
    AND NOT EXISTS (SELECT FROM disowned d WHERE d.log_index = j.log_index)
"""
ENTRY = "int8send(j.shard_sequence) || uuid_send(j.event_id) || sha256('\\x00' || j.document)"
RANGES = """
unnest($2::int[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS r(shard, first, last, nth)
"""
DIGESTS = f"""
SELECT r.shard, r.first, r.last, found.count, found.sha256
FROM {RANGES} CROSS JOIN LATERAL (
    SELECT count(*) AS count,
        encode(sha256(coalesce(string_agg({ENTRY}, ''::bytea
            ORDER BY j.shard_sequence, j.log_index), '')), 'hex') AS sha256
    FROM {OF_THE_LOG}) found
ORDER BY r.nth
"""
ENTRIES = f"""
SELECT found.* FROM {RANGES} CROSS JOIN LATERAL (
    SELECT j.shard_sequence AS sequence, j.event_id::text AS event_id, j.type, j.log_index,
        encode(sha256('\\x00' || j.document), 'hex') AS leaf
    FROM {OF_THE_LOG} ORDER BY j.shard_sequence, j.log_index LIMIT {ENTRIES_MAX}) found
"""
ELSEWHERE = """
SELECT event_id::text AS event_id, encode(sha256('\\x00' || document), 'hex') AS leaf
FROM journal j WHERE event_id = ANY($1::uuid[]) AND source = $2
    AND NOT EXISTS (SELECT FROM disowned d WHERE d.log_index = j.log_index)
"""


async def digests(pool: asyncpg.Pool, source: str, ranges: Sequence[Range]) -> list[dict[str, Any]]:
    """Of each range how many sequences the journal holds, and their digest, in the order asked."""
    return await _fetch(pool, DIGESTS, source, *zip(*ranges, strict=True)) if ranges else []


async def entries(pool: asyncpg.Pool, source: str, asked: Range) -> list[dict[str, Any]]:
    """Every entry of a range, at most ENTRIES_MAX."""
    return await _fetch(pool, ENTRIES, source, *([each] for each in asked))


async def leaves(pool: asyncpg.Pool, source: str, event_ids: Sequence[str]) -> dict[str, str]:
    """The leaf of each of these events of a source that the journal holds and that count, at any
    sequence."""
    rows = await pool.fetch(ELSEWHERE, event_ids, source)
    return {row["event_id"]: row["leaf"] for row in rows}


async def _fetch(pool: asyncpg.Pool, statement: str, *values: Any) -> list[dict[str, Any]]:
    """Planned with indexes only: a plan made while the journal was empty would scan all of it."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute(f"SELECT {INDEX_SCANS_ONLY}")
        return [dict(row) for row in await connection.fetch(statement, *values)]
