"""The ingest worker: Kafka → journal and projections, the reconciler, the reactor, and the relay of
reporting's own events. Composition only."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import asyncpg
import structlog
import uvloop
from aiokafka import TopicPartition
from fastapi import FastAPI

from services.reporting.findings.reactor import react
from services.reporting.ingest.apply import Ingest, QuarantineFull
from services.reporting.ingest.consumer import Intake
from services.reporting.ingest.faust_app import FaustApp
from services.reporting.ingest.publishers import Register
from services.reporting.journal.clock import keep_time
from services.reporting.projections import checkpoints
from services.reporting.rebuild import auditors
from services.reporting.rebuild.keeper import Keeper
from services.reporting.reconciliation.client_token import ClientToken
from services.reporting.reconciliation.heartbeat import beat
from services.reporting.reconciliation.reconciler import Reconciler
from services.reporting.reconciliation.watchdog import Place, Watchdog
from shared.contract.catalogue import source_of
from shared.eventstore.migrations import check_migrated
from shared.eventstore.store import EventStore
from shared.health import Health
from shared.http.app import build_app as build_http
from shared.http.auth import TokenVerifier
from shared.http.guard import guard
from shared.metrics import OWNER, REPORTING, WORKER
from shared.relay.relay import Relay
from shared.service.context import add_owner_routes, pool_for, service_clock
from shared.service.logs import configure_logs
from shared.service.runner import Runner, http_server
from shared.service.settings import ReportingSettings

log = structlog.get_logger("worker")

REACTOR_SECONDS = 60.0
"""How long a round waits for what is judged; what takes longer is waited for by the next."""
OPEN_SECONDS = 45.0
"""How long a transaction may be open, seen every five seconds, so that it is told in a minute."""


async def main(settings: ReportingSettings) -> None:
    """Run the worker until a signal. Raises SystemExit(70) when a part fails."""
    configure_logs("reporting-worker", settings.log_level)
    async with Runner(settings.stop_seconds) as runner:
        health, pool = Health(), await _database(runner, settings)
        store = EventStore(pool, service_clock(settings), source_of("reporting"))
        relay = _relay(pool, settings, health)
        store.on_append.append(relay.wake)
        register = Register(settings.sources_file)
        ingest = Ingest(
            pool,
            register.publishers,
            store.clock,
            allow_simulated=settings.simulated_clock,
            quarantine_limit=settings.quarantine_limit,
        )
        app = FaustApp(ingest)
        intake = Intake(
            settings.kafka_access,
            register.topics,
            pool,
            app.hand_over,
            batch_records=settings.batch_records,
            read=ingest.read,
            waiting=ingest.waiting,
            health=health,
        )
        watchdog = Watchdog(settings.stall_seconds, partial(_partitions, intake))
        app.reads(intake)
        round_ = _Round(
            settings, runner, ingest, store, intake=intake, watchdog=watchdog, health=health
        )
        app.every(settings.reconcile_seconds, round_.run)

        ready = partial(_ready, ingest, intake, watchdog, settings.stall_seconds)
        http = _http(settings, store, relay, ready, health)
        await runner.start(http_server(http, settings.http_host, settings.http_port))
        await runner.background("relay", relay.run())
        await runner.background("relay-metrics", relay.observe())
        keeper = Keeper(pool, settings.database_url, settings.rebuild_processes, health)
        await runner.background("keeper", keeper.run())
        await runner.background("auditors", auditors.keep(pool, health))
        await runner.background("sources", register.keep(health))
        await runner.background("heartbeat", beat(pool, health))
        await runner.start(app.running())
        watching = asyncio.create_task(app.faust.wait_until_stopped())
        watching.add_done_callback(lambda _: runner.failed.set())
        await runner.until_stopped()


def _relay(pool: asyncpg.Pool, settings: ReportingSettings, health: Health) -> Relay:
    return Relay(
        pool,
        "reporting",
        settings.kafka_access,
        poll_seconds=settings.relay_poll_seconds,
        batch=settings.relay_batch_events,
        health=health,
    )


def _http(
    settings: ReportingSettings,
    store: EventStore,
    relay: Relay,
    ready: Callable[[], Coroutine[Any, Any, Any]],
    health: Health,
) -> FastAPI:
    tokens = TokenVerifier(settings.jwks_url, settings.issuer, settings.audience)
    families = (OWNER, REPORTING, WORKER)
    http = build_http("reporting-worker", {}, ready, tokens, health=health, families=families)
    add_owner_routes(http, store, relay)
    guard(http, tokens)
    return http


async def _database(runner: Runner, settings: ReportingSettings) -> asyncpg.Pool:
    """A pool on the database, its projections taken over."""
    pool = await runner.start(pool_for(settings.database_url))
    await check_migrated(pool, "shared.eventstore", "services.reporting")
    async with pool.acquire() as connection:
        await checkpoints.prepare(connection)
    return pool


async def _ready(
    ingest: Ingest, intake: Intake, watchdog: Watchdog, stall_seconds: float
) -> dict[str, Any]:
    """Raises where PostgreSQL takes no write, the quarantine of an owner is full, nothing may be
    folded, or a partition is not read, be it for a transaction that a producer left open. Which
    projections are stale, and which outside sources are paused, it says: it reads on."""
    await ingest.pool.execute("UPDATE store_epoch SET epoch = epoch")
    found = await checkpoints.folded(ingest.pool)
    ours = {topic: why for topic, why in ingest.full.items() if ingest.publishers[topic].sequenced}
    if ours:
        raise QuarantineFull(ours)
    if ingest.held:
        raise checkpoints.Held(ingest.held)
    held_back = intake.open_transactions.longest()
    if held_back is not None and held_back.seconds > OPEN_SECONDS:
        raise TimeoutError(
            f"a transaction on {held_back.target} has been open for {held_back.seconds:.0f} s"
        )
    stall = watchdog.stall
    if stall is not None and stall.seconds > stall_seconds:
        raise TimeoutError(f"{stall.place} was not read for {stall.seconds:.0f} s")
    stale = [each._asdict() for each in found.stale]
    return {
        "postgres": "writable",
        "reading": True,
        "stale": stale,
        "paused": dict(ingest.full),
    }


class _Round:
    """What the worker does every few seconds: reconcile, then judge what is proven complete."""

    def __init__(
        self,
        settings: ReportingSettings,
        runner: Runner,
        ingest: Ingest,
        store: EventStore,
        *,
        intake: Intake,
        watchdog: Watchdog,
        health: Health,
    ) -> None:
        self.settings, self.runner, self.ingest, self.store = settings, runner, ingest, store
        self.intake, self.watchdog = intake, watchdog
        token = ClientToken(settings.token_url, "reporting", settings.client_secret)
        patience = settings.reconcile_patience_seconds
        self.health = health
        self.reconciler = Reconciler(
            ingest.pool,
            settings.owners,
            token,
            patience,
            watchdog=watchdog,
            publishers=ingest.publishers,
            health=health,
        )

    async def run(self) -> None:
        """One round. What fails is told and logged: ingest must not fall with it."""
        try:
            outcome = await self.reconciler.once()
        except Exception as why:  # the next round tries again
            self.health.failed("reconciler", why)
            log.exception("reconciliation failed")
            return
        self.health.succeeded("reconciler")
        # A full quarantine or a truncated journal is for a person to settle: a new process
        # could read no more.
        stall = self.watchdog.stall
        paused = stall is not None and stall.place[0] in self.ingest.full
        if not (paused or self.ingest.held) and self.watchdog.demands_an_end(
            partial(_owned, self.intake)
        ):
            end_stalled(self.runner, self.watchdog, self.settings.stop_seconds)
        elif outcome.watermark:
            judge = partial(self._judge, outcome.watermark)
            await self.health.attempt("reactor", judge, REACTOR_SECONDS)

    async def _judge(self, watermark: int) -> None:
        await keep_time(self.ingest.pool, self.store)
        await react(self.ingest.pool, self.store, watermark)


def _partitions(intake: Intake, topic: str) -> int:
    """How many partitions a topic has, as the intake was told; 0 before it was."""
    identity = intake.identity.topics.get(topic)
    return identity.partitions if identity else 0


def _owned(intake: Intake, place: Place) -> bool:
    return TopicPartition(*place) in intake.positions


def end_stalled(runner: Runner, watchdog: Watchdog, stop_seconds: float) -> None:
    """End this process, which reads nothing: in order, and by force when it cannot be stopped.

    Nothing is lost with it: what was read is in PostgreSQL, with its position.
    """
    log.error(
        "nobody reads this partition; the worker ends for its supervisor", stall=watchdog.stall
    )
    asyncio.get_running_loop().call_later(stop_seconds + 5, os._exit, os.EX_SOFTWARE)
    runner.failed.set()


if __name__ == "__main__":
    uvloop.run(main(ReportingSettings()))
