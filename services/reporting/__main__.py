"""Composition root of the query API: `python -m services.reporting` answers until a signal.

The worker (`services.reporting.worker`) makes the projections and fills them; this process reads
them, and runs what an operator asks for.
"""

from functools import partial

import uvloop

from services.reporting.api import reporting_app
from services.reporting.api.access import Reporting
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import Register
from services.reporting.journal.clock import follow_time
from services.reporting.queries.kafka_end_offsets import KafkaEnds
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.reconciliation.client_token import ClientToken
from services.reporting.reconciliation.heartbeat import watch
from services.reporting.reconciliation.reconciler import Reconciler
from services.reporting.reports.press import Press
from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.eventstore.store import EventStore
from shared.http.auth import TokenVerifier
from shared.service.context import pool_for, service_clock
from shared.service.logs import configure_logs
from shared.service.runner import Runner, http_server
from shared.service.settings import ReportingSettings
from shared.typesetting.fonts import FontStore


async def serve(settings: ReportingSettings) -> None:
    """Answer until a signal."""
    configure_logs("reporting", settings.log_level)
    async with Runner(settings.stop_seconds) as runner:
        pool = await runner.start(pool_for(settings.database_url, plan_each=True))
        ends = await runner.start(KafkaEnds(settings.kafka_access))
        register = Register(settings.sources_file)
        clock = service_clock(settings)
        store = EventStore(pool, clock, source_of("reporting"))
        ingest = Ingest(
            pool,
            register.publishers,
            clock,
            allow_simulated=settings.simulated_clock,
            quarantine_limit=settings.quarantine_limit,
        )
        app = reporting_app(
            Reporting(
                pool=pool,
                tokens=TokenVerifier(settings.jwks_url, settings.issuer, settings.audience),
                ingest=ingest,
                register=register,
                reconciler=Reconciler(
                    pool,
                    settings.owners,
                    ClientToken(settings.token_url, "reporting", settings.client_secret),
                    settings.reconcile_patience_seconds,
                    publishers=ingest.publishers,
                    whole=True,
                ),
                end_offsets=ends,
                clock=system_clock,
                rebuild=partial(rebuild, settings.database_url, settings.rebuild_processes),
                press=Press(FontStore(settings.cache, settings.fonts)),
            )
        )
        await runner.background("sources", register.keep())
        await runner.background("clock", follow_time(pool, store))
        await runner.background("heartbeat", watch(pool))
        await runner.start(http_server(app, settings.http_host, settings.http_port))
        await runner.until_stopped()


def main() -> None:
    """Answer, with settings from the environment."""
    uvloop.run(serve(ReportingSettings()))


if __name__ == "__main__":
    main()
