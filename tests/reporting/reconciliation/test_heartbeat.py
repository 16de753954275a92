"""Whether the worker is there is read from PostgreSQL, with what its parts last did."""

import asyncio
import math

import asyncpg
import pytest

from services.reporting.reconciliation import heartbeat as module
from services.reporting.reconciliation.heartbeat import (
    GONE_SECONDS,
    beat,
    heartbeat,
    watch,
    write,
)
from shared.health import Health
from shared.metrics import WORKER_HEARTBEAT_AGE

OLDER = "UPDATE worker_parts SET last_success = now() - make_interval(secs => $1)"


async def test_a_worker_that_never_was_is_not_there(pool: asyncpg.Pool) -> None:
    assert (await heartbeat(pool)).document() == {"there": False, "age_seconds": None, "parts": {}}


async def test_a_heartbeat_says_that_it_is_there_and_what_its_parts_did(
    pool: asyncpg.Pool,
) -> None:
    health = Health()
    await write(pool, health)
    health.succeeded("scrub")
    health.failed("scrub", TimeoutError())
    health.failed("relay", ConnectionError("no Kafka"))
    await write(pool, health)
    found = await heartbeat(pool)
    assert found.there and found.age_seconds is not None and found.age_seconds < GONE_SECONDS
    assert found.parts["scrub"]["last_success"] == health.parts["scrub"].last_success
    assert found.parts["scrub"]["reason"] == "TimeoutError"
    assert found.parts["relay"]["reason"] == "ConnectionError: no Kafka"
    # A worker that was started since knows nothing of when a part last succeeded before.
    await write(pool, again := Health())
    again.failed("scrub", ValueError("x"))
    await write(pool, again)
    assert (await heartbeat(pool)).parts["scrub"] == {
        "last_success": health.parts["scrub"].last_success,
        "failed_at": again.parts["scrub"].failed_at,
        "reason": "ValueError: x",
    }


async def test_a_heartbeat_that_is_old_is_of_a_worker_that_is_gone(pool: asyncpg.Pool) -> None:
    await write(pool, Health())
    await pool.execute(OLDER, GONE_SECONDS + 1)
    found = await heartbeat(pool)
    assert not found.there
    assert found.age_seconds is not None and found.age_seconds >= GONE_SECONDS


async def test_it_beats_on_though_postgresql_was_away(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    async with pool.acquire() as connection:
        await connection.execute("ALTER TABLE worker_parts RENAME TO away")
    health = Health()
    beating = asyncio.create_task(beat(pool, health))
    while "heartbeat" not in health.parts:
        await asyncio.sleep(0.01)
    assert "UndefinedTableError" in health.parts["heartbeat"].reason
    await pool.execute("ALTER TABLE away RENAME TO worker_parts")
    async with asyncio.timeout(20):
        while not (await heartbeat(pool)).there:
            await asyncio.sleep(0.01)
    beating.cancel()


async def test_its_age_is_measured_and_nothing_is_where_it_cannot_be_read(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WATCH_SECONDS", 0.01)
    await write(pool, Health())
    await pool.execute(OLDER, 70)
    watching = asyncio.create_task(watch(pool))
    async with asyncio.timeout(20):
        while not 69 < WORKER_HEARTBEAT_AGE._value.get() < 90:
            await asyncio.sleep(0.01)
        await pool.execute("ALTER TABLE worker_parts RENAME TO away")
        while not math.isnan(WORKER_HEARTBEAT_AGE._value.get()):
            await asyncio.sleep(0.01)
    watching.cancel()
