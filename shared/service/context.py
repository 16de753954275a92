"""What every context service is made of: store, relay, tokens, command routes, owner routes.

A context's `__main__` hands in what is its own; nothing here knows a business word.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

import asyncpg
from fastapi import FastAPI
from pydantic import Field

from shared.clock import Clock, SimulatedClock, system_clock
from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import SHARDS, DomainEvent
from shared.decider.command import Command
from shared.eventstore.database import open_pool
from shared.eventstore.migrations import check_migrated
from shared.eventstore.store import EventStore
from shared.health import Health
from shared.http.access import WATCHERS, of_every_union, of_union
from shared.http.app import CommandApi, Route, build_app
from shared.http.auth import TokenVerifier
from shared.http.command_routes import add_commands
from shared.http.guard import guard
from shared.kafka.acceptance import owner
from shared.metrics import OWNER
from shared.relay.relay import Relay
from shared.replicas.apply import Reaction, Replica
from shared.replicas.records import Reader
from shared.replicas.refill import progress
from shared.replicas.refilling import Refilling
from shared.replicas.subscription import Subscription
from shared.service.copy_routes import add_copy_routes
from shared.service.log_routes import add_log_routes
from shared.service.logs import configure_logs
from shared.service.runner import Runner, http_server
from shared.service.settings import Settings

SIMULATION_STARTS = datetime(2000, 1, 1, tzinfo=UTC)

SHARED_REFUSALS = {"service-not-ready": "服务尚未就绪", "no-such-record": "隔离区没有这条记录"}


class Parts(NamedTuple):
    """What a context hands in: its commands, refusal titles, reactions and further routes.

    `reactions` are by the context whose topic is copied, `copied` the tables that they write.
    `make_context` builds what handlers are given from the store; `add_routes` adds the context's
    own queries to the app.
    """

    name: str
    commands: Mapping[str, Route]
    refusals: Mapping[str, str]
    make_context: Callable[[EventStore], Any]
    reactions: Mapping[str, Mapping[type[DomainEvent], Reaction]] = {}
    copied: Mapping[str, Sequence[str]] = {}
    add_routes: Callable[[FastAPI, CommandApi], None] | None = None


class Republish(Command):
    """Publish a range of one shard again, or (without a shard) everything, from the store."""

    shard: Annotated[int, Field(strict=True, ge=0, lt=SHARDS)] | None = None
    first: Annotated[int, Field(strict=True, ge=1, lt=2**63)] = 1
    last: Annotated[int, Field(strict=True, ge=1, lt=2**63)] = 2**62


def service_clock(settings: Settings) -> Clock:
    """The machine's clock, or a simulated one where the settings allow it (demo and tests)."""
    return SimulatedClock(SIMULATION_STARTS) if settings.simulated_clock else system_clock


async def serve(parts: Parts, settings: Settings) -> None:
    """Run one context until a signal. Raises SystemExit(70) when a part fails."""
    configure_logs(parts.name, settings.log_level)
    async with Runner(settings.stop_seconds) as runner:
        health = Health()
        pool = await runner.start(pool_for(settings.database_url))
        await check_migrated(pool, "shared.eventstore", f"services.{parts.name}")
        store = EventStore(pool, service_clock(settings), source_of(parts.name))
        relay = Relay(
            pool,
            parts.name,
            settings.kafka_access,
            poll_seconds=settings.relay_poll_seconds,
            batch=settings.relay_batch_events,
            health=health,
        )
        store.on_append.append(relay.wake)
        tokens = TokenVerifier(settings.jwks_url, settings.issuer, settings.audience)
        app = context_app(parts, tokens, store, relay, health)
        await runner.background("relay", relay.run())
        await runner.background("relay-metrics", relay.observe())
        for context, reactions in parts.reactions.items():
            simulated = settings.simulated_clock
            reader = Reader(topic_of(context), owner(context), allow_simulated=simulated)
            replica = Replica(pool, parts.name, reader, reactions, parts.copied.get(context, ()))
            copy = Subscription(replica, settings.kafka_access, health)
            await runner.background(f"copy-of-{context}", copy.run())
            refilling = Refilling(replica, settings.kafka_access, health, store.settled.clear)
            await runner.background(f"refill-of-{context}", refilling.run())
        await runner.start(http_server(app, settings.http_host, settings.http_port))
        await runner.until_stopped()


def context_app(
    parts: Parts,
    tokens: TokenVerifier,
    store: EventStore,
    relay: Relay,
    health: Health | None = None,
) -> FastAPI:
    """The HTTP face of one context: health, owner routes, its queries and its commands."""

    async def ready() -> dict[str, str]:
        # A write, because a read passes on a server that fell back to read-only.
        await store.pool.execute("UPDATE store_epoch SET epoch = epoch")
        refilled = {name: await progress(store.pool, name) for name in parts.reactions}
        return {"postgres": "writable"} | {
            f"copy-of-{name}": f"refilled: {how.read} of {how.of} records are read anew"
            for name, how in refilled.items()
            if how is not None
        }

    titles = {**SHARED_REFUSALS, **parts.refusals}
    app = build_app(parts.name, titles, ready, tokens, health=health, families=(OWNER,))
    api = CommandApi(parts.name, store, tokens, parts.make_context(store))
    add_owner_routes(app, store, relay)
    add_copy_routes(app, store, parts.reactions)
    if parts.add_routes is not None:
        parts.add_routes(app, api)
    add_commands(app, api, parts.commands)
    guard(app, tokens)
    return app


def add_owner_routes(app: FastAPI, store: EventStore, relay: Relay) -> None:
    """What an owner answers about its log: shard heads, republishing, and one stream's events."""
    add_log_routes(app, store)

    @app.get("/v1/relay/heads", tags=["relay"], dependencies=[of_every_union(*WATCHERS)])
    async def heads() -> dict[str, Any]:
        """How far each shard was stamped and acknowledged. Roles: operator, auditor."""
        return await relay.heads()

    @app.post("/v1/relay/republish", tags=["relay"], dependencies=[of_every_union("operator")])
    async def republish(command: Republish) -> dict[str, int]:
        """Publish again what a reader misses, or all of it into a wiped Kafka. Role: operator."""
        shards = range(SHARDS) if command.shard is None else [command.shard]
        return {"republished": await relay.republish(shards, command.first, command.last)}

    @app.get(
        "/v1/{org_id}/streams/{stream:path}",
        tags=["streams"],
        dependencies=[of_union("clerk", "approver", "chair", "auditor")],
    )
    async def stream_events(org_id: str, stream: str) -> dict[str, Any]:
        """One stream's events, oldest first, each with its id, who recorded it, and whether a later
        one takes it back; the stream is named without its union."""
        loaded = await store.load(f"{org_id}/{stream}")
        withdrawn = loaded.withdrawn
        return {
            "stream": f"{org_id}/{stream}",
            "version": loaded.version,
            "events": [
                {
                    "type": event.type_name(),
                    "data": event.model_dump(mode="json"),
                    "version": version,
                    "event_id": str(event_id),
                    "actor": actor,
                    "withdrawn": str(event_id) in withdrawn,
                }
                for version, (event, event_id, actor) in enumerate(
                    zip(loaded.events, loaded.ids, loaded.actors, strict=True), start=1
                )
            ],
        }


@asynccontextmanager
async def pool_for(dsn: str, *, plan_each: bool = False) -> AsyncIterator[asyncpg.Pool]:
    """A pool for as long as the service runs; `plan_each` as in `open_pool`."""
    pool = await open_pool(dsn, plan_each=plan_each)
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(5):
                await pool.close()
        except TimeoutError:
            pool.terminate()
