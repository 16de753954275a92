"""The ingest worker: Kafka → journal and projections, the reconciler, the reactor, and the relay of
reporting's own events. Composition only."""

import asyncio
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
import uvloop
from aiokafka import TopicPartition

from services.reporting.findings.reactor import react
from services.reporting.ingest.apply import Ingest, QuarantineFull
from services.reporting.ingest.consumer import Intake
from services.reporting.ingest.faust_app import build_app
from services.reporting.ingest.publishers import publishers
from services.reporting.projections import create_tables
from services.reporting.projections.as_of import LIVE
from services.reporting.reconciliation.client_token import ClientToken
from services.reporting.reconciliation.reconciler import Reconciler
from services.reporting.reconciliation.watchdog import Place, Watchdog
from shared.clock import SimulatedClock
from shared.contract.catalogue import source_of
from shared.eventstore.migrations import migrate
from shared.eventstore.store import EventStore
from shared.http.app import build_app as build_http
from shared.http.auth import TokenVerifier
from shared.relay.relay import Relay
from shared.service.context import SIMULATION_STARTS, add_owner_routes, pool_for, service_clock
from shared.service.logs import configure_logs
from shared.service.runner import Runner, http_server
from shared.service.settings import ReportingSettings

log = structlog.get_logger("worker")


async def main(settings: ReportingSettings) -> None:
    """Run the worker until a signal. Raises SystemExit(70) when a part fails."""
    configure_logs("reporting-worker", settings.log_level)
    async with Runner(settings.stop_seconds) as runner:
        pool = await runner.start(pool_for(settings.database_url))
        await migrate(pool, "shared.eventstore", "services.reporting")
        async with pool.acquire() as connection:
            await create_tables(connection, LIVE)
        store = EventStore(pool, service_clock(settings), source_of("reporting"))
        relay = Relay(
            pool,
            "reporting",
            settings.kafka,
            poll_seconds=settings.relay_poll_seconds,
            batch=settings.relay_batch_events,
        )
        store.on_append.append(relay.wake)
        tokens = TokenVerifier(settings.jwks_url, settings.issuer, settings.audience)

        ingest = Ingest(
            pool,
            publishers(settings.sources_file),
            store.clock,
            allow_simulated=settings.simulated_clock,
            quarantine_limit=settings.quarantine_limit,
        )
        intakes: list[Intake] = []
        watchdog = Watchdog(settings.stall_seconds, partial(_partitions, intakes))

        async def ready() -> dict[str, Any]:
            async with asyncio.timeout(5):
                await pool.execute("UPDATE store_epoch SET epoch = epoch")
            if ingest.full:
                raise QuarantineFull(ingest.full)
            stall = watchdog.stall
            if stall is not None and stall.seconds > settings.stall_seconds:
                raise TimeoutError(f"{stall.place} was not read for {stall.seconds:.0f} s")
            return {"postgres": "writable", "reading": True}

        http = build_http("reporting-worker", {}, ready)
        add_owner_routes(http, tokens, store, relay)
        await runner.start(http_server(http, settings.http_host, settings.http_port))
        await runner.background("relay", relay.run())
        await runner.background("relay-metrics", relay.observe())
        await runner.start(
            _faust(settings, ingest, store, runner, intakes=intakes, watchdog=watchdog)
        )
        await runner.until_stopped()


@asynccontextmanager
async def _faust(
    settings: ReportingSettings,
    ingest: Ingest,
    store: EventStore,
    runner: Runner,
    *,
    intakes: list[Intake],
    watchdog: Watchdog,
) -> Any:
    """The Faust app with intake, agent and timers; a crash in it stops the worker.

    The intake it makes is put in `intakes`.
    """
    pool, topics = ingest.pool, list(ingest.publishers)
    token = ClientToken(settings.token_url, "reporting", settings.client_secret)
    reconciler = Reconciler(
        pool, settings.owners, token, settings.reconcile_patience_seconds, watchdog=watchdog
    )

    async def reconcile() -> None:
        try:
            outcome = await reconciler.once()
            # A full quarantine is for a person to settle: a new process could read no more.
            if not ingest.full and watchdog.demands_an_end(partial(_owned, intakes)):
                end_stalled(runner, watchdog, settings.stop_seconds)
            elif outcome.cut:
                await keep_time(pool, store)
                await react(pool, store, outcome.cut)
        except Exception:  # the next round tries again; ingest must not fall with it
            log.exception("reconciliation failed")

    def make_intake(apply: Any) -> Intake:
        intake = Intake(
            settings.kafka,
            topics,
            pool,
            apply,
            batch_records=settings.batch_records,
            read=ingest.read,
        )
        intakes.append(intake)
        return intake

    app = build_app(ingest, make_intake, [(settings.reconcile_seconds, reconcile)])
    app.finalize()
    await app.start()
    watching = asyncio.create_task(app.wait_until_stopped())
    watching.add_done_callback(lambda _: runner.failed.set())
    try:
        yield app
    finally:
        await app.stop()


def _partitions(intakes: list[Intake], topic: str) -> int:
    """How many partitions a topic has, as the intake was told; 0 before it was."""
    identities = [intake.identity.topics.get(topic) for intake in intakes]
    return next((identity.partitions for identity in identities if identity), 0)


def _owned(intakes: list[Intake], place: Place) -> bool:
    return any(TopicPartition(*place) in intake.positions for intake in intakes)


def end_stalled(runner: Runner, watchdog: Watchdog, stop_seconds: float) -> None:
    """End this process, which reads nothing: in order, and by force when it cannot be stopped.

    Nothing is lost with it: what was read is in PostgreSQL, with its position.
    """
    log.error(
        "nobody reads this partition; the worker ends for its supervisor", stall=watchdog.stall
    )
    asyncio.get_running_loop().call_later(stop_seconds + 5, os._exit, os.EX_SOFTWARE)
    runner.failed.set()


async def keep_time(pool: Any, store: EventStore) -> None:
    """A simulated clock in reporting stands where the journal was last sealed."""
    if isinstance(store.clock, SimulatedClock):
        sealed = await pool.fetchval("SELECT nullif(sealed_at, '-infinity') FROM journal_head")
        moment: datetime = sealed or SIMULATION_STARTS
        store.clock.set(max(store.clock.now, moment.astimezone(UTC)))


if __name__ == "__main__":
    uvloop.run(main(ReportingSettings()))
