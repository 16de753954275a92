"""Where a simulated clock stands in reporting."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from shared.clock import SimulatedClock
from shared.eventstore.store import EventStore


async def keep_time(pool: Any, store: EventStore) -> None:
    """A simulated clock stands at least where the journal was last sealed."""
    if isinstance(store.clock, SimulatedClock):
        sealed: datetime | None = await pool.fetchval(
            "SELECT nullif(sealed_at, '-infinity') FROM journal_head"
        )
        if sealed is not None:
            store.clock.set(max(store.clock.now, sealed.astimezone(UTC)))


async def follow_time(pool: Any, store: EventStore, seconds: float = 0.5) -> None:
    """Keep a simulated clock there while a process runs: what a command may say is judged by it."""
    while isinstance(store.clock, SimulatedClock):
        await keep_time(pool, store)
        await asyncio.sleep(seconds)
    await asyncio.Event().wait()
