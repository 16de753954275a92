"""How far each partition was read, as PostgreSQL has it: Kafka's committed offset is only advice.

A position is compared and set in the transaction of its batch: that fences a
worker which lost its partition.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg

MOVE_POSITIONS = """
WITH batch AS (
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])
        AS b(cluster_id, topic_id, topic, partition, expected, next_offset)
), begun AS (
    INSERT INTO positions (cluster_id, topic_id, partition, topic, next_offset)
    SELECT cluster_id, topic_id, partition, topic, next_offset FROM batch WHERE expected = 0
    ON CONFLICT DO NOTHING RETURNING topic_id, partition
), moved AS (
    UPDATE positions p SET next_offset = b.next_offset FROM batch b
    WHERE p.cluster_id = b.cluster_id AND p.topic_id = b.topic_id AND p.partition = b.partition
        AND p.next_offset = b.expected
    RETURNING p.topic_id, p.partition
)
SELECT topic_id, partition FROM begun UNION ALL SELECT topic_id, partition FROM moved
"""


class Fenced(Exception):
    """Another worker moved a position of this batch: it owns the partition now."""


class Move(NamedTuple):
    """A partition's position, as it was when the batch was read and as it becomes."""

    cluster_id: str
    topic_id: Any
    topic: str
    partition: int
    expected: int
    next_offset: int


async def move_positions(connection: asyncpg.Connection, moves: Sequence[Move]) -> None:
    """Compare and set the positions of a batch, in its transaction, under the journal's lock.

    Raises Fenced where one is not where the batch expects it.
    """
    if not moves:
        return
    rows = await connection.fetch(MOVE_POSITIONS, *zip(*moves, strict=True))
    moved = {(row["topic_id"], row["partition"]) for row in rows}
    for move in moves:
        if (move.topic_id, move.partition) not in moved:
            raise Fenced(f"{move.topic}[{move.partition}] is no longer at {move.expected}")
