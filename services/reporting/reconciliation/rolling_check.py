"""A comparison that never ends: the newest stretch of the log every round, and one older stretch,
all of them in turn. A whole log of millions could not be compared every fifteen seconds."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

STRETCH = 524_288
"""Log indexes compared at once: 64 blocks of partial sums."""
NO_END = 2**63 - 1
"""Before this log_index is all of the log."""

Compare = Callable[[asyncpg.Connection, int, int], Awaitable[list[dict[str, Any]]]]
"""What is wrong from one log_index to before another."""


class RollingCheck:
    """Compares by `compare`, a round at a time; the newest stretch has no end (NO_END)."""

    def __init__(self, compare: Compare) -> None:
        self._compare = compare
        self._next = 0
        self._older: dict[int, list[dict[str, Any]]] = {}

    async def round(self, connection: asyncpg.Connection, last_index: int) -> list[dict[str, Any]]:
        """What is wrong; of an older stretch, what was wrong when it was last its turn."""
        recent = max(0, last_index - STRETCH)
        since = self._next if self._next < recent else 0
        self._next = since + STRETCH
        if recent:
            await self._look(connection, since, recent)
        return self._with(await self._compare(connection, recent, NO_END))

    async def sweep(self, connection: asyncpg.Connection, last_index: int) -> list[dict[str, Any]]:
        """What is wrong anywhere, now."""
        recent = max(0, last_index - STRETCH)
        for since in range(0, recent, STRETCH):
            await self._look(connection, since, recent)
        return self._with(await self._compare(connection, recent, NO_END))

    def forget(self) -> None:
        """What was wrong in older stretches is told no more: it was put right."""
        self._older.clear()

    async def _look(self, connection: asyncpg.Connection, since: int, recent: int) -> None:
        until = min(since + STRETCH, recent)
        self._older[since] = await self._compare(connection, since, until)

    def _with(self, newest: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [each for stretch in self._older.values() for each in stretch] + newest
