"""What every context service is made of: its clock, its owner routes, and who may ask them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import ValidationError

from services.events.__main__ import PARTS
from shared.clock import SimulatedClock, system_clock
from shared.contract.envelope import SHARDS
from shared.http.app import RECENT_SECONDS
from shared.service.context import SIMULATION_STARTS, Republish, pool_for, service_clock
from shared.service.settings import Settings
from shared.testing.http import TEST_ORG, InProcess, in_process, token
from tests.examples.members import organisation_registered

REQUIRED = {
    "database_url": "postgresql://x", "kafka": "k:1", "http_port": 0, "issuer": "i",
    "jwks_url": "j",
}  # fmt: skip


def test_a_service_runs_on_the_machine_s_clock_unless_a_simulated_one_is_allowed() -> None:
    assert service_clock(Settings(**REQUIRED, simulated_clock=False)) is system_clock
    clock = service_clock(Settings(**REQUIRED, simulated_clock=True))
    assert isinstance(clock, SimulatedClock)
    assert clock() == SIMULATION_STARTS < datetime(2001, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("body", [{}, {"shard": None}, {"shard": 0, "first": 4, "last": 9}])
def test_a_range_of_a_shard_or_everything_is_published_again(body: dict[str, object]) -> None:
    command = Republish.model_validate(body)
    assert (command.first, command.last) == ((4, 9) if "first" in body else (1, 2**62))


@pytest.mark.parametrize(
    "body", [{"shard": SHARDS}, {"shard": -1}, {"first": 0}, {"last": 0}, {"all": True}]
)
def test_a_range_that_is_none_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Republish.model_validate(body)


@pytest.fixture
async def service(database: str) -> AsyncIterator[InProcess]:
    async with in_process(PARTS, database) as running:
        await running.hear(f"{TEST_ORG}/organisation", organisation_registered(simulated=True))
        yield running


ISSUE = {"issue_id": "affiliation", "title": "转隶未完成", "raised_on": "2022-12-15"}


async def test_one_stream_is_told_oldest_first_to_who_may_read_the_union(
    service: InProcess,
) -> None:
    await service.command("raise-issue", ISSUE)
    told = (await service.get("streams/issue-affiliation")).json()
    assert (told["stream"], told["version"]) == (f"{TEST_ORG}/issue-affiliation", 1)
    [event] = told["events"]
    assert event["type"] == "guildhall.events.IssueRaised.v1"
    assert event["data"]["title"] == "转隶未完成"
    nothing = (await service.get("streams/会议/无")).json()
    assert (nothing["version"], nothing["events"]) == (0, [])


async def asked(
    service: InProcess, method: str, path: str, *roles: str, org: str = TEST_ORG
) -> tuple[int, str]:
    bearer = {"Authorization": f"Bearer {token(*roles, orgs=(org,))}"} if roles else {}
    answer: httpx.Response = await service.client.request(method, path, headers=bearer, json={})
    return answer.status_code, answer.json().get("code", "")


STREAM = f"/v1/{TEST_ORG}/streams/issue-1"


async def test_nobody_asks_an_owner_but_those_who_may(service: InProcess) -> None:
    for method, path in (
        ("GET", "/v1/relay/heads"),
        ("POST", "/v1/relay/republish"),
        ("GET", STREAM),
    ):
        assert await asked(service, method, path) == (401, "no-token")
        assert await asked(service, method, path, "cashier") == (403, "role-missing")
    assert (await asked(service, "POST", "/v1/relay/republish", "auditor"))[1] == "role-missing"
    assert (await asked(service, "GET", "/v1/relay/heads", "auditor"))[1] == "union-not-yours"
    assert (await asked(service, "GET", "/v1/relay/heads", "auditor", org="*"))[0] == 200
    assert (await asked(service, "GET", "/v1/relay/heads", "producer", org="*"))[0] == 403
    assert (await asked(service, "GET", STREAM, "operator"))[1] == "role-missing"
    assert (await asked(service, "GET", STREAM, "clerk", org="other"))[1] == "union-not-yours"


async def test_a_service_is_ready_while_its_store_can_be_written(service: InProcess) -> None:
    answer = await service.client.get("/readyz")
    assert answer.json() == {"status": "ready", "checks": {"postgres": "writable"}}
    name = await service.store.pool.fetchval("SELECT current_database()")
    read_only = f"ALTER DATABASE {name} SET default_transaction_read_only = on"
    await service.store.pool.execute(read_only)
    await service.store.pool.expire_connections()
    await asyncio.sleep(RECENT_SECONDS)
    answer = await service.client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert "read-" in answer.json()["reason"]


async def test_a_pool_is_closed_with_its_service(database: str) -> None:
    async with pool_for(database) as pool:
        assert await pool.fetchval("SELECT 1") == 1
    assert pool.is_closing()
