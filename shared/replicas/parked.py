"""Records of a replica that are parked behind a gap in their shard's sequence, with their bytes.

They leave in order once the owner has published again what is missing. Whose gap stays open is
quarantined by name: that a sequence came from nowhere is to be seen.
"""

from collections import Counter
from collections.abc import Sequence

import asyncpg
import structlog

from shared.kafka.acceptance import Accepted
from shared.replicas.admission import Quarantined
from shared.replicas.records import Read, Reader, columns

log = structlog.get_logger("replica")

PARKED_MAX = 50_000
"""Of one source; what is more waits at its owner, who publishes it again when it is missed."""
GIVEN_UP_MAX = 500
"""Records that are given up at once."""

PARK = """
INSERT INTO replica_parked (source, shard, sequence, epoch, topic, partition, kafka_offset, key,
    headers, value, parked_at)
SELECT $1, shard, sequence, epoch, topic, partition, kafka_offset, key, headers, value,
    coalesce(since, now())
FROM unnest($2::smallint[], $3::bigint[], $4::int[], $5::text[], $6::int[], $7::bigint[],
    $8::bytea[], $9::bytea[], $10::bytea[], $11::timestamptz[])
AS w(shard, sequence, epoch, topic, partition, kafka_offset, key, headers, value, since)
ON CONFLICT (source, shard, epoch, sequence) DO NOTHING
"""
PARKED = """
SELECT p.* FROM replica_parked p JOIN unnest($2::smallint[], $3::bigint[], $4::int[])
    AS w(shard, sequence, epoch) USING (shard, sequence, epoch) WHERE p.source = $1
"""
RELEASE = """
DELETE FROM replica_parked p USING unnest($2::smallint[], $3::bigint[]) AS batch(shard, records)
WHERE p.source = $1 AND p.shard = batch.shard AND p.sequence <= batch.records
    + coalesce((SELECT h.sequence FROM replica_heads h
                WHERE h.source = $1 AND h.shard = batch.shard), 0)
    + (SELECT count(*) FROM replica_parked w WHERE w.source = $1 AND w.shard = batch.shard)
RETURNING p.*
"""
"""What a batch may reach: its own and the parked records cannot move a head further, so that a
sequence from nowhere is not read again with every batch of its shard."""
GIVE_UP = """
DELETE FROM replica_parked p USING (
    SELECT source, shard, epoch, sequence FROM replica_parked
    WHERE source = $1 AND parked_at < now() - make_interval(secs => $2)
    ORDER BY shard, epoch, sequence LIMIT $3
) w
WHERE (p.source, p.shard, p.epoch, p.sequence) = (w.source, w.shard, w.epoch, w.sequence)
RETURNING p.*
"""


async def release(
    connection: asyncpg.Connection, reader: Reader, reads: Sequence[Read]
) -> list[Read]:
    """Take out the parked records of these records' shards that may be their shard's next now."""
    shards = Counter(
        read.envelope.shard
        for read in reads
        if read.envelope is not None and read.envelope.shard is not None
    )
    if not shards:
        return []
    source = reader.publisher.source
    rows = await connection.fetch(RELEASE, source, list(shards), list(shards.values()))
    return reader.read_rows(rows, parked=True)


async def park(
    connection: asyncpg.Connection, reader: Reader, reads: Sequence[Read]
) -> list[Quarantined]:
    """Keep these records; returns those whose place another record has, which waits already."""
    source = reader.publisher.source
    room = PARKED_MAX - await connection.fetchval(
        "SELECT count(*) FROM replica_parked WHERE source = $1", source
    )
    if len(reads) > room:
        log.error("too many records wait behind gaps", source=source, not_kept=len(reads) - room)
    events = [read for read in reads[: max(0, room)] if isinstance(read.said, Accepted)]
    if not events:
        return []
    rows = []
    for read in events:
        envelope = read.said.envelope
        assert envelope is not None
        place = envelope.shard, envelope.shard_sequence, envelope.epoch
        rows.append((*place, *columns(read), read.since))
    await connection.execute(PARK, source, *zip(*rows, strict=True))
    found = await connection.fetch(PARKED, source, *list(zip(*rows, strict=True))[:3])
    stored = {
        (row["shard"], row["sequence"], row["epoch"]): read.content
        for row, read in zip(found, reader.read_rows(found, parked=True), strict=True)
    }
    return [
        Quarantined(
            read, "sequence-reused", f"another event waits as sequence {row[1]} of shard {row[0]}"
        )
        for read, row in zip(events, rows, strict=True)
        if stored[row[:3]] != read.content
    ]


async def give_up(
    connection: asyncpg.Connection, reader: Reader, seconds: float
) -> list[Quarantined]:
    """Take out records that waited longer behind a gap, to be quarantined."""
    rows = await connection.fetch(GIVE_UP, reader.publisher.source, seconds, GIVEN_UP_MAX)
    return [
        Quarantined(
            read,
            "gap-not-closed",
            f"sequence {row['sequence']} of shard {row['shard']} waits for one that never came",
        )
        for row, read in zip(rows, reader.read_rows(rows, parked=True), strict=True)
    ]
