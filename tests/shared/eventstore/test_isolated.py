"""What cannot be written for its own fault is kept from the rest of its batch, and nothing else is.

That a journal's batch is isolated so is in tests/reporting/ingest/test_bisect.py.
"""

from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from shared.eventstore.database import open_pool
from shared.eventstore.isolated import Failed, is_of_the_item, place_of, write_isolated


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    pool = await open_pool(database, size=1)
    async with pool.acquire() as connection:
        await connection.execute("CREATE TABLE kept (id int PRIMARY KEY, word text)")
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()
    await pool.close()


class Writer:
    """Writes words; one that begins with ! raises before, and counts how often it was asked."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection, self.asked = connection, 0

    async def __call__(self, words: Sequence[str]) -> None:
        self.asked += 1
        rows = [(int(word.strip("!")), word) for word in words]
        await self.connection.executemany("INSERT INTO kept VALUES ($1, $2)", rows)
        for word in words:
            if word.startswith("!"):
                raise OverflowError(word)

    async def kept(self) -> list[int]:
        rows = await self.connection.fetch("SELECT id FROM kept ORDER BY id")
        return [row["id"] for row in rows]


async def test_all_is_written_at_once_where_nothing_fails(connection: asyncpg.Connection) -> None:
    write = Writer(connection)
    assert await write_isolated(connection, ["1", "2", "3"], write) == []
    assert (await write.kept(), write.asked) == ([1, 2, 3], 1)


async def test_one_that_raises_and_one_that_no_row_holds_fail_alone(
    connection: asyncpg.Connection,
) -> None:
    write = Writer(connection)
    words = [str(n) for n in range(20)]
    words[3], words[11], words[12] = "!3", "10", "99999999999"
    failed = await write_isolated(connection, words, write)
    assert [number for number, _ in failed] == [3, 11, 12]
    kinds = [OverflowError, asyncpg.UniqueViolationError, asyncpg.DataError]
    assert [type(why) for _, why in failed] == kinds
    assert await write.kept() == [n for n in range(20) if n not in (3, 11, 12)]
    assert write.asked < 20


async def test_of_a_group_nothing_follows_what_failed(connection: asyncpg.Connection) -> None:
    write = Writer(connection)
    words = ["1", "!2", "3", "14", "5"]
    failed = await write_isolated(connection, words, write, group=lambda word: len(word.strip("!")))
    assert [(n, why is None) for n, why in failed] == [(1, False), (2, True), (4, True)]
    assert await write.kept() == [1, 14]
    assert Failed(2, None) in failed


@pytest.mark.parametrize(
    "why", [asyncpg.DeadlockDetectedError(), ConnectionResetError(), MemoryError(), TimeoutError()]
)
async def test_no_item_is_blamed_for_what_is_not_its_own(
    connection: asyncpg.Connection, why: Exception
) -> None:
    async def write(_: Sequence[int]) -> None:
        raise why

    with pytest.raises(type(why)):
        await write_isolated(connection, [1, 2], write)


def test_a_key_that_the_caller_keeps_is_no_items_fault() -> None:
    why = asyncpg.UniqueViolationError("journal_pkey")
    why.table_name = "journal"
    assert is_of_the_item(why) and not is_of_the_item(why, own=("journal",))


def test_the_place_is_the_innermost() -> None:
    try:
        int("x")
    except ValueError as why:
        assert place_of(why).startswith(__name__)
    assert place_of(ValueError()) == "an unknown place"
