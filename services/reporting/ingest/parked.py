"""Records parked behind a gap in their shard's sequence: they wait for what is missing, and leave
in order once it has come. Whose gap stays open goes to quarantine, for a person to settle."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from services.reporting.ingest.admission import Admission, reused
from services.reporting.ingest.decode import Refused
from services.reporting.ingest.raw_rows import bytes_row, content_hash, raw_of
from services.reporting.journal.record import Decoded, Raw

PARK = """
INSERT INTO parked (source, shard, sequence, epoch, cluster_id, topic_id, topic, partition,
    kafka_offset, key, headers, value, stream, stream_version, event_id, parked_at)
SELECT source, shard, sequence, epoch, cluster_id, topic_id, topic, partition, kafka_offset, key,
    headers, value, stream, stream_version, event_id, coalesce(since, now())
FROM unnest($1::text[], $2::int[], $3::bigint[], $4::int[], $5::text[], $6::uuid[], $7::text[],
    $8::int[], $9::bigint[], $10::bytea[], $11::bytea[], $12::bytea[], $13::text[], $14::int[],
    $15::uuid[], $16::timestamptz[])
AS w(source, shard, sequence, epoch, cluster_id, topic_id, topic, partition, kafka_offset, key,
    headers, value, stream, stream_version, event_id, since)
ON CONFLICT (source, shard, epoch, sequence) DO NOTHING
"""
PARKED = """
SELECT p.* FROM parked p JOIN unnest($1::text[], $2::int[], $3::bigint[], $4::int[])
    AS w(source, shard, sequence, epoch) USING (source, shard, sequence, epoch)
"""
RELEASE = """
DELETE FROM parked p
USING unnest($1::text[], $2::int[], $3::bigint[]) AS batch(source, shard, records)
WHERE p.source = batch.source AND p.shard = batch.shard AND p.sequence <= batch.records
    + coalesce((SELECT h.sequence FROM shard_heads h
                WHERE h.source = batch.source AND h.shard = batch.shard), 0)
    + (SELECT count(*) FROM parked w WHERE w.source = batch.source AND w.shard = batch.shard)
RETURNING p.*
"""
"""Parked records that a batch may reach: its own and the parked ones cannot move a head further, so
that a sequence from nowhere is not read again with every batch of its shard."""
GIVE_UP = """
WITH waited AS (
    DELETE FROM parked WHERE parked_at < now() - make_interval(secs => $1) RETURNING *
), counted AS (
    UPDATE consumed c SET parked = c.parked - w.n, quarantined = c.quarantined + w.n
    FROM (SELECT cluster_id, topic_id, partition, count(*) AS n FROM waited GROUP BY 1, 2, 3) w
    WHERE (c.cluster_id, c.topic_id, c.partition) = (w.cluster_id, w.topic_id, w.partition)
)
INSERT INTO quarantine AS q (reason, detail, source, stream, stream_version, event_id,
    blocks_stream, cluster_id, topic_id, topic, partition, kafka_offset, key, headers, value,
    org_id, content)
SELECT 'gap-not-closed',
       'sequence ' || sequence || ' of shard ' || shard || ' waits for one that never came',
       source, stream, stream_version, event_id,
       false, cluster_id, topic_id, topic, partition, kafka_offset, key, headers, value,
       split_part(stream, '/', 1),
       sha256(int4send(3) || 'key'::bytea || coalesce(int4send(length(key)) || key, int4send(-1))
           || int4send(5) || 'value'::bytea
           || coalesce(int4send(length(value)) || value, int4send(-1)) || headers)
FROM waited ORDER BY source, shard, epoch, sequence
ON CONFLICT (topic, content) DO UPDATE SET times_seen = q.times_seen + 1
RETURNING id
"""
"""The content's hash is `content_hash`, of the packed columns. What is parked was decoded: its
stream begins with its union."""


class Waited(NamedTuple):
    """A record that a batch released, and since when it had been parked (UTC)."""

    raw: Raw
    since: datetime


async def park(
    connection: asyncpg.Connection, admission: Admission, released: Sequence[Waited] = ()
) -> Admission:
    """Keep what a batch parked, in one statement; what it had released goes on waiting since when
    it waited. Returns the admission less what was parked before: that is a duplicate, or where it
    is another record under the same sequence, refused.
    """
    if not admission.parked:
        return admission
    since = {waited.raw.origin: waited.since for waited in released}
    rows = [(*_row(each), since.get(each.raw.origin)) for each in admission.parked]
    columns = list(zip(*rows, strict=True))
    await connection.execute(PARK, *columns)
    stored = {
        (row["source"], row["shard"], row["sequence"], row["epoch"]): raw_of(row)
        for row in await connection.fetch(PARKED, *columns[:4])
    }
    parked, again, refused = [], list(admission.duplicates), list(admission.refused)
    for record, row in zip(admission.parked, rows, strict=True):
        waiting = stored[row[:4]]
        if waiting.origin == record.raw.origin:
            parked.append(record)
        elif content_hash(waiting) == content_hash(record.raw):
            again.append(record)
        else:
            detail = f"another event waits as sequence {row[2]} of shard {row[1]}"
            refused.append(reused(record, detail))
    return admission._replace(parked=parked, duplicates=again, refused=refused)


async def release(
    connection: asyncpg.Connection, records: Sequence[Decoded | Refused]
) -> list[Waited]:
    """Take out the parked records of the shards in this batch: what they waited for may be in it,
    and be refused; its sequence is taken all the same."""
    shards = Counter(
        (r.envelope.source, r.envelope.shard)
        for r in records
        if r.envelope is not None and (r.sequenced if isinstance(r, Decoded) else r.blocks_stream)
    )
    if not shards:
        return []
    rows = await connection.fetch(RELEASE, *zip(*shards, strict=True), list(shards.values()))
    return [Waited(raw_of(row), row["parked_at"]) for row in rows]


async def give_up(pool: asyncpg.Pool, seconds: float) -> int:
    """Put records that waited longer behind a gap in quarantine; returns how many.

    Their owner was asked for what is missing and could not send it. The shard stays incomplete,
    and says so; a retry applies what waits, in order, once a person has decided to go on without.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM journal_head FOR UPDATE")
        moved = await connection.fetch(GIVE_UP, seconds)
    return len(moved)


def _row(record: Decoded) -> tuple[Any, ...]:
    envelope, raw = record.envelope, record.raw
    return (
        envelope.source,
        envelope.shard,
        envelope.shard_sequence,
        envelope.epoch,
        *raw.origin,
        *bytes_row(raw),
        envelope.stream,
        envelope.stream_version,
        envelope.event_id,
    )
