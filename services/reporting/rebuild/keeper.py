"""The keeper: a projection that is stale is folded anew, by itself, as soon as it is noticed.

It looks once a second, and finds what a batch or a comparison has marked and what has happened to
the tables since. What only a person settles it leaves: `checkpoints.BY_A_PERSON`.
"""

import asyncio
import time

import asyncpg
import structlog

from services.reporting.journal import log as journal
from services.reporting.projections import checkpoints
from services.reporting.projections.checkpoints import BY_A_PERSON, Folded, Held
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.rebuild.outcome import Rebuilt
from shared.errors import Conflict
from shared.health import Health
from shared.metrics import PROJECTIONS_STALE

log = structlog.get_logger("keeper")

LOOK_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
"""Between two tries of a rebuild that fails; the pause doubles from LOOK_SECONDS."""


class Keeper:
    """Keeps the projections of a database what its journal gives. `found` is how they stood when it
    last looked; None before that."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        database_url: str,
        processes: int,
        health: Health | None = None,
    ) -> None:
        self.pool, self.database_url, self.processes = pool, database_url, processes
        self.health = health or Health()
        self.found: Folded | None = None

    async def run(self) -> None:
        """Look and rebuild until cancelled. A failure is logged and tried again."""
        pause = LOOK_SECONDS
        while True:
            try:
                await self.once()
                pause = LOOK_SECONDS
                self.health.succeeded("keeper")
            except Conflict:  # another rebuild is under way: it may be this very one
                pause = LOOK_SECONDS
            except Held as why:
                self.health.failed("keeper", why)
                log.error("projections are not kept", detail=str(why))
            except Exception as why:  # whatever it is, ingest must not fall with it
                self.health.failed("keeper", why)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                log.exception("projections are not kept")
            await asyncio.sleep(pause)

    async def once(self) -> Rebuilt | None:
        """Look, and rebuild what is stale; None where nothing is, or nothing may be."""
        found = await self._look()
        names = {each.projection for each in found.stale if each.reason not in BY_A_PERSON}
        if not names:
            return None
        started = time.monotonic()
        log.warning("folding stale projections anew", projections=sorted(names))
        rebuilt = await rebuild(self.database_url, self.processes, names, accept="more", apart=True)
        await self._look()
        seconds = round(time.monotonic() - started, 1)
        log.warning("folded anew", projections=sorted(names), seconds=seconds, now=rebuilt.swapped)
        return rebuilt

    async def _look(self) -> Folded:
        found = await checkpoints.folded(self.pool, thorough=True)
        if found.stale:
            async with self.pool.acquire() as connection, connection.transaction():
                await journal.begin_batch(connection)
                await checkpoints.settle(connection)
                found = await checkpoints.folded(connection)
        self.found = found
        PROJECTIONS_STALE.set(len(found.stale))
        return found
