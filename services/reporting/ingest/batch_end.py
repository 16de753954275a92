"""What every batch writes last, in one statement: the head and its seal, how far each shard came,
and what became of the records."""

from collections.abc import Sequence

import asyncpg

from services.reporting.ingest.admission import Admission
from services.reporting.ingest.outcomes import counts
from services.reporting.journal.log import Head
from services.reporting.journal.record import Raw

CLOSE = """
WITH moved AS (
    UPDATE journal_head SET next_index = $1, sealed_at = $2 WHERE next_index < $1
    RETURNING next_index - 1 AS last_index, sealed_at
), sealed AS (
    INSERT INTO seals (last_index, sealed_at) SELECT last_index, sealed_at FROM moved
), heads AS (
    INSERT INTO shard_heads (source, shard, sequence)
    SELECT * FROM unnest($3::text[], $4::int[], $5::bigint[])
    ON CONFLICT (source, shard) DO UPDATE SET sequence = EXCLUDED.sequence
)
INSERT INTO consumed AS c (cluster_id, topic_id, partition, applied, duplicate, parked, quarantined)
SELECT * FROM unnest($6::text[], $7::uuid[], $8::int[], $9::bigint[], $10::bigint[], $11::bigint[],
    $12::bigint[])
ON CONFLICT (cluster_id, topic_id, partition) DO UPDATE SET
    applied = c.applied + EXCLUDED.applied, duplicate = c.duplicate + EXCLUDED.duplicate,
    parked = c.parked + EXCLUDED.parked, quarantined = c.quarantined + EXCLUDED.quarantined
"""


async def close(
    connection: asyncpg.Connection,
    head: Head,
    admission: Admission,
    released: Sequence[tuple[Raw, int]] = (),
) -> None:
    """Close a batch, in its transaction. `head` is the journal's after it, sealed no earlier than
    before; a seal is written where it moved.

    `released` are records that leave the column of `consumed` of that number (2: parked, 3:
    quarantined).
    """
    shards = [(*key, sequence) for key, sequence in admission.heads.items()]
    counted = counts(admission, released)
    await connection.execute(
        CLOSE,
        head.next_index,
        head.sealed_at,
        *(zip(*shards, strict=True) if shards else [()] * 3),
        *(zip(*counted, strict=True) if counted else [()] * 7),
    )
