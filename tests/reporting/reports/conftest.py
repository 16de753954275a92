"""A reporting database on a simulated clock, and the report of 2022 from what it was told."""

import re
from collections.abc import Awaitable, Callable
from datetime import date

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.knowledge import Period
from services.reporting.reports.annual import annual_report
from shared.clock import system_clock
from tests.reporting.history import History, with_canteen
from tests.reporting.records import ORG

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
NOTE = re.compile(r"\[\^([^\]]+)\]※?")

Report = Callable[..., Awaitable[str]]


@pytest.fixture
def simulated(pool: asyncpg.Pool) -> Ingest:
    """Ingest that takes simulated events: what was known when is their recording's time."""
    return Ingest(pool, with_canteen(), system_clock, allow_simulated=True, quarantine_limit=50)


@pytest.fixture
def report(pool: asyncpg.Pool, simulated: Ingest) -> Report:
    """The report of 2022 after a history was ingested, as known then or at `at`."""

    async def written(history: History, at: int | None = None) -> str:
        await history.told(simulated)
        async with pool.acquire() as connection:
            known = await last_index(connection) if at is None else at
            return await annual_report(connection, ORG, YEAR, known)

    return written


def sentences(text: str) -> list[str]:
    """The numbered sentences, without their numbers and footnotes."""
    return [
        NOTE.sub("", line).partition(". ")[2]
        for line in text.splitlines()
        if re.match(r"\d+\. ", line)
    ]
