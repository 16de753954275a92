"""What an owner answers of its log, for whoever compares: digests, entries, and what it lost."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI
from pydantic import Field

from shared.contract.envelope import SHARDS
from shared.decider.command import Command
from shared.eventstore.store import EventStore
from shared.http.access import WATCHERS, of_every_union
from shared.relay.digests import RANGES_MAX, Range, digests, entries, lost, requeue

Shard = Annotated[int, Field(ge=0, lt=SHARDS)]
Sequence = Annotated[int, Field(ge=1, lt=2**62)]
WATCHED = [of_every_union(*WATCHERS)]


class AskedRange(Command):
    """Sequences of one shard, both ends included."""

    shard: Shard
    first: Sequence
    last: Sequence


class Digests(Command):
    """Ranges whose digests are asked for."""

    ranges: Annotated[tuple[AskedRange, ...], Field(min_length=1, max_length=RANGES_MAX)]


class Requeue(Command):
    """Lost events, by name, that are to be published after all."""

    event_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=1000)]


def add_log_routes(app: FastAPI, store: EventStore) -> None:
    """Of a shard's log: digests of ranges, the entries of a range; what is stored and never
    stamped, and publishing that after all."""

    @app.post("/v1/relay/digests", tags=["relay"], dependencies=WATCHED)
    async def log_digests(asked: Digests) -> dict[str, Any]:
        """SHA-256 over each range: sequence, event id and leaf of every entry, in order."""
        ranges = [Range(each.shard, each.first, each.last) for each in asked.ranges]
        return {"digests": await digests(store.pool, ranges)}

    @app.get("/v1/relay/entries", tags=["relay"], dependencies=WATCHED)
    async def log_entries(
        shard: Shard,
        first: Sequence,
        last: Sequence,
    ) -> dict[str, Any]:
        """Sequence, stream, event id, type and leaf of each entry of a range, 1,000 at most."""
        return {"entries": await entries(store.pool, Range(shard, first, last))}

    @app.get("/v1/relay/lost", tags=["relay"], dependencies=WATCHED)
    async def lost_events() -> dict[str, Any]:
        """Events that are stored, and neither stamped nor in the outbox: looked for one by one."""
        return {"lost": await lost(store.pool, whole=True)}

    @app.post("/v1/relay/requeue", tags=["relay"], dependencies=[of_every_union("operator")])
    async def requeue_lost(asked: Requeue) -> dict[str, int]:
        """Publish lost events after all, each named; those that are not lost are passed over."""
        return {"requeued": await requeue(store.pool, asked.event_ids)}
