"""How a context's own copy of another stands: what it applied, lacks and quarantined."""

from typing import Any

import asyncpg

from shared.contract.catalogue import source_of, topic_of
from shared.replicas.quarantine import summary
from shared.replicas.refill import last, progress, schema_of

HEADS = """
WITH waiting AS (
    SELECT shard, range_agg(int8range(sequence, sequence + 1)) AS sequences
    FROM replica_parked WHERE source = $1 GROUP BY shard
), last AS (
    SELECT shard, lower(highest) - 1 AS lacks_upto, upper(highest) - 1 AS last
    FROM waiting, LATERAL (SELECT r AS highest FROM unnest(sequences) AS r ORDER BY r DESC LIMIT 1)
        AS of_last
), heads AS (
    SELECT shard, sequence FROM replica_heads WHERE source = $1
)
SELECT shard, coalesce(h.sequence, 0) AS head,
    CASE WHEN l.last > coalesce(h.sequence, 0) THEN l.lacks_upto ELSE 0 END AS lacks_upto,
    greatest(h.sequence, l.last) AS last
FROM heads h FULL JOIN last l USING (shard) ORDER BY shard
"""
READ = "SELECT coalesce(sum(next_offset), 0)::bigint FROM subscription_positions WHERE topic = $1"
PARKED = "SELECT count(*) FROM replica_parked WHERE source = $1"


async def coverage(pool: asyncpg.Pool, context: str) -> dict[str, Any]:
    """How the copy of a context stands: how much of its topic was `read`, and by shard the `head`,
    the last sequence without a gap, and the `last` heard at all; where that is a later one,
    nothing is lacking between `lacks_upto` and it. Absent shards: nothing was heard.

    `parked`: how many records wait behind gaps. `quarantine`: how many were passed over for what
    they are, and the first of them; with one, the copy is not complete.

    `refilled`: the last refill that ended; what it `changed` no event had said.

    `refilling`: how many records were `read` anew, `of` how many; None where it is not refilled.
    Meanwhile all but the quarantine is of what is refilled, so that its owner is asked for what
    that lacks; the copy itself goes on.
    """
    source, topic = source_of(context), topic_of(context)
    refilling = await progress(pool, context)
    async with pool.acquire() as connection, connection.transaction():
        if refilling is not None:
            # Before the refill began, and once it has ended, the copy's own tables are meant.
            await connection.execute(f"SET LOCAL search_path = {schema_of(source)}, public")
        rows = await connection.fetch(HEADS, source)
        read = await connection.fetchval(READ, topic)
        parked = await connection.fetchval(PARKED, source)
    return {
        "source": source,
        "read": read,
        "shards": [dict(row) for row in rows],
        "parked": parked,
        "quarantine": await summary(pool, topic),
        "refilled": await last(pool, source),
        "refilling": None if refilling is None else refilling._asdict(),
    }
