"""A reporting in this process that does everything at once, and what it answered meanwhile."""

import asyncio
import time
from functools import partial
from typing import Any

import asyncpg
import httpx

from services.reporting.api import reporting_app
from services.reporting.api.access import Reporting
from services.reporting.findings.reactor import react
from services.reporting.journal import log as journal
from services.reporting.projections import checkpoints
from services.reporting.projections.checkpoints import folded
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.rebuild.keeper import Keeper
from services.reporting.reconciliation.reconciler import Reconciler
from shared.clock import system_clock
from shared.testing.http import token, token_verifier
from tests.reporting.office import Office
from tests.reporting.records import ORG, gift

FIGURE = "gift_mid_autumn_portions"
WHOLE_SECONDS = 120.0
"""How long a small journal may take until all is answered again; it takes ten at most,
where nothing else runs."""


class Watched:
    """A reporting that ingests, answers, judges and is kept, all at once."""

    def __init__(self, office: Office, database: str) -> None:
        self.office, self.pool = office, office.pool
        self.keeper = Keeper(self.pool, database, 1)
        self.answers: list[tuple[int, int]] = []
        self.refused: list[dict[str, Any]] = []
        self.held = 0
        self.gifts = 100

        async def nothing(_: Any) -> dict[Any, Any]:
            return {}

        async def no_token() -> str:
            return "a token"

        app = reporting_app(
            Reporting(
                self.pool,
                token_verifier(),
                office.ingest,
                Reconciler(self.pool, {}, no_token),
                nothing,
                system_clock,
                partial(rebuild, database),
            )
        )
        bearer = {"Authorization": f"Bearer {token('operator', orgs=('*',))}"}
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://reporting", headers=bearer
        )

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"/v1/{path}", params={"year": 2022})

    async def ingesting(self) -> None:
        while True:
            self.gifts += 1
            told = self.office.history._told
            try:
                await self.office.happened(gift(self.gifts))
            except (asyncpg.PostgresError, checkpoints.Held):
                self.office.history._told = told  # as the intake does: the batch is read again
            await asyncio.sleep(0.01)

    async def asking(self) -> None:
        while True:
            found = await self.get(f"{ORG}/figures")
            if found.status_code == 503:
                self.refused.append(found.json())
            else:
                assert found.status_code == 200, found.text
                (value,) = [f for f in found.json()["figures"] if f["figure"] == FIGURE]
                self.answers.append((found.json()["known_at"], value["value"]))
            await asyncio.sleep(0.005)

    async def judging(self) -> None:
        while True:
            try:
                await react(self.pool, self.office.store, await journal.last_index(self.pool))
            except ExceptionGroup:
                self.held += 1
            except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
                self.held += 1
            await asyncio.sleep(0.02)

    async def whole(self) -> float:
        """Seconds until figures are answered again."""
        started = time.monotonic()
        async with asyncio.timeout(WHOLE_SECONDS):
            while (await folded(self.pool)).stale or (await self.get(f"{ORG}/figures")).is_error:
                await asyncio.sleep(0.02)
        return time.monotonic() - started

    async def check(self) -> None:
        """Every answer was what the journal gives at its log_index."""
        assert self.answers
        for at, value in set(self.answers):
            true = await self.pool.fetchval(
                "SELECT count(*) FROM journal WHERE log_index <= $1 AND type LIKE '%.GiftIssued.%'",
                at,
            )
            assert value == true, f"at {at}"
