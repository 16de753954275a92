"""One document of how reporting stands: what was read, what waits, and what cannot be said now."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.queries import status as module
from services.reporting.queries.status import status
from services.reporting.reconciliation.difference_store import Read, keep
from services.reporting.reconciliation.log_difference import LogDifference
from shared.contract.catalogue import topic_of
from shared.relay.digests import Range
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream

NOW = datetime(2022, 12, 15, tzinfo=UTC)
BENEFITS = topic_of("benefits")
Ends = dict[tuple[str, int], int]


async def stands(pool: asyncpg.Pool, ends: Ends | None = None, now: datetime = NOW) -> Any:
    async def end_offsets(asked: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
        return {each: ends[each] for each in asked if each in ends} if ends else {}

    return await status(pool, end_offsets, now)


async def read(ingest: Ingest, partition: Partition, first: int, *dropped: int) -> None:
    author = Author()
    envelopes = [author.write(gift_stream(1), gift(1, quantity=n)) for n in range(first, first + 3)]
    raws = [partition.raw(e) for n, e in enumerate(envelopes) if n not in dropped]
    await ingest.apply(raws, partition.move(raws))


async def test_before_anything_was_read_nothing_lags_and_nothing_has_an_age(
    pool: asyncpg.Pool,
) -> None:
    found = await stands(pool)
    assert found["journal"] == {
        "log_index": 0, "sealed_at": None, "epoch": 1, "age_seconds": None,
    }  # fmt: skip
    assert (found["positions"], found["lag"]) == ([], 0)
    assert (found["parked"], found["parked_since"], found["quarantined"]) == (0, None, 0)
    assert (found["journal_gaps"], found["differences"]) == ([], [])


async def test_a_copy_that_is_not_its_owners_is_named(pool: asyncpg.Pool) -> None:
    assert (await stands(pool))["copies_differ"] == []
    event_id = "017e7624-cbb0-7e08-be4c-2ece180b01e3"
    differs = LogDifference(
        "/guildhall/members", 3, 5, "another-event", event_id, "00", event_id, "11", None
    )
    for reader in ("reporting", "benefits"):
        await keep(pool, Read(reader, differs.source), Range(3, 5, 5), [differs])
    (found,) = (await stands(pool))["copies_differ"]
    assert (found["reader"], found["shard"], found["sequence"]) == ("benefits", 3, 5)
    assert (found["kind"], found["copy_event_id"]) == ("another-event", event_id)


async def test_a_lag_is_known_only_where_kafka_told_every_end(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    await read(ingest, Partition(), 1)
    await read(ingest, Partition(number=1), 1)
    assert (await stands(pool))["lag"] is None
    half = await stands(pool, {(BENEFITS, 0): 9})
    assert [row["lag"] for row in half["positions"]] == [6, None]
    assert half["lag"] is None
    whole = await stands(pool, {(BENEFITS, 0): 9, (BENEFITS, 1): 2})
    assert [row["lag"] for row in whole["positions"]] == [6, 0], "an end told late is no lag"
    assert whole["lag"] == 6


async def test_what_waits_behind_a_gap_is_counted_with_since_when(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    await read(ingest, Partition(), 1, 1)
    found = await stands(pool)
    assert (found["journal"]["log_index"], found["parked"]) == (1, 1)
    assert found["parked_since"] is not None
    (position,) = found["positions"]
    assert (position["applied"], position["parked"], position["next_offset"]) == (1, 1, 2)


async def test_an_age_is_never_below_nought_though_a_clock_ran_ahead(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    await read(ingest, Partition(), 1)
    sealed = (await stands(pool))["journal"]["sealed_at"]
    for seconds, age in ((90, 90.0), (0, 0.0), (-90, 0.0)):
        found = await stands(pool, now=sealed + timedelta(seconds=seconds))
        assert found["journal"]["age_seconds"] == age


async def test_what_takes_too_long_to_compare_is_left_out_and_the_rest_is_said(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(connection: asyncpg.Connection) -> list[dict[str, Any]]:
        await connection.execute("SELECT pg_sleep(600)")
        raise AssertionError("it was not stopped")

    monkeypatch.setattr(module, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(module, "journal_gaps", endless)
    async with asyncio.timeout(30):
        found = await stands(pool)
    assert (found["journal_gaps"], found["differences"]) == (None, [])
