"""Rebuild: fold the journal into new tables, catch up, compare, swap.

Readers see the old tables until the swap and never half of the new ones. Ingest goes on; it waits
only while the last entries are folded and the tables change places. Several processes fold, each
its share of the journal (`worker.py`), into tables that get their indexes once they are full.
"""

import asyncio
import time
from collections.abc import Collection
from typing import Any, Literal, NamedTuple

import asyncpg
import structlog

from services.reporting.journal import log as journal
from services.reporting.projections import (
    DEFINITIONS,
    FIGURE_LINES,
    PROJECTIONS,
    checkpoints,
    create_tables,
    dispatch_to,
    fold_entries,
    index_ddl,
)
from services.reporting.projections import figure_sums as sums
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.disowned import rebuild_disowned
from services.reporting.rebuild.comparison import NEXT, TableCompared, compare
from services.reporting.rebuild.processes import fold
from services.reporting.rebuild.shares import Share, connected
from services.reporting.rebuild.state import Rebuilding, alone
from services.reporting.rebuild.worker import LATE_DDL

log = structlog.get_logger("rebuild")

BATCH_ENTRIES = 5000

WORTH_A_PROCESS = 50_000
"""Entries below which a process takes longer to start than it saves."""

MEMORY = "SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'"
"""What sorting a table into an index, or adding it up, may take."""

REFOLDED = "UPDATE judged SET refolded = true"

Accept = Literal["equal", "more", "any"]
"""What is swapped in: what equals the live tables, has rows that those lost, or whatever it is."""


class Rebuilt(NamedTuple):
    """The outcome: whether live equalled rebuilt, row by row, at `log_index`, and whether the
    rebuilt was `swapped` in; if not, both are kept. `lost` are tables that held nothing to compare
    with; `stages` are the seconds each part of it took."""

    equal: bool
    swapped: bool
    log_index: int
    tables: list[TableCompared]
    lost: list[str]
    seconds: float
    stages: dict[str, float]

    def document(self) -> dict[str, Any]:
        """It as a JSON document."""
        return self._asdict() | {"tables": [table._asdict() for table in self.tables]}


async def rebuild(
    database_url: str,
    processes: int = 1,
    names: Collection[str] = DEFINITIONS,
    *,
    accept: Accept = "any",
    apart: bool = False,
) -> Rebuilt:
    """Rebuild the projections that are named and swap them in. `apart`: nothing is folded in this
    process but what comes meanwhile. Raises Conflict `rebuild-running`."""
    stages = _Stages()
    async with connected(database_url) as connection, alone(connection) as rebuilding:
        await connection.execute(MEMORY)
        folding = _Folding(database_url, connection, rebuilding, frozenset(_with_sums(names)))
        await folding.fold(processes, stages, apart=apart)
        tables, lost = await _compared(connection, folding)
        stages.end("compare")
        swapped = _accepted(tables, accept)
        if swapped:
            await _swap(connection, folding, await _catch_up(connection, folding), tables, lost)
        else:
            await _stop(connection, tables)
        stages.end("swap")
        equal = not any(table.differs for table in tables)
        seconds = sum(stages.seconds.values())
        outcome = (equal, swapped, rebuilding.up_to, tables, lost, seconds, stages.seconds)
        rebuilt = Rebuilt(*outcome)
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


class _Folding(NamedTuple):
    """What is folded anew: the projections `names`, up to where the journal ended when it began."""

    database_url: str
    connection: asyncpg.Connection
    rebuilding: Rebuilding
    names: frozenset[str]

    @property
    def up_to(self) -> int:
        """The log_index it is folded up to before it is compared."""
        return self.rebuilding.up_to

    async def fold(self, processes: int, stages: _Stages, *, apart: bool) -> None:
        """Fold into new tables, with their indexes and sums."""
        connection, rebuilding, names = self.connection, self.rebuilding, self.names
        await connection.execute(f"DROP SCHEMA IF EXISTS {NEXT} CASCADE")
        await create_tables(connection, NEXT, names, indexed=False)
        await connection.execute(LATE_DDL.format(schema=NEXT))
        of = max(1, min(processes, self.up_to // WORTH_A_PROCESS))
        shares = [
            Share(self.database_url, NEXT, "fold", number, of, self.up_to, tuple(names))
            for number in range(of)
        ]
        if names != {sums.NAME}:
            await fold(shares, "fold", lambda r: rebuilding.reached(0.6 * r), apart=apart)
        stages.end("fold")
        await _index(self.database_url, names, of)
        stages.end("index")
        if names != {sums.NAME}:
            await fold(shares, "late", lambda r: rebuilding.reached(0.8 + 0.05 * r), apart=apart)
        await connection.execute(f"DROP TABLE {NEXT}.late")
        await rebuild_disowned(connection, NEXT, dispatch_to(names), self.up_to)
        stages.end("late")
        if FIGURE_LINES.name in names:
            await sums.fill_sums(connection, NEXT, self.up_to + 1)
        elif sums.NAME in names:
            await sums.fill_sums(connection, NEXT, self.whole_blocks, lines=LIVE)
        await _vacuum(connection, names)
        stages.end("sums")
        await rebuilding.reached(0.9)

    @property
    def whole_blocks(self) -> int:
        """The log_index that begins the last block of sums."""
        return self.up_to // sums.BLOCK * sums.BLOCK


def _with_sums(names: Collection[str]) -> set[str]:
    """Sums are of lines, so they are folded with them."""
    return {*names, sums.NAME} if FIGURE_LINES.name in names else set(names)


def _accepted(tables: Collection[TableCompared], accept: Accept) -> bool:
    if accept == "any":
        return True
    return not any(table.only_live or (accept == "equal" and table.differs) for table in tables)


async def _compared(
    connection: asyncpg.Connection, folding: _Folding
) -> tuple[list[TableCompared], list[str]]:
    """The tables compared, and the names of those that are not what was folded at all."""
    stale = {each.projection: each for each in (await checkpoints.folded(connection)).stale}
    tables, lost = [], []
    for projection in PROJECTIONS:
        if projection.name not in folding.names:
            continue
        found = stale.get(projection.name)
        if found is not None and found.reason in checkpoints.LOST:
            lost.append(projection.name)
            continue
        up_to = min(folding.up_to, found.since) if found else folding.up_to
        tables.append(await compare(connection, projection, up_to))
    if sums.NAME in folding.names and sums.NAME in stale:
        lost.append(sums.NAME)
    return tables, lost


async def _stop(connection: asyncpg.Connection, tables: Collection[TableCompared]) -> None:
    """Answer from nothing that differs: what is only live contradicts the journal, which a person
    settles; what is only rebuilt was lost, and is folded anew."""
    async with connection.transaction():
        await journal.lock_head(connection)
        last = await journal.last_index(connection)
        for table in tables:
            if table.differs:
                reason: checkpoints.Reason = "rows-differ" if table.only_live else "rows-changed"
                await checkpoints.mark(
                    connection, checkpoints.Stale(table.projection, reason, last)
                )


async def _index(database_url: str, names: frozenset[str], at_once: int) -> None:
    """Create the indexes of the new tables, over as many connections as there are processes."""
    waiting = index_ddl(NEXT, names)

    async def create() -> None:
        async with connected(database_url) as connection:
            await connection.execute(MEMORY)
            while waiting:
                await connection.execute(waiting.pop(0))

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(create())


async def _vacuum(connection: asyncpg.Connection, names: frozenset[str]) -> None:
    """Without a map of what all may see, no question is answered from an index alone."""
    for table in sorted(names):
        await connection.execute(f"VACUUM (ANALYZE) {NEXT}.{table}")


async def _catch_up(connection: asyncpg.Connection, folding: _Folding) -> int:
    """Fold what was ingested meanwhile, until little is left; returns how far it came."""
    after = folding.up_to
    if folding.names == {sums.NAME}:
        return after
    while True:
        last = await journal.last_index(connection)
        if last - after < BATCH_ENTRIES:
            return after
        async for entries in journal.read(connection, after, last, BATCH_ENTRIES):
            async with connection.transaction():
                await fold_entries(connection, NEXT, entries, names=folding.names)
        after = last


async def _swap(
    connection: asyncpg.Connection,
    folding: _Folding,
    after: int,
    tables: Collection[TableCompared],
    lost: Collection[str],
) -> None:
    names = folding.names
    async with connection.transaction():
        head = await journal.begin_batch(connection)
        if names < set(DEFINITIONS):
            await checkpoints.to_fold(connection)
        if names == {sums.NAME}:
            since, before = folding.whole_blocks, head.next_index
            await sums.fill_sums(connection, NEXT, before, since=since, lines=LIVE)
        else:
            async for entries in journal.read(
                connection, after, head.next_index - 1, BATCH_ENTRIES
            ):
                await fold_entries(connection, NEXT, entries, names=names)
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {LIVE}")
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
        if lost or any(table.differs for table in tables):
            await connection.execute(REFOLDED)
