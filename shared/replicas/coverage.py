"""Which of an owner's events a copy has heard, so that one it skipped is seen.

A copy hears in any order, so no record waits for another; what it heard is kept per shard as ranges
of the owner's dense sequence, in the transaction that changes the copy.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import Envelope

COVER = """
INSERT INTO copy_coverage AS c (source, shard, sequences)
SELECT $1, shard, range_agg(int8range(sequence, sequence + 1))
FROM unnest($2::int[], $3::bigint[]) AS heard(shard, sequence) GROUP BY shard
ON CONFLICT (source, shard) DO UPDATE SET sequences = c.sequences + EXCLUDED.sequences
"""
HEADS = """
SELECT shard, CASE WHEN lowest @> 1::bigint THEN upper(lowest) - 1 ELSE 0 END AS head,
    lower(highest) - 1 AS lacks_upto, upper(highest) - 1 AS last
FROM copy_coverage,
    LATERAL (SELECT r AS lowest FROM unnest(sequences) AS r ORDER BY r LIMIT 1) AS of_first,
    LATERAL (SELECT r AS highest FROM unnest(sequences) AS r ORDER BY r DESC LIMIT 1) AS of_last
WHERE source = $1 ORDER BY shard
"""
READ = "SELECT coalesce(sum(next_offset), 0)::bigint FROM subscription_positions WHERE topic = $1"


async def cover(connection: asyncpg.Connection, source: str, envelopes: Sequence[Envelope]) -> None:
    """Note that these events of `source` were heard, in the caller's transaction."""
    heard = [
        (envelope.shard, envelope.shard_sequence)
        for envelope in envelopes
        if envelope.shard is not None and envelope.shard_sequence
    ]
    if heard:
        await connection.execute(COVER, source, *zip(*heard, strict=True))


async def coverage(pool: asyncpg.Pool, context: str) -> dict[str, Any]:
    """How the copy of a context stands: how much of its topic was `read`, and by shard the `head`,
    the last sequence heard without a gap, and the `last` heard at all; where that is a later one,
    nothing is lacking between `lacks_upto` and it. Absent shards: nothing was heard."""
    rows = await pool.fetch(HEADS, source_of(context))
    return {
        "source": source_of(context),
        "read": await pool.fetchval(READ, topic_of(context)),
        "shards": [dict(row) for row in rows],
    }
