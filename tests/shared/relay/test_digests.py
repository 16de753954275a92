"""What an owner says its log holds: of every byte, and of what will never be published."""

import hashlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.document import leaf_hash
from shared.contract.envelope import SHARDS
from shared.eventstore.database import open_pool
from shared.eventstore.request import Reply
from shared.eventstore.store import EventStore, Write
from shared.relay.digests import Range, digests, entries, lost, requeue
from shared.relay.shard_log import STAMP
from tests.shared.eventstore.test_store import raised, request

STREAM = "tjtc/issue-affiliation"


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database)
    yield pool
    await pool.close()


async def stamped(pool: asyncpg.Pool, count: int) -> int:
    """So many events of one stream are stored and stamped; returns their shard."""
    store = EventStore(pool, system_clock, source_of("benefits"))
    events = [raised(f"i{n}") for n in range(count)]
    await store.append(request(key="k"), [Write(STREAM, 0, events)], Reply(201, {}))
    await pool.execute(STAMP, list(range(SHARDS)), count)
    return int(await pool.fetchval("SELECT shard FROM shard_log LIMIT 1"))


async def by_hand(pool: asyncpg.Pool, statement: str, table: str = "events") -> None:
    """What only the owner of the tables can do, who means it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
        await connection.execute(statement)
        await connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only")


async def test_a_digest_is_of_sequence_event_id_and_leaf_in_order(pool: asyncpg.Pool) -> None:
    shard = await stamped(pool, 5)
    rows = await pool.fetch("SELECT version, event_id, document FROM events ORDER BY version")
    hashed = hashlib.sha256()
    for row in rows[1:4]:
        hashed.update(row["version"].to_bytes(8) + row["event_id"].bytes)
        hashed.update(leaf_hash(row["document"]))
    asked = [Range(shard, 2, 4), Range(shard, 6, 9), Range((shard + 1) % SHARDS, 1, 9)]
    found = await digests(pool, asked)
    assert [(each["count"], each["sha256"]) for each in found] == [
        (3, hashed.hexdigest()),
        (0, hashlib.sha256().hexdigest()),
        (0, hashlib.sha256().hexdigest()),
    ]
    told = await entries(pool, Range(shard, 2, 2))
    assert told == [
        {
            "sequence": 2,
            "stream": STREAM,
            "version": 2,
            "event_id": str(rows[1]["event_id"]),
            "type": "guildhall.events.IssueRaised.v1",
            "leaf": leaf_hash(rows[1]["document"]).hex(),
        }
    ]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE events SET document = overlay(document placing 'x' from 20) WHERE version = 3",
        "UPDATE events SET event_id = gen_random_uuid() WHERE version = 3",
        "DELETE FROM events WHERE version = 1",
        "DELETE FROM events WHERE version = 5",
        "DELETE FROM events",
    ],
)
async def test_every_change_to_a_stored_event_is_another_digest(
    pool: asyncpg.Pool, tampering: str
) -> None:
    shard = await stamped(pool, 5)
    whole = [Range(shard, 1, 5)]
    before = await digests(pool, whole)
    await by_hand(pool, tampering)
    (after,) = await digests(pool, whole)
    assert after["count"] == 5
    assert [after] != before


async def test_an_event_without_outbox_row_and_stamp_is_lost_and_named(pool: asyncpg.Pool) -> None:
    await stamped(pool, 2)
    assert await lost(pool) == await lost(pool, whole=True) == []
    store = EventStore(pool, system_clock, source_of("benefits"))
    await store.append(request(key="l"), [Write(STREAM, 2, [raised("i9")])], Reply(201, {}))
    assert await lost(pool) == []  # it waits in the outbox
    await pool.execute("DELETE FROM outbox")
    (row,) = await lost(pool)
    assert (row["stream"], row["version"], row["type"]) == (
        STREAM,
        3,
        "guildhall.events.IssueRaised.v1",
    )
    assert await requeue(pool, [row["event_id"]]) == 1
    assert await requeue(pool, [row["event_id"]]) == 0
    assert await lost(pool, whole=True) == []
    assert await pool.fetchval("SELECT version FROM outbox") == 3


async def test_a_hand_that_keeps_the_counts_is_seen_where_each_event_is_looked_for(
    pool: asyncpg.Pool,
) -> None:
    """One event taken, another put in its place without outbox row: the counts agree."""
    shard = await stamped(pool, 4)
    before = await digests(pool, [Range(shard, 1, 4)])
    await by_hand(
        pool,
        "WITH taken AS (DELETE FROM events WHERE version = 4 RETURNING *) INSERT INTO events"
        " SELECT stream || '-forged', 1, gen_random_uuid(), type, org_id, shard, recorded_at,"
        " actor, document FROM taken",
    )
    assert await lost(pool) == []
    assert [row["stream"] for row in await lost(pool, whole=True)] == [f"{STREAM}-forged"]
    assert await digests(pool, [Range(shard, 1, 4)]) != before
