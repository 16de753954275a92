"""The state of rebuilds, which is the database's: a row each in `rebuilds`, and one advisory lock.

Whoever rebuilds holds the lock as long as its connection lives. So any process can tell a rebuild
that runs from one whose process died: its row has no end, and nobody holds the lock.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import orjson

from shared.errors import Conflict
from shared.metrics import REBUILD_PROGRESS

LOCK = 7_302
PROGRESS_SECONDS = 0.5
"""How often progress is written at most."""

DIED = "it ended with its process or its connection"

END_THE_DEAD = "UPDATE rebuilds SET finished_at = now(), error = $1 WHERE finished_at IS NULL"
BEGIN = "INSERT INTO rebuilds (up_to) SELECT next_index - 1 FROM journal_head RETURNING id, up_to"
REACHED = "UPDATE rebuilds SET progress = $2 WHERE id = $1"
FINISH = "UPDATE rebuilds SET finished_at = now(), outcome = $2, error = $3 WHERE id = $1"
STATE = """
SELECT r.*, r.finished_at IS NULL AND EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND classid = 0 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS running
FROM rebuilds r ORDER BY id DESC LIMIT 2
"""


class RebuildState(NamedTuple):
    """The newest rebuild. `error`: why it failed; of one whose process died, that it did."""

    started_at: datetime
    finished_at: datetime | None
    up_to: int
    progress: float
    running: bool
    outcome: dict[str, Any] | None
    error: str | None


class Rebuilding:
    """The row of a rebuild under way, folding up to the log_index `up_to`."""

    def __init__(self, connection: asyncpg.Connection, number: int, up_to: int) -> None:
        self._connection, self._number, self.up_to = connection, number, up_to
        self._writing, self._written = asyncio.Lock(), 0.0
        self.outcome: dict[str, Any] | None = None

    async def reached(self, ratio: float) -> None:
        """Say how far it is, from 0 to 1."""
        REBUILD_PROGRESS.set(ratio)
        if self._writing.locked() or time.monotonic() - self._written < PROGRESS_SECONDS:
            return
        async with self._writing:
            await self._connection.execute(REACHED, self._number, ratio)
            self._written = time.monotonic()

    async def finish(self, error: str | None) -> None:
        """Write how it ended."""
        outcome = None if self.outcome is None else orjson.dumps(self.outcome).decode()
        async with self._writing:
            await self._connection.execute(FINISH, self._number, outcome, error)


@asynccontextmanager
async def alone(connection: asyncpg.Connection) -> AsyncIterator[Rebuilding]:
    """Begin the one rebuild that may run, on its own connection, and write how it ended.

    Raises Conflict `rebuild-running`.
    """
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
        raise Conflict("rebuild-running", "another rebuild is under way")
    await connection.execute(END_THE_DEAD, DIED)
    begun = Rebuilding(connection, *await connection.fetchrow(BEGIN))
    error: str | None = None
    try:
        yield begun
    except BaseException as why:
        error = type(why).__name__
        raise
    finally:
        REBUILD_PROGRESS.set(0)
        if not connection.is_closed():
            await begun.finish(error)
            await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)


async def rebuild_states(pool: asyncpg.Pool) -> list[RebuildState]:
    """The newest rebuild and the one before, newest first, whatever process they are of."""
    rows = await pool.fetch(STATE, LOCK)
    return [_state(row) for row in rows]


def _state(row: Any) -> RebuildState:
    died = row["finished_at"] is None and not row["running"]
    return RebuildState(
        row["started_at"],
        row["finished_at"],
        row["up_to"],
        row["progress"],
        row["running"],
        None if row["outcome"] is None else orjson.loads(row["outcome"]),
        DIED if died else row["error"],
    )
