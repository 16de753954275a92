"""Stamping ahead: each event in one batch, the next begun while one is sent, nobody forgotten."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any

import asyncpg
import pytest

from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import SHARDS, shard_of
from shared.eventstore.database import open_pool
from shared.eventstore.request import Reply
from shared.eventstore.store import EventStore, Write
from shared.kafka.access import KafkaAccess
from shared.relay.producer import Stamped
from shared.relay.relay import BACKLOG, Relay
from shared.relay.shard_log import RANGE, STAMP, UNPUBLISHED, Stamps
from tests.shared.eventstore.test_store import raised, request


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database)
    yield pool
    await pool.close()


async def stored(pool: asyncpg.Pool, numbers: range) -> list[str]:
    streams = [f"tjtc/issue-{n}" for n in numbers]
    store = EventStore(pool, system_clock, source_of("benefits"))
    writes = [Write(stream, 0, [raised()]) for stream in streams]
    await store.append(request(key=f"k-{numbers.start}"), writes, Reply(201, {}))
    return streams


async def test_a_batch_ahead_is_the_next_and_none_is_stamped_twice(pool: asyncpg.Pool) -> None:
    streams = await stored(pool, range(7))
    async with pool.acquire() as connection:
        stamps = Stamps(connection, list(range(SHARDS)), 3, asyncio.Event())
        batches = [await stamps.next()]
        await stamps.begin()
        assert stamps.ahead is not None
        batches += [await stamps.next(), await stamps.next(), await stamps.next()]
    assert [len(batch) for batch in batches] == [3, 3, 1, 0]
    assert sorted(row["stream"] for batch in batches for row in batch) == sorted(streams)


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        (STAMP, "('{0, 1}'::int[], 10)"),
        (UNPUBLISHED, "('{0, 1}'::int[], 10)"),
        (RANGE, "(0, 1::bigint, 9::bigint, 10)"),
        (BACKLOG, ""),
    ],
    ids=["stamp", "unpublished", "range", "backlog"],
)
async def test_a_plan_made_while_the_store_is_new_reads_no_table_that_grows_whole(
    database: str, statement: str, given: str
) -> None:
    """The relay keeps it. It took 3 ms of PostgreSQL's time for ten events among 15,000."""
    connection = await asyncpg.connect(database)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE asked AS {statement}")
    plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN EXECUTE asked{given}"))
    await connection.close()
    assert "Index Scan using events_pkey" in plan
    assert not re.search("Seq Scan on (events|shard_log)", plan), plan


async def test_the_backlog_is_what_is_not_acknowledged_and_as_old_as_its_oldest(
    pool: asyncpg.Pool,
) -> None:
    await stored(pool, range(3))
    await asyncio.sleep(0.05)
    unstamped = await pool.fetchrow(BACKLOG)
    await pool.fetch(STAMP, list(range(SHARDS)), 2)
    await stored(pool, range(3, 4))
    stamped = await pool.fetchrow(BACKLOG)
    await pool.fetch(STAMP, list(range(SHARDS)), 10)
    await pool.execute("UPDATE shards SET acked = head")
    assert [unstamped["rows"], stamped["rows"]] == [3, 4]
    assert 0.05 <= unstamped["age"] < stamped["age"]
    assert tuple(await pool.fetchrow(BACKLOG)) == (0, None)


async def test_what_wakes_us_while_a_batch_is_ahead_is_not_forgotten(pool: asyncpg.Pool) -> None:
    """It may have come too late to be in that batch."""
    woken = asyncio.Event()
    async with pool.acquire() as connection:
        stamps = Stamps(connection, list(range(SHARDS)), 3, woken)
        await stamps.begin()
        await stored(pool, range(1))
        woken.set()
        await stamps.next()
        assert woken.is_set()
        await stamps.next()
        assert not woken.is_set()


async def test_a_relay_that_is_left_with_a_batch_ahead_frees_its_connection(
    pool: asyncpg.Pool,
) -> None:
    await stored(pool, range(4))
    async with pool.acquire() as connection:
        stamps = Stamps(connection, list(range(SHARDS)), 3, asyncio.Event())
        await stamps.begin()
        await stamps.close()
        assert await connection.fetchval("SELECT 1") == 1


class Sent:
    """A publisher that keeps what it is sent, all of it acknowledged at once."""

    def __init__(self) -> None:
        self.streams: list[str] = []

    async def send(self, stamped: Iterable[Stamped]) -> asyncio.Future[Any]:
        self.streams += [row["stream"] for row in stamped]
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


async def test_a_relay_with_much_to_do_still_takes_what_a_dead_one_left(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def due_from_the_second_time_on(shards: list[int], _seconds: float) -> bool:
        nonlocal asked
        asked += 1
        return len(shards) < SHARDS and asked > 1

    monkeypatch.setattr(Relay, "_may_take", staticmethod(due_from_the_second_time_on))
    streams = await stored(pool, range(400))
    own = list(range(SHARDS // 2))
    of_own = sum(shard_of(stream) in own for stream in streams)
    relay, sent = (
        Relay(pool, "events", KafkaAccess("nowhere:9"), poll_seconds=0.01, batch=20),
        Sent(),
    )
    async with pool.acquire() as connection:
        publisher: Any = sent
        working = asyncio.create_task(relay._relay(connection, list(own), publisher))
        async with asyncio.timeout(30):
            while len(set(sent.streams)) < len(streams):
                await asyncio.sleep(0.01)
        working.cancel()
        await asyncio.wait([working])
        await connection.execute("SELECT pg_advisory_unlock_all()")
    first_of_the_dead = next(n for n, one in enumerate(sent.streams) if shard_of(one) not in own)
    assert first_of_the_dead < of_own
