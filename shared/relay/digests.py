"""What an owner's log says at each sequence, as hashes: for whoever compares what was published
with what was read.

The digest of a range is SHA-256 over its entries in order, each sequence (64 bits, big-endian),
event id (16 bytes) and leaf (SHA-256 over a zero byte and the document, worked out from the bytes
that are stored). Where the log names an event that the store does not have, its entry is the
sequence alone.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

RANGES_MAX = 512
ENTRIES_MAX = 1000
"""Of one question: of how many ranges the digests, of how many sequences the entries."""

STAMPED = """
shard_log l LEFT JOIN LATERAL (
    SELECT event_id, type, document FROM events
    WHERE stream = l.stream AND version = l.version LIMIT 1) e ON true
"""
"""Each event is asked for by its key: a plan that is made while the store is new is kept."""
ENTRY = (
    "int8send(l.sequence) || coalesce(uuid_send(e.event_id) || sha256('\\x00' || e.document), '')"
)
DIGESTS = f"""
SELECT r.shard, r.first, r.last, found.count, found.sha256
FROM unnest($1::int[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS r(shard, first, last, nth)
CROSS JOIN LATERAL (
    SELECT count(*) AS count,
        encode(sha256(coalesce(string_agg({ENTRY}, ''::bytea ORDER BY l.sequence), '')), 'hex')
            AS sha256
    FROM {STAMPED}
    WHERE l.shard = r.shard AND l.sequence BETWEEN r.first AND r.last) found
ORDER BY r.nth
"""
ENTRIES = f"""
SELECT l.sequence, l.stream, l.version, e.event_id::text AS event_id, e.type,
    encode(sha256('\\x00' || e.document), 'hex') AS leaf
FROM {STAMPED}
WHERE l.shard = $1 AND l.sequence BETWEEN $2 AND $3 ORDER BY l.sequence LIMIT {ENTRIES_MAX}
"""

LOST_COUNT = """
SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM shard_log)
    - (SELECT count(*) FROM outbox)
"""
"""In one snapshot: an event, its outbox row and its stamp are each written in one transaction."""
LOST = """
SELECT e.stream, e.version, e.event_id::text AS event_id, e.type, e.shard
FROM events e
WHERE NOT EXISTS (SELECT FROM shard_log l WHERE l.stream = e.stream AND l.version = e.version)
    AND NOT EXISTS (SELECT FROM outbox o WHERE o.stream = e.stream AND o.version = e.version)
ORDER BY e.stream, e.version LIMIT 100
"""
REQUEUE = """
INSERT INTO outbox (shard, stream, version)
SELECT e.shard, e.stream, e.version FROM events e JOIN unnest($1::uuid[]) AS named(event_id)
    USING (event_id)
WHERE NOT EXISTS (SELECT FROM shard_log l WHERE l.stream = e.stream AND l.version = e.version)
    AND NOT EXISTS (SELECT FROM outbox o WHERE o.stream = e.stream AND o.version = e.version)
ORDER BY e.stream, e.version
"""


class Range(NamedTuple):
    """Sequences of one shard, both ends included."""

    shard: int
    first: int
    last: int


async def digests(pool: asyncpg.Pool, ranges: Sequence[Range]) -> list[dict[str, Any]]:
    """Of each range how many sequences were stamped, and their digest, in the order asked."""
    rows = await pool.fetch(DIGESTS, *zip(*ranges, strict=True)) if ranges else []
    return [dict(row) for row in rows]


async def entries(pool: asyncpg.Pool, asked: Range) -> list[dict[str, Any]]:
    """Every entry of a range, at most ENTRIES_MAX; `event_id`, `type` and `leaf` are None where the
    store does not have the event."""
    return [dict(row) for row in await pool.fetch(ENTRIES, *asked)]


async def lost(pool: asyncpg.Pool, *, whole: bool = False) -> list[dict[str, Any]]:
    """Events that are stored and will never be published: neither stamped nor in the outbox. At
    most a hundred are named. They are looked for where the tables' counts do not agree; `whole`: in
    any case, for a hand may have kept the counts."""
    if not whole and not await pool.fetchval(LOST_COUNT):
        return []
    return [dict(row) for row in await pool.fetch(LOST)]


async def requeue(pool: asyncpg.Pool, event_ids: Sequence[UUID]) -> int:
    """Put lost events into the outbox again; returns how many were lost, and are so no longer.

    By name alone, never by itself: an event that a hand put into the store is lost, too.
    """
    done = await pool.execute(REQUEUE, event_ids)
    return int(done.rpartition(" ")[2])
