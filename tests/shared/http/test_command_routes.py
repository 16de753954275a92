"""Commands over HTTP: who asks, then the key, then the body; and what OpenAPI says of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.events.__main__ import PARTS
from shared.eventstore.request import Reply
from shared.http.app import RECENT_SECONDS
from shared.testing.http import TEST_ORG, InProcess, in_process, token
from tests.examples.members import organisation_registered

BODY = '{"issue_id": "affiliation", "title": "转隶未完成", "raised_on": "2022-12-15"}'
CLERK = {"Authorization": f"Bearer {token('clerk')}", "Idempotency-Key": "k-1"}


@pytest.fixture
async def service(database: str) -> AsyncIterator[InProcess]:
    async with in_process(PARTS, database) as running:
        await running.hear(f"{TEST_ORG}/organisation", organisation_registered(simulated=True))
        yield running


async def send(
    service: InProcess, body: str | bytes, headers: dict[str, str], name: str = "raise-issue"
) -> httpx.Response:
    path = f"/v1/{TEST_ORG}/{name}"
    return await service.client.post(path, content=body, headers=headers)


@pytest.mark.parametrize("body", ["{", "", "[]", '{"issue_id": 1}', BODY])
async def test_nobody_learns_of_a_bodys_faults_who_may_not_send_it(
    service: InProcess, body: str
) -> None:
    without_key = {"Authorization": CLERK["Authorization"]}
    assert (await send(service, body, {"Idempotency-Key": "k"})).json()["code"] == "no-token"
    assert (await send(service, body, without_key)).json()["code"] == "idempotency-key-missing"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("{", "/"),
        ("", "/"),
        ("[]", "/"),
        (b"\xff", "/"),
        (BODY.replace("affiliation", "\\ud800"), "/"),
        (BODY.replace("2022-12-15", "2022-02-30"), "/raised_on"),
        (BODY.replace('"title"', '"remark": 1, "title"'), "/remark"),
    ],
)
async def test_a_body_that_is_no_such_command_is_refused_with_the_place(
    service: InProcess, body: str | bytes, pointer: str
) -> None:
    answer = await send(service, body, CLERK)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert await service.event_count() == 0


async def test_a_refusal_said_again_says_so_and_a_new_key_asks_anew(service: InProcess) -> None:
    assert (await send(service, BODY, CLERK)).status_code == 201
    refused = await send(service, BODY, CLERK | {"Idempotency-Key": "k-2"})
    again = await send(service, BODY, CLERK | {"Idempotency-Key": "k-2"})
    assert refused.json() == again.json() and refused.json()["code"] == "issue-exists"
    assert "Idempotent-Replayed" not in refused.headers
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_an_unknown_command_and_another_method_are_told_apart(service: InProcess) -> None:
    assert (await send(service, BODY, CLERK, "raise-roof")).json()["code"] == "not-found"
    answer = await service.client.get(f"/v1/{TEST_ORG}/raise-issue", headers=CLERK)
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")


async def test_a_command_is_measured_under_its_own_route_and_counted_by_what_came_of_it(
    service: InProcess,
) -> None:
    def said(metrics: str) -> dict[str, float]:
        lines = (line.rpartition(" ") for line in metrics.splitlines() if "raise-issue" in line)
        return {name: float(value) for name, _, value in lines}

    before = said((await service.client.get("/metrics")).text)
    await send(service, BODY, CLERK)
    await send(service, BODY, CLERK)
    await send(service, "{", CLERK | {"Idempotency-Key": "k-3"})
    await asyncio.sleep(RECENT_SECONDS)
    after = said((await service.client.get("/metrics")).text)
    grown = {name: after[name] - before.get(name, 0) for name in after if "_bucket" not in name}
    outcome = 'guildhall_commands_total{command="raise-issue",outcome="%s",service="events"}'
    assert [grown[outcome % what] for what in ("accepted", "replayed", "invalid-request")] == [
        1
    ] * 3
    route = (
        'http_server_request_duration_seconds_count{http_request_method="POST",'
        'http_response_status_code="%s",http_route="/v1/{org_id}/raise-issue"}'
    )
    assert [grown[route % status] for status in (201, 422)] == [2, 1]


async def test_what_fails_in_a_command_is_a_problem_of_unknown_outcome(
    database: str,
) -> None:
    async def broken(*_: Any) -> Reply:
        raise ZeroDivisionError

    route = PARTS.commands["raise-issue"]._replace(handler=broken)
    parts = PARTS._replace(commands={"raise-issue": route})
    async with in_process(parts, database) as service:
        answer = await send(service, BODY, CLERK)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


async def test_openapi_describes_every_command_with_its_body(service: InProcess) -> None:
    document: dict[str, Any] = (await service.client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    for name, route in PARTS.commands.items():
        post = document["paths"][f"/v1/{{org_id}}/{name}"]["post"]
        body = post["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        assert schemas[body.rpartition("/")[2]]["title"] == route.command.__name__
        assert post["description"] == f"Roles: {', '.join(route.roles)}."
    needed = [p["name"] for p in post["parameters"] if p["required"]]
    assert needed == ["org_id", "Authorization", "Idempotency-Key"]
