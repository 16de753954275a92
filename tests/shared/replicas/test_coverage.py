"""Which of an owner's events a copy heard: in any order, once or often, with every gap known."""

import random
from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.contract.envelope import Envelope
from shared.eventstore.database import open_pool
from shared.replicas.coverage import cover, coverage
from shared.testing.author import Author
from tests.examples.events import issue_raised

SOURCE = "/guildhall/events"
EVENT = Author("events").write("tjtc/issue-1", issue_raised())


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database, size=2)
    yield pool
    await pool.close()


def heard(*places: tuple[int | None, int | None]) -> list[Envelope]:
    return [EVENT._replace(shard=shard, shard_sequence=number) for shard, number in places]


async def hear(pool: asyncpg.Pool, *places: tuple[int | None, int | None]) -> None:
    async with pool.acquire() as connection:
        await cover(connection, SOURCE, heard(*places))


async def shards(pool: asyncpg.Pool) -> list[tuple[int, int, int, int]]:
    found = await coverage(pool, "events")
    return [(r["shard"], r["head"], r["lacks_upto"], r["last"]) for r in found["shards"]]


async def test_of_what_nothing_was_heard_nothing_is_told(pool: asyncpg.Pool) -> None:
    assert await coverage(pool, "events") == {"source": SOURCE, "read": 0, "shards": []}
    await hear(pool)
    await hear(pool, (None, None), (3, None), (None, 4), (3, 0))
    assert await shards(pool) == []


async def test_a_gap_is_known_and_closes_when_it_is_heard(pool: asyncpg.Pool) -> None:
    await hear(pool, (4, 1), (4, 2), (4, 5), (9, 3))
    assert await shards(pool) == [(4, 2, 4, 5), (9, 0, 2, 3)]
    await hear(pool, (4, 4), (4, 7))
    assert await shards(pool) == [(4, 2, 6, 7), (9, 0, 2, 3)]
    await hear(pool, (4, 3), (4, 6), (9, 1), (9, 2))
    assert [row[:2] for row in await shards(pool)] == [(4, 7), (9, 3)]


async def test_in_whatever_order_and_however_often_it_is_heard_it_is_the_same(
    pool: asyncpg.Pool,
) -> None:
    chance = random.Random(2022)
    numbers = [number for number in range(1, 40) if number not in (17, 18, 30)]
    for _ in range(60):
        await hear(pool, *((0, number) for number in chance.sample(numbers, 7)))
    await hear(pool, *((0, number) for number in reversed(numbers)))
    assert await shards(pool) == [(0, 16, 30, 39)]


async def test_what_another_context_said_is_told_apart(pool: asyncpg.Pool) -> None:
    await hear(pool, (0, 1))
    assert (await coverage(pool, "members"))["shards"] == []


async def test_a_transaction_that_is_undone_heard_nothing(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        await cover(connection, SOURCE, heard((0, 1)))
        await undone.rollback()
    assert await shards(pool) == []
