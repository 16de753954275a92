"""The swap: what was folded anew takes the place of the tables that readers see, at once.

Readers hold their tables for as long as a question takes, several of them in any order. Of two who
wait for each other it is the swap that gives way, and is tried again: no question is answered 500
for it, and ingest waits for a reader LOCK_MILLISECONDS at a time. Auditors hold theirs for as long
as they like: after AUDITORS_SECONDS their sessions are ended.
"""

import asyncio
import time
from collections.abc import Collection

import asyncpg

from services.reporting.journal import log as journal
from services.reporting.projections import DEFINITIONS, checkpoints, fold_entries
from services.reporting.projections import figure_sums as sums
from services.reporting.projections.as_of import LIVE
from services.reporting.rebuild.auditors import end_auditors
from services.reporting.rebuild.comparison import NEXT

BATCH_ENTRIES = 5000
LOCK_MILLISECONDS = 500
"""How long the swap waits for its tables: less than `deadlock_timeout`, so that PostgreSQL never
chooses a reader as the victim."""
SWAP_SECONDS = 120.0
"""How long the swap is tried, while questions hold the tables."""
PAUSE_SECONDS = 0.2
AUDITORS_SECONDS = 60.0
"""How long the swap waits for an auditor's question."""

THERE = f"""
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('{LIVE}') AND relkind = 'r'
    AND relname = ANY($1) ORDER BY relname
"""
REFOLDED = "UPDATE judged SET refolded = true"


def whole_blocks(up_to: int) -> int:
    """The log_index that begins the last block of sums."""
    return up_to // sums.BLOCK * sums.BLOCK


async def swap_in(
    connection: asyncpg.Connection, names: frozenset[str], up_to: int, *, refolded: bool
) -> None:
    """Fold what was ingested after `up_to`, and swap; `refolded` has every finding judged anew.

    Raises asyncpg.QueryCanceledError, DeadlockDetectedError where readers hold the tables for
    SWAP_SECONDS.
    """
    after, began = up_to, time.monotonic()
    while True:
        after = await _catch_up(connection, names, after)
        # Ended just before the lock is asked for: a session made anew stands in line behind it.
        alone = time.monotonic() - began >= AUDITORS_SECONDS
        try:
            await _swap(connection, names, up_to, after, refolded=refolded, alone=alone)
        except (asyncpg.QueryCanceledError, asyncpg.DeadlockDetectedError):
            if time.monotonic() - began > SWAP_SECONDS:
                raise
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return


async def _catch_up(connection: asyncpg.Connection, names: frozenset[str], after: int) -> int:
    """Fold what was ingested meanwhile, until little is left; returns how far it came."""
    if names == {sums.NAME}:
        return after
    while True:
        last = await journal.last_index(connection)
        if last - after < BATCH_ENTRIES:
            return after
        async for entries in journal.read(connection, after, last, BATCH_ENTRIES):
            async with connection.transaction():
                await fold_entries(connection, NEXT, entries, names=names)
        after = last


async def _swap(
    connection: asyncpg.Connection,
    names: frozenset[str],
    up_to: int,
    after: int,
    *,
    refolded: bool,
    alone: bool,
) -> None:
    async with connection.transaction():
        head = await journal.begin_batch(connection)
        if names < set(DEFINITIONS):
            await checkpoints.to_fold(connection)
        if names == {sums.NAME}:
            since, before = whole_blocks(up_to), head.next_index
            await sums.fill_sums(connection, NEXT, before, since=since, lines=LIVE)
        else:
            async for entries in journal.read(
                connection, after, head.next_index - 1, BATCH_ENTRIES
            ):
                await fold_entries(connection, NEXT, entries, names=names)
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {LIVE}")
        if alone:
            await end_auditors(connection)
        await _lock(connection, names)
        for name in sorted(names):
            # Dropping in the same transaction makes every cached plan look the name up again.
            await connection.execute(f"DROP TABLE IF EXISTS {LIVE}.{name} CASCADE")
            await connection.execute(f"ALTER TABLE {NEXT}.{name} SET SCHEMA {LIVE}")
        await connection.execute(f"DROP SCHEMA {NEXT} CASCADE")
        if sums.NAME in names:
            wrong = await sums.differences(connection, LIVE, after)
            if wrong:
                raise AssertionError(f"rebuilt partial sums differ from their lists: {wrong[:3]}")
        await checkpoints.record(connection, names)
        if refolded:
            await connection.execute(REFOLDED)


async def _lock(connection: asyncpg.Connection, names: Collection[str]) -> None:
    """Lock those of the live tables that are there. Raises asyncpg.QueryCanceledError."""
    there = await connection.fetch(THERE, list(names))
    if there:
        tables = ", ".join(f"{LIVE}.{row['relname']}" for row in there)
        await connection.execute(
            f"SET LOCAL statement_timeout = {LOCK_MILLISECONDS};"
            f" LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE; SET LOCAL statement_timeout = 0"
        )
