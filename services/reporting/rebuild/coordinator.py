"""Rebuild: fold the whole journal into new tables, catch up, compare, swap.

Readers see the old tables until the swap and never half of the new ones. Ingest goes on; it waits
only while the last entries are folded and the schemas change names. Several processes fold, each
its share of the journal (`worker.py`), into tables that get their indexes once they are full.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import asyncpg
import orjson
import structlog

from services.reporting.journal import log as journal
from services.reporting.projections import (
    DISPATCH,
    PROJECTIONS,
    create_tables,
    fold_entries,
    index_ddl,
)
from services.reporting.projections import figure_sums as sums
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.projections.definition import Projection
from services.reporting.projections.disowned import rebuild_disowned
from services.reporting.rebuild.shares import Share, Step, connected
from services.reporting.rebuild.state import alone
from services.reporting.rebuild.worker import LATE_DDL, STEPS

log = structlog.get_logger("rebuild")

NEXT = "projections_next"
BATCH_ENTRIES = 5000

WORTH_A_PROCESS = 50_000
"""Entries below which a process takes longer to start than it saves."""

MEMORY = "SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'"
"""What sorting a table into an index, or adding it up, may take."""


class TableCompared(NamedTuple):
    """One projection: rows compared, and how many stand on one side alone."""

    projection: str
    rows: int
    only_live: int
    only_rebuilt: int


class Rebuilt(NamedTuple):
    """The outcome: whether live equalled rebuilt, row by row, at `log_index`; `stages` are the
    seconds each part of it took."""

    equal: bool
    log_index: int
    tables: list[TableCompared]
    seconds: float
    stages: dict[str, float]

    def document(self) -> dict[str, Any]:
        """It as a JSON document."""
        return self._asdict() | {"tables": [table._asdict() for table in self.tables]}


async def rebuild(database_url: str, processes: int = 1) -> Rebuilt:
    """Rebuild every projection and swap it in. Raises Conflict `rebuild-running`."""
    stages = _Stages()
    async with connected(database_url) as connection, alone(connection) as rebuilding:
        await connection.execute(MEMORY)
        await connection.execute(f"DROP SCHEMA IF EXISTS {NEXT} CASCADE")
        await create_tables(connection, NEXT, indexed=False)
        await connection.execute(LATE_DDL.format(schema=NEXT))
        up_to = rebuilding.up_to
        of = max(1, min(processes, up_to // WORTH_A_PROCESS))
        shares = [Share(database_url, NEXT, "fold", number, of, up_to) for number in range(of)]
        await _fold(shares, "fold", lambda ratio: rebuilding.reached(0.6 * ratio))
        stages.end("fold")
        await _index(database_url, of)
        stages.end("index")
        await _fold(shares, "late", lambda ratio: rebuilding.reached(0.8 + 0.05 * ratio))
        await connection.execute(f"DROP TABLE {NEXT}.late")
        await rebuild_disowned(connection, NEXT, DISPATCH, up_to)
        stages.end("late")
        await sums.fill_sums(connection, NEXT, up_to + 1)
        await _vacuum(connection)
        stages.end("sums")
        await rebuilding.reached(0.9)
        tables = [await _compare(connection, projection, up_to) for projection in PROJECTIONS]
        stages.end("compare")
        await _swap(connection, await _catch_up(connection, up_to))
        stages.end("swap")
        equal = not any(table.only_live or table.only_rebuilt for table in tables)
        rebuilt = Rebuilt(equal, up_to, tables, sum(stages.seconds.values()), stages.seconds)
        rebuilding.outcome = rebuilt.document()
    if not equal:
        log.error("live projections differed from the journal", tables=rebuilding.outcome["tables"])
    return rebuilt


class _Stages:
    """Seconds from the end of one stage to the end of the next."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def end(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name], self._since = now - self._since, now


async def _fold(shares: list[Share], step: Step, tell: Callable[[float], Awaitable[None]]) -> None:
    """Do one step of every share, each in its process; a single share here."""
    reached = dict.fromkeys(range(len(shares)), 0)

    async def watch(share: Share, work: AsyncIterator[int]) -> None:
        async for log_index in work:
            reached[share.number] = log_index
            await tell(min(reached.values()) / max(share.up_to, 1))

    doing = [share._replace(step=step) for share in shares]
    if len(doing) == 1:
        await watch(doing[0], STEPS[step](doing[0]))
        return
    try:
        async with asyncio.TaskGroup() as group:
            for share in doing:
                group.create_task(watch(share, _in_process(share)))
    except BaseExceptionGroup as failures:  # the others were ended for the first one's sake
        raise failures.exceptions[0] from None


async def _in_process(share: Share) -> AsyncIterator[int]:
    """A share's work in a process of its own; it ends with us. Raises RuntimeError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.reporting.rebuild.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(orjson.dumps(share._asdict()))
        process.stdin.close()
        async for line in process.stdout:
            yield int(line)
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise RuntimeError(f"share {share.number} of the rebuild ended with status {status}")


async def _index(database_url: str, at_once: int) -> None:
    """Create the indexes of the new tables, over as many connections as there are processes."""
    waiting = index_ddl(NEXT)

    async def create() -> None:
        async with connected(database_url) as connection:
            await connection.execute(MEMORY)
            while waiting:
                await connection.execute(waiting.pop(0))

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(create())


async def _vacuum(connection: asyncpg.Connection) -> None:
    """Without a map of what all may see, no question is answered from an index alone."""
    for table in (*(projection.name for projection in PROJECTIONS), "figure_sums"):
        await connection.execute(f"VACUUM (ANALYZE) {NEXT}.{table}")


async def _compare(
    connection: asyncpg.Connection, projection: Projection, up_to: int
) -> TableCompared:
    """Compare all row versions begun by `up_to`; one that ended later still stood then.

    By sums of the rows' hashes first: who differs is looked for only where these do.
    """
    columns = ", ".join(projection.columns)

    def side(schema: str) -> str:
        return (
            f"SELECT {columns}, valid_from, CASE WHEN valid_to > {up_to} THEN {FOREVER}"
            f" ELSE valid_to END AS valid_to FROM {schema}.{projection.name}"
            f" WHERE valid_from <= {up_to}"
        )

    def digest(schema: str) -> str:
        return f"SELECT count(*), sum(hash_record_extended(r, 0)) FROM ({side(schema)}) r"

    live, rebuilt = [tuple(await connection.fetchrow(digest(schema))) for schema in (LIVE, NEXT)]
    if live == rebuilt:
        return TableCompared(projection.name, rebuilt[0], 0, 0)
    only_live, only_rebuilt = [
        await connection.fetchval(
            f"SELECT count(*) FROM (({side(one)}) EXCEPT ALL ({side(other)})) l"
        )
        for one, other in ((LIVE, NEXT), (NEXT, LIVE))
    ]
    return TableCompared(projection.name, rebuilt[0], only_live, only_rebuilt)


async def _catch_up(connection: asyncpg.Connection, after: int) -> int:
    """Fold what was ingested meanwhile, until little is left; returns how far it came."""
    while True:
        last = await journal.last_index(connection)
        if last - after < BATCH_ENTRIES:
            return after
        async for entries in journal.read(connection, after, last, BATCH_ENTRIES):
            async with connection.transaction():
                await fold_entries(connection, NEXT, entries)
        after = last


async def _swap(connection: asyncpg.Connection, after: int) -> None:
    async with connection.transaction():
        head = await journal.begin_batch(connection)
        async for entries in journal.read(connection, after, head.next_index - 1, BATCH_ENTRIES):
            await fold_entries(connection, NEXT, entries)
        wrong = await sums.differences(connection, NEXT, after)
        if wrong:
            raise AssertionError(f"rebuilt partial sums differ from their lists: {wrong[:3]}")
        # Dropping in the same transaction makes every cached plan look the name up again.
        await connection.execute(f"DROP SCHEMA {LIVE} CASCADE")
        await connection.execute(f"ALTER SCHEMA {NEXT} RENAME TO {LIVE}")
