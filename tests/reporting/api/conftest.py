"""The query API in this process, on a real database; the owners' logs are a small server here."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.reporting.api import reporting_app
from services.reporting.api.access import Reporting
from services.reporting.ingest.apply import Ingest
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.reconciliation.reconciler import Reconciler
from shared.clock import system_clock
from shared.service.runner import http_server
from shared.testing.http import TEST_ORG, token, token_verifier
from tests.reporting.records import ORG

assert TEST_ORG == ORG


class Asker:
    """Asks the API as a person in a role."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(
        self,
        path: str,
        *,
        role: str = "auditor",
        orgs: tuple[str, ...] = (ORG,),
        subject: str = "",
        **query: Any,
    ) -> httpx.Response:
        """GET `/v1/<path>`."""
        headers = _bearer(role, orgs, subject)
        return await self.client.get(f"/v1/{path}", params=query, headers=headers)

    async def post(
        self,
        path: str,
        body: Any = None,
        *,
        role: str = "operator",
        orgs: tuple[str, ...] = ("*",),
        **query: Any,
    ) -> httpx.Response:
        """POST `/v1/<path>`."""
        return await self.client.post(
            f"/v1/{path}", json=body or {}, params=query, headers=_bearer(role, orgs)
        )

    async def answer(self, path: str, **query: Any) -> Any:
        """The JSON answered to GET, which is no refusal."""
        found = await self.get(path, **query)
        assert found.is_success, found.text
        return found.json()

    async def watch(self, path: str, **query: Any) -> Any:
        """The same, as who covers all unions."""
        return await self.answer(path, orgs=("*",), **query)


def _bearer(role: str, orgs: tuple[str, ...], subject: str = "") -> dict[str, str]:
    return {"Authorization": f"Bearer {token(role, orgs=orgs, subject=subject)}"}


@pytest.fixture
def kafka_ends() -> dict[tuple[str, int], int]:
    """How far Kafka's topics go, as a test says."""
    return {}


@pytest.fixture
async def asker(
    pool: asyncpg.Pool,
    database: str,
    simulated: Ingest,
    kafka_ends: dict[tuple[str, int], int],
) -> AsyncIterator[Asker]:
    """Somebody who asks. The one owner, benefits, has stamped a single event of shard 3."""
    owner = FastAPI()

    @owner.get("/v1/relay/heads")
    async def heads() -> dict[str, Any]:
        shard = {"shard": 3, "head": 1, "acked": 1}
        return {"source": "/guildhall/benefits", "unstamped": 0, "shards": [shard]}

    async def ends(asked: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
        return {each: kafka_ends[each] for each in asked if each in kafka_ends}

    async def bearer(refused: str | None = None) -> str:
        return "a token"

    async with http_server(owner, "127.0.0.1", 0) as port:
        reconciler = Reconciler(pool, {"benefits": f"http://127.0.0.1:{port}"}, bearer)
        app = reporting_app(
            Reporting(
                pool,
                token_verifier(),
                simulated,
                reconciler,
                ends,
                system_clock,
                partial(rebuild, database),
            )
        )
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://reporting") as client:
            yield Asker(client)
