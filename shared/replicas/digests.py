"""What a replica holds at each sequence of its owner's log, as hashes: for whoever compares them.

The same digests as an owner's (`shared/relay/digests.py`), of the leaves as they were applied. A
place of a dead epoch is not of the log: a restored owner has lost the event, or stamped it anew.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

OF_THE_LOG = """
replica_events c
WHERE c.source = $1 AND c.shard = r.shard AND c.sequence BETWEEN r.first AND r.last
    AND NOT EXISTS (SELECT FROM log_epochs l WHERE l.source = c.source AND l.epoch = c.epoch
        AND c.sequence > l.inherited[c.shard + 1])
"""
RANGES = """
unnest($2::int[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS r(shard, first, last, nth)
"""
DIGESTS = f"""
SELECT r.shard, r.first, r.last, found.count, found.sha256
FROM {RANGES} CROSS JOIN LATERAL (
    SELECT count(*) AS count,
        encode(sha256(coalesce(string_agg(int8send(c.sequence) || uuid_send(c.event_id) || c.leaf,
            ''::bytea ORDER BY c.sequence, c.epoch), '')), 'hex') AS sha256
    FROM {OF_THE_LOG}) found
ORDER BY r.nth
"""
ENTRIES_MAX = 1000
ENTRIES = f"""
SELECT found.* FROM {RANGES} CROSS JOIN LATERAL (
    SELECT c.sequence, c.event_id::text AS event_id, encode(c.leaf, 'hex') AS leaf
    FROM {OF_THE_LOG} ORDER BY c.sequence, c.epoch LIMIT {ENTRIES_MAX}) found
"""
LEAVES = """
SELECT event_id::text AS event_id, encode(leaf, 'hex') AS leaf
FROM replica_events WHERE source = $1 AND event_id = ANY($2)
"""
QUARANTINE = """
SELECT event_id::text AS event_id, state,
    coalesce(encode(sha256('\\x00'::bytea || value), 'hex'), '') AS leaf
FROM replica_quarantine
WHERE source = $1 AND event_id = ANY($2) AND state IN ('open', 'discarded')
"""

Asked = tuple[int, int, int]
"""A shard and its first and last sequence."""


async def digests(pool: asyncpg.Pool, source: str, ranges: Sequence[Asked]) -> list[dict[str, Any]]:
    """Of each range how many sequences the replica holds, and their digest, in the order asked."""
    rows = await pool.fetch(DIGESTS, source, *zip(*ranges, strict=True)) if ranges else []
    return [dict(row) for row in rows]


async def entries(pool: asyncpg.Pool, source: str, asked: Asked) -> list[dict[str, Any]]:
    """Every entry of a range, at most ENTRIES_MAX."""
    rows = await pool.fetch(ENTRIES, source, *([each] for each in asked))
    return [dict(row) for row in rows]


async def events(pool: asyncpg.Pool, source: str, event_ids: Sequence[UUID]) -> dict[str, Any]:
    """Of these events, the `leaves` of those that are applied, at whatever sequence; and every
    record in `quarantine` under their ids, whether open or discarded, with its leaf."""
    leaves = await pool.fetch(LEAVES, source, event_ids)
    quarantine = await pool.fetch(QUARANTINE, source, event_ids)
    return {
        "leaves": {row["event_id"]: row["leaf"] for row in leaves},
        "quarantine": [dict(row) for row in quarantine],
    }
