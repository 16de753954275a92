"""When an owner was restored: what its log inherits is learned, what it lost is named.

A record of a dead epoch that comes later is quarantined (admission). One that is in the journal
already cannot be taken out of it: it is written down in `ahead_of_owner`, the reconciler reports it
until reporting itself is restored or refilled, and nothing new of its stream is applied on top.
"""

from collections.abc import Collection, Mapping
from typing import Any

import asyncpg
import structlog

from services.reporting.ingest.admission import Admission
from services.reporting.ingest.raw_rows import rows_of
from services.reporting.journal import log as journal
from services.reporting.journal.record import StreamKey
from shared.contract.envelope import SHARDS
from shared.eventstore.epochs import FIRST, Epochs, keep_epochs, known_epochs

log = structlog.get_logger("epochs")

NAMED_MAX = 20
"""How many events one log line names; `guildhall reconcile` lists every one."""

COUNTS = """
NOT EXISTS (SELECT FROM disowned d WHERE d.log_index = j.log_index)
    AND NOT EXISTS (SELECT FROM log_epochs e WHERE e.source = j.source AND e.epoch = j.epoch
        AND j.shard_sequence > e.inherited[j.shard + 1])
"""
"""A row `j` that is neither disowned nor of a dead epoch, of which what is lost is named before."""
AHEAD = f"""
INSERT INTO ahead_of_owner (log_index, source, stream, stream_version, event_id, type, shard,
    shard_sequence)
SELECT j.log_index, j.source, j.stream, j.stream_version, j.event_id, j.type, j.shard,
    j.shard_sequence
FROM journal j JOIN unnest($2::int[], $3::bigint[]) AS lost(shard, beyond)
    ON j.shard = lost.shard AND j.shard_sequence > lost.beyond
WHERE j.source = $1 AND j.log_index <= $4 AND {COUNTS}
ON CONFLICT DO NOTHING RETURNING event_id::text, type, shard, shard_sequence
"""
BLOCKED = """
WITH batch AS (SELECT * FROM unnest($1::text[], $2::text[]) AS b(source, stream))
SELECT source, stream, min(first) AS first FROM (
    SELECT source, stream, CASE WHEN state = 'open' AND reason <> 'sequence-reused' THEN 0
        ELSE stream_version + 1 END AS first
    FROM quarantine JOIN batch USING (source, stream)
    WHERE blocks_stream AND state IN ('open', 'discarded')
    UNION ALL
    SELECT source, stream, 0 FROM ahead_of_owner JOIN batch USING (source, stream)
) blocked GROUP BY source, stream
"""
REWIND = """
UPDATE shard_heads h SET sequence = lost.beyond
FROM unnest($2::int[], $3::bigint[]) AS lost(shard, beyond)
WHERE h.source = $1 AND h.shard = lost.shard
"""
LOWER = f"""
UPDATE shard_heads h SET sequence = told.head
FROM unnest($2::int[], $3::bigint[]) AS told(shard, head)
WHERE h.source = $1 AND h.shard = told.shard AND h.sequence > told.head
    AND NOT EXISTS (SELECT FROM journal j WHERE j.source = $1 AND j.shard = told.shard
        AND j.shard_sequence > told.head AND {COUNTS})
RETURNING h.shard
"""
LISTED = """
SELECT event_id::text AS event_id, type, source, stream, stream_version, shard, shard_sequence,
    log_index, noticed_at
FROM ahead_of_owner ORDER BY log_index
"""
REENTERED = (
    "SELECT * FROM quarantine WHERE state = 'open' AND reason = 'dead-epoch' AND event_id = ANY($1)"
)
SETTLE = """
UPDATE quarantine SET state = 'discarded', blocks_stream = false, settled_by = 'ingest',
    settled_why = 'the restored owner published this very event again'
WHERE id = ANY($1)
"""
BEYOND = """
INSERT INTO log_differences (reader, source, shard, sequence, kind, journal_event_id,
    journal_leaf, log_index)
SELECT 'reporting', j.source, j.shard, j.shard_sequence, 'not-the-owners', j.event_id, j.leaf,
    j.log_index
FROM journal j JOIN unnest($1::uuid[], $2::text[]) AS b(event_id, source) USING (event_id, source)
ON CONFLICT DO NOTHING
"""
FOUND_AGAIN = """
DELETE FROM ahead_of_owner a USING unnest($1::text[], $2::uuid[]) AS again(source, event_id)
WHERE a.source = again.source AND a.event_id = again.event_id
"""


async def blocked_streams(
    connection: asyncpg.Connection, streams: Collection[StreamKey]
) -> dict[StreamKey, int]:
    """Which of these streams wait, from which version on (`admit` says how): an earlier event waits
    for a person, was discarded, or was lost."""
    if not streams:
        return {}
    rows = await connection.fetch(BLOCKED, *zip(*streams, strict=True))
    return {(row["source"], row["stream"]): row["first"] for row in rows}


async def learn(pool: asyncpg.Pool, source: str, epochs: Epochs) -> bool:
    """Take over what an owner says of its epochs; returns whether anything was new.

    Reading goes on where the owner's log was truncated, and what the journal has beyond is named.
    """
    async with pool.acquire() as connection, connection.transaction():
        await journal.lock_head(connection)
        known = (await known_epochs(connection)).get(source, FIRST)
        if epochs.current <= known.current:
            return False
        kept = [epochs.inherited(shard, known.current) for shard in range(SHARDS)]
        heads = await connection.fetch(
            "SELECT shard, sequence FROM shard_heads WHERE source = $1", source
        )
        truncated = {
            r["shard"]: kept[r["shard"]] for r in heads if r["sequence"] > kept[r["shard"]]
        }
        await _name(connection, source, truncated)
        await connection.execute(REWIND, source, list(truncated), list(truncated.values()))
        await keep_epochs(connection, source, epochs)
    log.warning("an owner was restored", source=source, epoch=epochs.current)
    return True


async def notice(pool: asyncpg.Pool, source: str, heads: Mapping[int, int], last: int) -> None:
    """Name what the journal, up to the log_index `last`, has beyond `heads` of an owner that says
    of no restore.

    Where nothing there counts, reading goes on at the owner's head: a known event under a later
    sequence had moved ours, a hand, or what is disowned by now.
    """
    async with pool.acquire() as connection, connection.transaction():
        await journal.lock_head(connection)
        await _name(connection, source, heads, last)
        lowered = await connection.fetch(LOWER, source, list(heads), list(heads.values()))
    if lowered:
        shards = [row["shard"] for row in lowered]
        log.warning("heads were ahead of their owner, and go back", source=source, shards=shards)


async def listed(pool: asyncpg.Pool) -> list[dict[str, Any]]:
    """The events of the journal that their owners have lost, in log order."""
    return [dict(row) for row in await pool.fetch(LISTED)]


async def settle_reentered(connection: asyncpg.Connection, admission: Admission) -> None:
    """Settle what was named as lost and is back: the same event, stamped anew by its owner."""
    if not admission.epochs:
        return
    restored = [
        record
        for record in (*admission.accepted, *admission.duplicates)
        if admission.epochs_of(record.envelope) != FIRST
        and not admission.epochs_of(record.envelope).are_dead(record.envelope)
    ]
    if not restored:
        return
    ids = [record.envelope.event_id for record in restored]
    sources = [record.envelope.source for record in restored]
    await connection.execute(FOUND_AGAIN, sources, ids)
    rows = await connection.fetch(REENTERED, ids)
    if rows:
        await connection.execute(SETTLE, rows_of(rows, {record.leaf for record in restored}))


async def doubt_beyond(connection: asyncpg.Connection, admission: Admission) -> None:
    """Have what a person applied beyond its shard's head looked at by every comparison, until its
    owner's log has it: no other looks beyond the heads."""
    beyond = [
        (e.event_id, e.source)
        for e in (record.envelope for record in admission.accepted if record.sequenced)
        if (e.shard_sequence or 0) > admission.heads.get((e.source, e.shard or 0), 0)
    ]
    if beyond:
        await connection.execute(BEYOND, *zip(*beyond, strict=True))


async def _name(
    connection: asyncpg.Connection, source: str, heads: Mapping[int, int], last: int = 2**63 - 1
) -> None:
    if not heads:
        return
    found = await connection.fetch(AHEAD, source, list(heads), list(heads.values()), last)
    if found:
        log.error(
            "log-ahead-of-owner: the journal has events that their owner has lost",
            source=source,
            count=len(found),
            events=[dict(row) for row in found[:NAMED_MAX]],
        )
