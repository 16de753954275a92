"""Auditors' sessions, ended where they keep others waiting.

A session may lift the limits that it begins with. What its transaction reads it holds until its
end: a rebuild waited for it as long as it liked, and every figure was answered 503 meanwhile.
"""

import asyncio

import asyncpg
import structlog

from shared.health import Health

TRANSACTION_SECONDS = 300.0
"""How long an auditor's transaction may be open: minutes for the longest question there is."""
LOOK_SECONDS = 15.0

log = structlog.get_logger("auditors")


async def end_auditors(connection: asyncpg.Connection, older_than: float = 0.0) -> int:
    """End the sessions of auditors whose transaction is older than so many seconds, 0: all of
    them; returns how many."""
    ended: int = await connection.fetchval("SELECT end_auditors($1)", older_than)
    if ended:
        log.warning("sessions of auditors were ended", sessions=ended, older_than=older_than)
    return ended


async def keep(pool: asyncpg.Pool, health: Health) -> None:
    """End transactions of TRANSACTION_SECONDS, until cancelled."""
    while True:
        try:
            async with pool.acquire() as connection:
                await end_auditors(connection, TRANSACTION_SECONDS)
            health.succeeded("auditors")
        except Exception as why:  # whatever it is, ingest must not fall with it
            health.failed("auditors", why)
        await asyncio.sleep(LOOK_SECONDS)
