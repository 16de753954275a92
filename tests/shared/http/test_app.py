"""Every service's app: open are health, metrics and the contract; all else is asked by somebody."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from shared.errors import Conflict
from shared.health import Health
from shared.http import app as module
from shared.http.app import OPEN_PATHS, RECENT_SECONDS, build_app
from shared.testing.http import TEST_ORG

TIMED = "http_server_request_duration_seconds_count"


async def ready() -> dict[str, str]:
    return {"postgres": "writable"}


async def away() -> None:
    raise ConnectionError("数据库不可写")


def app_of(when_ready: Callable = ready) -> FastAPI:
    app = build_app("tested", {"not-now": "现在不行"}, when_ready)

    @app.get("/v1/{org_id}/thing")
    async def thing(org_id: str) -> None:
        raise Conflict("not-now", org_id)

    @app.get("/v1/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service")


@pytest.mark.parametrize("path", OPEN_PATHS)
async def test_the_open_paths_answer_without_a_token(path: str) -> None:
    async with client_of(app_of()) as client:
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/"])
async def test_there_is_no_page_for_browsers(path: str) -> None:
    async with client_of(app_of()) as client:
        assert (await client.get(path)).json()["code"] == "not-found"


async def test_who_is_not_ready_says_why_and_lives_on() -> None:
    async with client_of(app_of(away)) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "not ready", "reason": "数据库不可写"}
        assert (await client.get("/livez")).json() == {"status": "alive"}


async def test_who_hangs_is_not_ready_and_says_so_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READY_SECONDS", 0.1)
    gate = asyncio.Event()

    async def hangs() -> None:
        try:
            await gate.wait()
        except asyncio.CancelledError:  # as asyncpg, which asks a server that is stopped to cancel
            await gate.wait()

    async with client_of(app_of(hangs)) as client, asyncio.timeout(5):
        answer = await client.get("/readyz")
    gate.set()
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reason": "no answer within 0.1 s"}


async def no_text() -> None:
    raise TimeoutError


async def test_a_reason_is_never_blank() -> None:
    async with client_of(app_of(no_text)) as client:
        assert (await client.get("/readyz")).json()["reason"] == "TimeoutError"


@pytest.mark.parametrize("when_ready", [ready, away])
async def test_readiness_tells_the_parts(when_ready: Callable) -> None:
    health = Health()
    health.succeeded("relay")
    health.failed("scrub", TimeoutError())
    app = build_app("tested", {}, when_ready, health=health)
    async with client_of(app) as client:
        parts = (await client.get("/readyz")).json()["parts"]
    assert parts["relay"]["last_success"] and not parts["relay"]["reason"]
    assert (parts["scrub"]["last_success"], parts["scrub"]["reason"]) == (None, "TimeoutError")


async def test_who_is_ready_says_what_was_checked() -> None:
    async with client_of(app_of()) as client:
        answer = await client.get("/readyz")
    assert answer.json() == {"status": "ready", "checks": {"postgres": "writable"}}


async def test_a_refusal_has_the_service_s_title_and_a_shared_one_its_own() -> None:
    async with client_of(app_of()) as client:
        assert (await client.get("/v1/工会/thing")).json()["title"] == "现在不行"
        assert (await client.get("/nowhere")).json()["title"] == "没有这个地址"


async def counted(client: httpx.AsyncClient) -> dict[tuple[str, str, str], float]:
    families = text_string_to_metric_families((await client.get("/metrics")).text)
    labels = ("http_route", "http_request_method", "http_response_status_code")
    return {
        tuple(sample.labels[label] for label in labels): sample.value  # type: ignore[misc]
        for family in families
        for sample in family.samples
        if sample.name == TIMED
    }


async def test_requests_are_measured_by_route_and_status_never_by_what_they_name() -> None:
    async with client_of(app_of()) as client:
        before = await counted(client)
        for path in ("/v1/a/thing", "/v1/工会/thing", "/v1/broken", "/nowhere/工会"):
            await client.get(path)
    async with client_of(app_of()) as another:  # an app keeps what it exported for a second
        after = await counted(another)
    grown = {key: after[key] - before.get(key, 0) for key in after}
    assert grown["/v1/{org_id}/thing", "GET", "409"] == 2
    assert grown["/v1/broken", "GET", "500"] == 1
    assert grown["none", "GET", "404"] == 1
    assert not any("工会" in route for route, _, _ in after)


@pytest.mark.parametrize(
    "path", ["/livez", "/openapi.json", f"/v1/{TEST_ORG}/thing", "/v1/nothing"]
)
async def test_no_answer_is_stored(path: str) -> None:
    async with client_of(app_of()) as client:
        assert (await client.get(path)).headers.get_list("cache-control") == ["no-store"]


async def test_what_anybody_may_ask_is_made_once_a_second_however_many_ask() -> None:
    asked = 0

    async def slow() -> dict[str, str]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return {}

    async with client_of(app_of(slow)) as client:
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}
        assert asked == 1
        await asyncio.sleep(RECENT_SECONDS)
        assert (await client.get("/readyz")).json()["status"] == "ready"
        assert asked == 2
