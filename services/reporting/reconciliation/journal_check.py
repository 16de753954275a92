"""The journal's rows against their bytes, and the projections against the journal, in turn.

A round looks at the newest rows and, for half a second, at older ones; so every row has its turn
within as many rounds as the log takes half seconds. What was found wrong in a row stays told until
its turn comes again.
"""

import time
from collections.abc import Iterable
from typing import NamedTuple

import asyncpg

from services.reporting.journal import log as journal
from services.reporting.journal.integrity import CHECKED, WrongRow, check
from services.reporting.journal.record import Entry
from services.reporting.projections import DEFINITIONS, checkpoints
from services.reporting.projections.checkpoints import Folded, Stale, folded
from services.reporting.reconciliation.fold_check import Counted, Differs, fold_again, miscounted

CHUNK = 1000
"""Log indexes looked at at once: what others wait for on the loop."""
NEWEST = 2
"""Chunks looked at every round."""
SECONDS = 0.5
REST = 9
"""A round that took long rests so many times as long: a tenth of a core is enough."""
LONG_SECONDS = 0.2

ROWS = f"SELECT {CHECKED} FROM journal WHERE log_index >= $1 AND log_index < $2 ORDER BY log_index"
BACKDATED = """
SELECT s.last_index FROM seals s JOIN journal j ON j.log_index = s.last_index
WHERE s.sealed_at < j.recorded_at - interval '5 minutes' AND s.last_index >= $1
    AND s.last_index < $2
ORDER BY 1 LIMIT 100
"""


class Checked(NamedTuple):
    """Rows that are not what their bytes say, seals from before their events were recorded, and
    projections that are not what the journal gives; these are stale from now on."""

    rows: list[WrongRow]
    seals: list[int]
    projections: list[Differs]


class JournalCheck:
    """Looks at the log chunk by chunk. `whole`: at all of it every round."""

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self._next = 0
        self._rows: dict[int, list[WrongRow]] = {}
        self._seals: dict[int, list[int]] = {}
        self._sums: dict[str, Counted] = {}
        self._token: tuple[str, ...] = ()
        self._passed_over = False
        self._rests_until = 0.0

    async def round(self, pool: asyncpg.Pool, last_index: int) -> Checked:
        """What is wrong in the log up to `last_index`, as far as was looked."""
        began = time.monotonic()
        if not self.whole and began < self._rests_until:
            return self._told([])
        found = await self._round(pool, last_index)
        took = time.monotonic() - began
        if took > LONG_SECONDS and not found:
            self._rests_until = began + took * (1 + REST)
        return self._told(found)

    def _told(self, found: list[Differs]) -> Checked:
        every = [row for rows in self._rows.values() for row in rows]
        return Checked(every, [at for seals in self._seals.values() for at in seals], found)

    async def _round(self, pool: asyncpg.Pool, last_index: int) -> list[Differs]:
        found: list[Differs] = []
        newest = last_index // CHUNK
        if not self.whole:
            for number in range(max(0, newest - NEWEST + 1), newest + 1):
                found += (await self._look(pool, number, last_index))[0]
        until = time.monotonic() + SECONDS
        self._next = 0 if self.whole else self._next
        while True:
            found += await self._in_turn(pool, last_index)
            if self._next == 0 or (not self.whole and (found or time.monotonic() > until)):
                break
        return found

    async def _in_turn(self, pool: asyncpg.Pool, last_index: int) -> list[Differs]:
        """Look at the next chunk; after the last, count."""
        stands = await folded(pool)
        if self._next == 0:
            self._sums, self._token, self._passed_over = {}, stands.token, False
        found, counted = await self._look(pool, self._next, last_index)
        for name, more in counted.items():
            self._sums[name] = self._sums.get(name, Counted()).plus(more)
        self._next += 1
        if self._next * CHUNK <= last_index:
            return found
        self._next = 0
        if not (found or stands.stale or self._passed_over) and stands.token == self._token:
            async with pool.acquire() as connection:
                found = await miscounted(connection, self._sums, last_index)
                if found:
                    await _stop(connection, found)
        return found

    async def _look(
        self, pool: asyncpg.Pool, number: int, last_index: int
    ) -> tuple[list[Differs], dict[str, Counted]]:
        first, before = number * CHUNK, min((number + 1) * CHUNK, last_index + 1)
        async with pool.acquire() as connection:
            entries, self._rows[number] = await _read(connection, first, before)
            seals = await connection.fetch(BACKDATED, first, before)
            self._seals[number] = [row["last_index"] for row in seals]
            gone = len(entries) < before - max(first, 1)  # as a gap it is told by others
            if self._rows[number] or gone:
                self._passed_over = True
                return [], {}
            names = _names(await folded(connection))
            differ, counted = await fold_again(connection, entries, first, before, names)
            if differ:
                differ = await _again(connection, entries, first, before)
        return differ, counted


async def _read(
    connection: asyncpg.Connection, first: int, before: int
) -> tuple[list[Entry], list[WrongRow]]:
    looked = [check(row) for row in await connection.fetch(ROWS, first, before)]
    entries = [entry for entry, wrong in looked if entry is not None and wrong is None]
    return entries, [wrong for _, wrong in looked if wrong is not None]


async def _again(
    connection: asyncpg.Connection, entries: list[Entry], first: int, before: int
) -> list[Differs]:
    """Look once more while nobody writes; what differs still, is stale."""
    async with connection.transaction():
        await journal.lock_head(connection)
        names = _names(await folded(connection, thorough=True))
        differ, _ = await fold_again(connection, entries, first, before, names)
        await _stop(connection, differ)
    return differ


def _names(stands: Folded) -> frozenset[str]:
    """The projections that can be compared."""
    return frozenset(DEFINITIONS) - {each.projection for each in stands.stale}


async def _stop(connection: asyncpg.Connection, differ: Iterable[Differs]) -> None:
    async with connection.transaction():
        head = await journal.lock_head(connection)
        for each in differ:
            stale = Stale(each.projection, "rows-changed", head.next_index - 1)
            await checkpoints.mark(connection, stale)
