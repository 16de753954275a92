"""An owner's log over HTTP: digests and entries for who compares; lost events, and their return."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.events.__main__ import PARTS
from shared.contract.envelope import SHARDS
from shared.relay.shard_log import STAMP
from shared.testing.http import TEST_ORG, InProcess, in_process, token
from tests.examples.members import organisation_registered

ISSUE = {"issue_id": "affiliation", "title": "转隶未完成", "raised_on": "2022-12-15"}


@pytest.fixture
async def service(database: str) -> AsyncIterator[InProcess]:
    async with in_process(PARTS, database) as running:
        await running.hear(f"{TEST_ORG}/organisation", organisation_registered(simulated=True))
        await running.command("raise-issue", ISSUE)
        yield running


async def ask(
    service: InProcess, method: str, path: str, role: str = "operator", **asked: Any
) -> tuple[int, Any]:
    bearer = {"Authorization": f"Bearer {token(role, orgs=('*',))}"}
    answer = await service.client.request(method, f"/v1/relay/{path}", headers=bearer, **asked)
    return answer.status_code, answer.json()


async def test_what_a_shard_holds_is_told_by_range(service: InProcess) -> None:
    pool = service.store.pool
    await pool.execute(STAMP, list(range(SHARDS)), 10)
    shard = await pool.fetchval("SELECT shard FROM shard_log")
    asked = {"shard": shard, "first": 1, "last": 9}
    status, told = await ask(service, "POST", "digests", json={"ranges": [asked]})
    assert (status, told["digests"][0]["count"]) == (200, 1)
    status, told = await ask(service, "GET", "entries", params=asked)
    assert (status, [entry["sequence"] for entry in told["entries"]]) == (200, [1])


@pytest.mark.parametrize(
    "body",
    [
        {"ranges": []},
        {"ranges": [{"shard": SHARDS, "first": 1, "last": 1}]},
        {"ranges": [{"shard": 0, "first": 0, "last": 1}]},
        {"ranges": [{"shard": 0, "first": 1, "last": 2**63}]},
        {"ranges": [{"shard": 0, "first": 1, "last": 1}] * 513},
    ],
)
async def test_ranges_that_are_none_are_refused(service: InProcess, body: Any) -> None:
    assert (await ask(service, "POST", "digests", json=body))[0] == 422


async def test_a_lost_event_is_told_and_put_back_by_name_and_by_an_operator_alone(
    service: InProcess,
) -> None:
    assert (await ask(service, "GET", "lost"))[1] == {"lost": []}
    await service.store.pool.execute("DELETE FROM outbox")
    _, told = await ask(service, "GET", "lost")
    (event_id,) = [row["event_id"] for row in told["lost"]]
    body = {"event_ids": [event_id]}
    assert (await ask(service, "POST", "requeue", "auditor", json=body))[0] == 403
    assert (await ask(service, "POST", "requeue", json={"event_ids": ["x"]}))[0] == 422
    assert await ask(service, "POST", "requeue", json=body) == (200, {"requeued": 1})
    assert (await ask(service, "GET", "lost"))[1] == {"lost": []}
