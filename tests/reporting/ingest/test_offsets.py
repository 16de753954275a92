"""Positions are compared and set: who is not where PostgreSQL is, owns the partition no more."""

from uuid import UUID

import asyncpg
import pytest

from services.reporting.ingest.offsets import Fenced, Move, move_positions


def move(partition: int, expected: int, next_offset: int, cluster: str = "c") -> Move:
    return Move(cluster, UUID(int=1), "topic", partition, expected, next_offset)


async def moved(pool: asyncpg.Pool, *moves: Move) -> dict[tuple[str, int], int]:
    async with pool.acquire() as connection, connection.transaction():
        await move_positions(connection, moves)
    rows = await pool.fetch("SELECT cluster_id, partition, next_offset FROM positions")
    return {(row["cluster_id"], row["partition"]): row["next_offset"] for row in rows}


async def test_all_partitions_of_a_batch_move_at_once(pool: asyncpg.Pool) -> None:
    assert await moved(pool, move(0, 0, 10), move(1, 0, 7)) == {("c", 0): 10, ("c", 1): 7}
    assert await moved(pool, move(1, 7, 8), move(2, 0, 4)) == {
        ("c", 0): 10,
        ("c", 1): 8,
        ("c", 2): 4,
    }


@pytest.mark.parametrize("expected", [0, 9, 11])
async def test_a_worker_that_lost_its_partition_moves_nothing(
    pool: asyncpg.Pool, expected: int
) -> None:
    before = await moved(pool, move(0, 0, 10), move(1, 0, 7))
    with pytest.raises(Fenced, match=rf"topic\[0\] is no longer at {expected}"):
        await moved(pool, move(1, 7, 9), move(0, expected, 20))
    assert await moved(pool, move(3, 0, 1)) == {**before, ("c", 3): 1}


async def test_a_position_that_was_forgotten_is_not_gone_on_from(pool: asyncpg.Pool) -> None:
    """Its partition is read from the start, by whoever has it now."""
    with pytest.raises(Fenced):
        await moved(pool, move(0, 500, 501))


async def test_another_cluster_has_positions_of_its_own(pool: asyncpg.Pool) -> None:
    await moved(pool, move(0, 0, 10))
    assert await moved(pool, move(0, 0, 3, "other")) == {("c", 0): 10, ("other", 0): 3}
