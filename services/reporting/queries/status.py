"""How reporting stands: the journal, what was read from Kafka, what waits, what disagrees."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import asyncpg

from services.reporting.projections.as_of import LIVE
from services.reporting.projections.checkpoints import folded
from services.reporting.projections.figure_sums import differences
from services.reporting.reconciliation.heartbeat import heartbeat
from services.reporting.reconciliation.journal_gaps import journal_gaps

CHECK_SECONDS = 10.0
"""How long a comparison of everything may take before status answers without it."""

HEAD = """
SELECT next_index - 1 AS log_index, nullif(sealed_at, '-infinity') AS sealed_at, epoch
FROM journal_head
"""
POSITIONS = """
SELECT p.topic, p.partition, p.next_offset, p.cluster_id, p.topic_id::text AS topic_id,
    coalesce(c.applied, 0) AS applied, coalesce(c.duplicate, 0) AS duplicate,
    coalesce(c.parked, 0) AS parked, coalesce(c.quarantined, 0) AS quarantined
FROM positions p LEFT JOIN consumed c USING (cluster_id, topic_id, partition)
ORDER BY p.topic, p.partition
"""
WAITING = """
SELECT (SELECT count(*) FROM parked) AS parked,
    (SELECT min(parked_at) FROM parked) AS parked_since,
    (SELECT count(*) FROM quarantine WHERE state = 'open') AS quarantined,
    (SELECT count(*) FROM ahead_of_owner) AS ahead_of_owner
"""

WRONG = """
SELECT array_agg(reason) FROM source_checks, unnest(reasons) AS reason
WHERE source = 'reporting' AND reason IN ('rows-wrong', 'seals-wrong')
"""

COPIES_DIFFER = """
SELECT reader, source, shard, sequence, kind, owner_event_id::text,
    journal_event_id::text AS copy_event_id
FROM log_differences WHERE reader <> 'reporting' ORDER BY reader, source, shard, sequence LIMIT 100
"""

EndOffsets = Callable[[Sequence[tuple[str, int]]], Awaitable[Mapping[tuple[str, int], int]]]
"""Answers the end offset of each (topic, partition) that Kafka has; empty while it is away."""


async def status(pool: asyncpg.Pool, end_offsets: EndOffsets, now: datetime) -> dict[str, Any]:
    """One document for the operator. `lag` is None where Kafka did not answer; `journal_gaps` (rows
    that the journal has lost) and `differences` are None where looking took longer than
    CHECK_SECONDS; `stale` are projections from which nothing is answered, `journal_wrong`
    what the last comparison found wrong with rows of the journal; `copies_differ` at which
    sequences a context's copy is not what its owner wrote, a hundred at most; `worker` says whether
    it is there, and what its parts last did.
    """
    head = await pool.fetchrow(HEAD)
    positions = [dict(row) for row in await pool.fetch(POSITIONS)]
    waiting = await pool.fetchrow(WAITING)
    found = await folded(pool)
    ends = await end_offsets([(row["topic"], row["partition"]) for row in positions])
    for row in positions:
        end = ends.get((row["topic"], row["partition"]))
        row["end_offset"] = end
        row["lag"] = None if end is None else max(0, end - row["next_offset"])
    lags = [row["lag"] for row in positions]
    sealed = head["sealed_at"]
    return {
        "journal": {
            "log_index": head["log_index"],
            "sealed_at": sealed,
            "epoch": head["epoch"],
            "age_seconds": None if sealed is None else _age(sealed, now),
        },
        "positions": positions,
        "lag": None if None in lags else sum(lags),
        "parked": waiting["parked"],
        "parked_since": waiting["parked_since"],
        "quarantined": waiting["quarantined"],
        "worker": (await heartbeat(pool)).document(),
        "ahead_of_owner": waiting["ahead_of_owner"],
        "journal_gaps": await _in_time(pool, journal_gaps),
        "journal_wrong": await pool.fetchval(WRONG) or [],
        "copies_differ": [dict(row) for row in await pool.fetch(COPIES_DIFFER)],
        "stale": [each._asdict() for each in found.stale],
        "differences": None
        if found.stale
        else await _in_time(pool, partial(differences, schema=LIVE)),
    }


def _age(sealed: datetime, now: datetime) -> float:
    return max(0.0, (now - sealed.astimezone(UTC)).total_seconds())


async def _in_time(
    pool: asyncpg.Pool, compare: Callable[[Any], Awaitable[list[dict[str, Any]]]]
) -> list[dict[str, Any]] | None:
    try:
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute(f"SET LOCAL statement_timeout = {int(CHECK_SECONDS * 1000)}")
            return await compare(connection)
    except asyncpg.QueryCanceledError:
        return None
