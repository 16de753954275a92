"""Our own streams by kind: one range of the primary key, folded page by page."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import asyncpg

from shared.contract.envelope import DomainEvent
from shared.contract.events import EntryWithdrawn
from shared.contract.streams import StreamName
from shared.eventstore.store import EventStore
from shared.eventstore.write import state_of

READ_STREAMS = 200
"""How many streams are read at once while a list is put together."""

OF_A_KIND = """
SELECT stream FROM events WHERE stream > $1 AND stream < $2 AND version = 1
ORDER BY stream LIMIT $3
"""
# `.` is the character after `-`: all streams of one kind are one range of the primary key.

WITH_ENTRIES = """
SELECT stream FROM events WHERE stream = ANY($1) GROUP BY stream
HAVING count(*) > 2 * count(*) FILTER (WHERE type = $2)
"""
# A withdrawal takes one entry back: neither of the two counts.

S = TypeVar("S")
E = TypeVar("E", bound=DomainEvent)


class Found(NamedTuple, Generic[S]):
    """One stream's id (without union and kind), its version, and its state."""

    id: str
    version: int
    state: S


async def absent_streams(pool: asyncpg.Pool, streams: Sequence[str]) -> frozenset[str]:
    """Those of `streams` of which this service's store holds nothing that was not withdrawn."""
    rows = await pool.fetch(WITH_ENTRIES, streams, EntryWithdrawn.type_name())
    return frozenset(streams) - {row["stream"] for row in rows}


async def listed(
    store: EventStore,
    org_id: str,
    name: StreamName,
    evolve: Callable[[S | None, E], S],
    *,
    keep: Callable[[S], bool] = lambda _state: True,
    cursor: str = "",
    limit: int | None = None,
) -> list[Found[S]]:
    """A union's streams of this name whose state is kept, beyond the id `cursor`, by id: all of
    them, or `limit`."""
    found: list[Found[S]] = []
    low = name.prefix(org_id=org_id)
    while limit is None or len(found) < limit:
        rows = await store.pool.fetch(OF_A_KIND, low + cursor, low[:-1] + ".", READ_STREAMS)
        if not rows:
            break
        for stream, loaded in (await store.load_many([row["stream"] for row in rows])).items():
            state = state_of(evolve, loaded)
            if state is not None and keep(state):  # None: all of it was withdrawn
                found.append(Found(stream.removeprefix(low), loaded.version, state))
        cursor = rows[-1]["stream"].removeprefix(low)
    return found[:limit]
