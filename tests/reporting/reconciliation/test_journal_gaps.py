"""Rows that are gone from the journal are named, wherever they were."""

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.reconciliation.journal_gaps import journal_gaps
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream, take_rows


async def _journal_of(ingest: Ingest, events: int) -> None:
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(events)]
    await ingest.apply(raws, partition.move(raws))


async def test_a_whole_journal_has_no_gaps(pool: asyncpg.Pool, ingest: Ingest) -> None:
    async with pool.acquire() as connection:
        assert await journal_gaps(connection) == []
        await _journal_of(ingest, 9)
        assert await journal_gaps(connection) == []
        assert await journal_gaps(connection, 0, 5) == []
        assert await journal_gaps(connection, 10, 20) == []
        assert await journal_gaps(connection, 500, 600) == []


async def test_every_row_that_is_gone_is_named_first_middle_and_last(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    await _journal_of(ingest, 9)
    for first, last in ((1, 1), (4, 6), (9, 9)):
        await take_rows(pool, first, last)
    async with pool.acquire() as connection:
        assert await journal_gaps(connection) == [
            {"first": 1, "last": 1},
            {"first": 4, "last": 6},
            {"first": 9, "last": 9},
        ]
        assert await journal_gaps(connection, 2, 6) == [{"first": 4, "last": 5}]
        assert await journal_gaps(connection, 5, 9) == [{"first": 5, "last": 6}]
        assert await journal_gaps(connection, 7, 9) == []


async def test_gaps_are_found_in_every_stretch(
    pool: asyncpg.Pool, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.reporting.reconciliation.journal_gaps.STRETCH", 4)
    await _journal_of(ingest, 11)
    for first, last in ((2, 2), (8, 9), (11, 11)):
        await take_rows(pool, first, last)
    async with pool.acquire() as connection:
        found = [(gap["first"], gap["last"]) for gap in await journal_gaps(connection)]
    assert found == [(2, 2), (8, 8), (9, 9), (11, 11)]  # cut where a stretch ends
