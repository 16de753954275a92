"""A reporting database on a simulated clock."""

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from shared.clock import system_clock
from tests.reporting.history import with_canteen


@pytest.fixture
def simulated(pool: asyncpg.Pool) -> Ingest:
    """Ingest that takes simulated events: what was known when is their recording's time."""
    return Ingest(pool, with_canteen(), system_clock, allow_simulated=True, quarantine_limit=50)
