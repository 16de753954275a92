"""What a context answers about its own copies of others: what they heard, what not, and what they
hold, for whoever compares."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI
from pydantic import Field

from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor
from shared.decider.command import Command
from shared.errors import Unknown
from shared.eventstore.store import EventStore
from shared.http.access import of_every_union
from shared.replicas import digests, quarantine, refill
from shared.replicas.coverage import coverage
from shared.service.log_routes import WATCHED, Digests, Sequence, Shard

Source = Annotated[str, Field(pattern=r"^/guildhall/[a-z-]{1,40}$")]


class CopyDigests(Digests):
    """Ranges of a source's shards whose digests are asked for."""

    source: Source


class CopyEvents(Command):
    """Events of a source, by name."""

    source: Source
    event_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=1000)]


class Refill(Command):
    """A copy is to be filled anew from its owner's events, and why."""

    source: Source
    why: Annotated[str, Field(min_length=1, max_length=500)]


class Discard(Command):
    """A record that a copy quarantined is never to be applied, and why."""

    record_id: Annotated[int, Field(ge=1, lt=2**63)]
    why: Annotated[str, Field(min_length=1, max_length=500)]


def add_copy_routes(app: FastAPI, store: EventStore, contexts: Iterable[str]) -> None:
    """Of each copy of `contexts`: how it stands, digests and entries of what it holds, and settling
    what it quarantined."""

    @app.get("/v1/copies", tags=["relay"], dependencies=WATCHED)
    async def copies() -> list[dict[str, Any]]:
        """How far each copy heard its owner, by shard. Roles: operator, auditor."""
        return [await coverage(store.pool, context) for context in contexts]

    @app.post("/v1/copies/digests", tags=["relay"], dependencies=WATCHED)
    async def copy_digests(asked: CopyDigests) -> dict[str, Any]:
        """SHA-256 over each range: sequence, event id and leaf of every event applied, in order.
        Roles: operator, auditor."""
        ranges = [(each.shard, each.first, each.last) for each in asked.ranges]
        return {"digests": await digests.digests(store.pool, asked.source, ranges)}

    @app.get("/v1/copies/entries", tags=["relay"], dependencies=WATCHED)
    async def copy_entries(
        source: Source, shard: Shard, first: Sequence, last: Sequence
    ) -> dict[str, Any]:
        """Sequence, event id and leaf of each event applied of a range, 1,000 at most. Roles:
        operator, auditor."""
        return {"entries": await digests.entries(store.pool, source, (shard, first, last))}

    @app.post("/v1/copies/events", tags=["relay"], dependencies=WATCHED)
    async def copy_events(asked: CopyEvents) -> dict[str, Any]:
        """Of these events, the leaves of those applied, and the records quarantined under their
        ids. Roles: operator, auditor."""
        return await digests.events(store.pool, asked.source, asked.event_ids)

    @app.post("/v1/copies/refill", tags=["relay"], status_code=202)
    async def refill_copy(
        asked: Refill, actor: Annotated[Actor, of_every_union("operator")]
    ) -> dict[str, str]:
        """Have a copy filled anew from its owner's events: rows that no event says go, rows that
        are missing come. Refuses unknown-copy. Role: operator."""
        if asked.source not in map(source_of, contexts):
            raise Unknown("unknown-copy", f"no copy of {asked.source} is kept here")
        await refill.ask(store.pool, asked.source, actor.subject, asked.why)
        return {"asked": asked.source}

    @app.post("/v1/copies/discard", tags=["relay"])
    async def discard(
        command: Discard, actor: Annotated[Actor, of_every_union("operator")]
    ) -> dict[str, int]:
        """Settle a record that a copy quarantined as never to be applied. Role: operator."""
        await quarantine.discard(store.pool, command.record_id, actor.subject, command.why)
        return {"discarded": command.record_id}
