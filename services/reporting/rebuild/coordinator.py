"""Rebuild: fold the journal into new tables, catch up, compare, swap.

Readers see the old tables until the swap and never half of the new ones. Ingest goes on; it waits
only while the last entries are folded and the tables change places. Several processes fold, each
its share of the journal (`worker.py`), into tables that get their indexes once they are full.
"""

import asyncio
from collections.abc import Collection
from typing import NamedTuple

import asyncpg
import structlog

from services.reporting.journal import log as journal
from services.reporting.journal.integrity import WRONG_LEAVES, WrongRow
from services.reporting.projections import (
    DEFINITIONS,
    FIGURE_LINES,
    PROJECTIONS,
    checkpoints,
    create_tables,
    dispatch_to,
    index_ddl,
)
from services.reporting.projections import figure_sums as sums
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.disowned import rebuild_taken_out
from services.reporting.rebuild.comparison import NEXT, TableCompared, compare
from services.reporting.rebuild.outcome import Accept, Rebuilt, Stages, accepted
from services.reporting.rebuild.processes import fold
from services.reporting.rebuild.shares import Share, connected
from services.reporting.rebuild.state import Rebuilding, alone
from services.reporting.rebuild.swap import swap_in, whole_blocks
from services.reporting.rebuild.worker import LATE_DDL
from shared.contract.catalogue import CATALOGUE

log = structlog.get_logger("rebuild")

WORTH_A_PROCESS = 50_000
"""Entries below which a process takes longer to start than it saves."""

MEMORY = "SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'"
"""What sorting a table into an index, or adding it up, may take."""


async def rebuild(
    database_url: str,
    processes: int = 1,
    names: Collection[str] = DEFINITIONS,
    *,
    accept: Accept = "equal",
    apart: bool = False,
) -> Rebuilt:
    """Rebuild the projections that are named and swap them in, where they are what `accept` says
    and no row of the journal is wrong. `apart`: nothing is folded in this process but what comes
    meanwhile. Raises Conflict `rebuild-running`."""
    stages = Stages()
    async with connected(database_url) as connection, alone(connection) as rebuilding:
        await connection.execute(MEMORY)
        folding = _Folding(database_url, connection, rebuilding, frozenset(_with_sums(names)))
        wrong = await folding.fold(processes, stages, apart=apart)
        tables, lost = await _compared(connection, folding) if not wrong else ([], [])
        stages.end("compare")
        swapped = not wrong and accepted(tables, accept)
        if wrong:
            await _hold(connection, folding.names)
        elif swapped:
            refolded = bool(lost) or any(table.differs for table in tables)
            await swap_in(connection, folding.names, folding.up_to, refolded=refolded)
        else:
            await _stop(connection, tables)
        stages.end("swap")
        equal = not wrong and not any(table.differs for table in tables)
        seconds = sum(stages.seconds.values())
        outcome = (equal, swapped, rebuilding.up_to, tables, lost, wrong, seconds, stages.seconds)
        rebuilt = Rebuilt(*outcome)
        rebuilding.outcome = rebuilt.document()
    if not equal:
        log.error("live projections differ from the journal", outcome=rebuilding.outcome)
    return rebuilt


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

    async def fold(self, processes: int, stages: Stages, *, apart: bool) -> list[WrongRow]:
        """Fold into new tables, with their indexes and sums; or name the rows of the journal that
        are wrong, and nothing more."""
        connection, rebuilding, names = self.connection, self.rebuilding, self.names
        await connection.execute(f"DROP SCHEMA IF EXISTS {NEXT} CASCADE")
        await create_tables(connection, NEXT, names, indexed=False)
        await connection.execute(LATE_DDL.format(schema=NEXT))
        if wrong := await self._wrong_leaves():
            return wrong
        of = max(1, min(processes, self.up_to // WORTH_A_PROCESS))
        shares = [
            Share(self.database_url, NEXT, "fold", number, of, self.up_to, tuple(names))
            for number in range(of)
        ]
        if names != {sums.NAME}:
            await fold(shares, "fold", lambda r: rebuilding.reached(0.6 * r), apart=apart)
        if wrong := await self._wrong_columns():
            return wrong
        stages.end("fold")
        await _index(self.database_url, names, of)
        stages.end("index")
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {NEXT}.late)"):
            await fold(shares, "late", lambda r: rebuilding.reached(0.8 + 0.05 * r), apart=apart)
        await connection.execute(f"DROP TABLE {NEXT}.late, {NEXT}.wrong_rows")
        await rebuild_taken_out(connection, NEXT, dispatch_to(names), self.up_to)
        stages.end("late")
        if FIGURE_LINES.name in names:
            await sums.fill_sums(connection, NEXT, self.up_to + 1)
        elif sums.NAME in names:
            await sums.fill_sums(connection, NEXT, whole_blocks(self.up_to), lines=LIVE)
        await _vacuum(connection, names)
        stages.end("sums")
        await rebuilding.reached(0.9)
        return []

    async def _wrong_leaves(self) -> list[WrongRow]:
        rows = await self.connection.fetch(WRONG_LEAVES, self.up_to, list(CATALOGUE))
        return [WrongRow(row["log_index"], str(row["event_id"]), ("leaf",)) for row in rows]

    async def _wrong_columns(self) -> list[WrongRow]:
        rows = await self.connection.fetch(f"SELECT * FROM {NEXT}.wrong_rows ORDER BY log_index")
        return [WrongRow(row["log_index"], row["event_id"], tuple(row["wrong"])) for row in rows]


def _with_sums(names: Collection[str]) -> set[str]:
    """Sums are of lines, so they are folded with them."""
    return {*names, sums.NAME} if FIGURE_LINES.name in names else set(names)


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


async def _hold(connection: asyncpg.Connection, names: frozenset[str]) -> None:
    """Leave to a person what would be folded from a journal that was changed."""
    async with connection.transaction():
        await journal.lock_head(connection)
        for each in (await checkpoints.folded(connection)).stale:
            if each.projection in names:
                await checkpoints.mark(connection, each._replace(reason="journal-wrong"))


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
