"""Owners' logs that were compared with the journal, as a test says."""

import asyncpg

from services.reporting.ingest.publishers import Publisher
from services.reporting.reconciliation import source_checks
from services.reporting.reconciliation.progress import Reason, SourceState
from shared.contract.catalogue import source_of
from shared.contract.contexts import CONTEXTS


async def compared(
    pool: asyncpg.Pool,
    outside: dict[str, Publisher] | None = None,
    journal: list[str] | None = None,
    **reasons: Reason,
) -> None:
    """Every context was found complete, but for those named with a reason."""
    states = [
        SourceState(source_of(name), True, name not in reasons, 0, [], why)
        for name in CONTEXTS
        for why in ([reasons[name]] if name in reasons else [],)
    ]
    await source_checks.keep(pool, states, outside or {}, journal or [])
