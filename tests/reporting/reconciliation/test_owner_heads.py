"""Each owner is told of by itself: which answered, and why another did not."""

import asyncpg
import httpx
import pytest

from services.reporting.reconciliation import owner_client
from services.reporting.reconciliation.owner_heads import OwnerHeads
from services.reporting.reconciliation.repair import Repair
from shared.contract.envelope import SHARDS
from shared.health import Health

OWNERS = {"members": "http://members", "benefits": "http://benefits"}


async def token(refused: str | None = None) -> str:
    return "token"


def answer(request: httpx.Request) -> httpx.Response:
    if request.url.host == "benefits":
        raise httpx.ReadTimeout("", request=request)
    if request.url.path == "/v1/copies":
        return httpx.Response(200, json=[])
    shards = [{"shard": n, "head": 0, "acked": 0} for n in range(SHARDS)]
    body = {"source": "/guildhall/members", "epoch": 1, "inherited": {}, "unstamped": 0}
    return httpx.Response(200, json=body | {"shards": shards})


async def test_one_that_is_silent_leaves_the_other_compared(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(owner_client.httpx, "AsyncClient", lambda **_: client)
    health = Health()
    heads = OwnerHeads(pool, OWNERS, token, Repair(pool, 10.0, None), health, whole=False)
    found = await heads.round(last=0)
    assert [(state.source, state.reachable) for state in found.sources] == [
        ("/guildhall/members", True),
        ("/guildhall/benefits", False),
    ]
    assert (found.complete, found.everywhere) == (False, False)
    states = health.parts
    assert states["reconcile-members"].reason == ""
    assert states["reconcile-members"].last_success is not None
    assert states["reconcile-benefits"].last_success is None
    assert states["reconcile-benefits"].reason == "OwnerSilent: ReadTimeout"
