"""Rebuild: fold the whole journal into new tables, catch up, compare, swap.

Readers see the old tables until the swap and never half of the new ones. Ingest goes on; it waits
only while the last entries are folded and the schemas change names.
"""

import time
from typing import NamedTuple

import asyncpg
import structlog

from services.reporting import journal
from services.reporting.figures.sums import differences
from services.reporting.fold import FOREVER, Projection
from services.reporting.ingest import LIVE, fold_entries
from services.reporting.projections import PROJECTIONS, create_tables
from shared.errors import Conflict
from shared.metrics import REBUILD_PROGRESS

log = structlog.get_logger("rebuild")

NEXT = "projections_next"
BATCH_ENTRIES = 5000
LOCK = 7_302


class TableCompared(NamedTuple):
    """One projection: rows compared, and how many stand on one side alone."""

    projection: str
    rows: int
    only_live: int
    only_rebuilt: int


class Rebuilt(NamedTuple):
    """The outcome: whether live equalled rebuilt, row by row, at `log_index`."""

    equal: bool
    log_index: int
    tables: list[TableCompared]
    seconds: float


async def rebuild(pool: asyncpg.Pool) -> Rebuilt:
    """Rebuild every projection and swap it in. Raises Conflict `rebuild-running`."""
    started = time.perf_counter()
    async with pool.acquire() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            raise Conflict("rebuild-running", "another rebuild is under way")
        try:
            await connection.execute(f"DROP SCHEMA IF EXISTS {NEXT} CASCADE")
            await create_tables(connection, NEXT)
            up_to = await journal.last_index(connection)
            await _fold(connection, 0, up_to)
            tables = [await _compare(connection, p, up_to) for p in PROJECTIONS]
            await _swap(connection, up_to)
        finally:
            REBUILD_PROGRESS.set(0)
            await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
    equal = not any(table.only_live or table.only_rebuilt for table in tables)
    if not equal:
        log.error(
            "live projections differed from the journal", tables=[t._asdict() for t in tables]
        )
    return Rebuilt(equal, up_to, tables, time.perf_counter() - started)


async def _fold(connection: asyncpg.Connection, after: int, up_to: int) -> None:
    async for entries in journal.read(connection, after, up_to, BATCH_ENTRIES):
        async with connection.transaction():
            await fold_entries(connection, NEXT, entries)
        REBUILD_PROGRESS.set(entries[-1].log_index / max(up_to, 1))


async def _compare(
    connection: asyncpg.Connection, projection: Projection, up_to: int
) -> TableCompared:
    """Compare all row versions begun by `up_to`; one that ended later still stood then."""
    columns = ", ".join(projection.columns)

    def side(schema: str) -> str:
        return (
            f"SELECT {columns}, valid_from, CASE WHEN valid_to > $1 THEN {FOREVER}"
            f" ELSE valid_to END AS valid_to FROM {schema}.{projection.name} WHERE valid_from <= $1"
        )

    live, rebuilt = side(LIVE), side(NEXT)
    row = await connection.fetchrow(
        f"SELECT (SELECT count(*) FROM ({rebuilt}) n) AS rows,"
        f" (SELECT count(*) FROM (({live}) EXCEPT ALL ({rebuilt})) l) AS only_live,"
        f" (SELECT count(*) FROM (({rebuilt}) EXCEPT ALL ({live})) r) AS only_rebuilt",
        up_to,
    )
    return TableCompared(projection.name, *row.values())


async def _swap(connection: asyncpg.Connection, after: int) -> None:
    async with connection.transaction():
        head = await journal.lock_head(connection)
        async for entries in journal.read(connection, after, head.next_index - 1, BATCH_ENTRIES):
            await fold_entries(connection, NEXT, entries)
        wrong = await differences(connection, NEXT)
        if wrong:
            raise AssertionError(f"rebuilt partial sums differ from their lists: {wrong[:3]}")
        # Dropping in the same transaction makes every cached plan look the name up again.
        await connection.execute(f"DROP SCHEMA {LIVE} CASCADE")
        await connection.execute(f"ALTER SCHEMA {NEXT} RENAME TO {LIVE}")
