"""PostgreSQL away is 503 with Retry-After, of every route of every app, before and amid a request.

On 2026-11-29 it was 500 of every route, "internal-error", with nothing said of when to come again.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.attacks.apps import NAMES, App, body_of, running
from tests.attacks.test_odd_requests import path_of
from tests.databases import NewDatabase
from tests.faults.proxy import Cut, Proxy

NEEDS_NONE = (
    "/v1/figures/divisions",
    "/v1/rules",
    "/v1/rules/register",
    "/v1/rules/{rule_id}/values",
    "/v1/relay/republish",
)
"""Answered without PostgreSQL: the rules are files, and here nothing is republished."""


OF_COPIES = ("/v1/copies", "/v1/copies/refill")
"""Members keep no copy of anybody's events: there is nothing to ask PostgreSQL."""

WAITING = """
SELECT pid FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


@pytest.fixture
async def link(postgres: str) -> AsyncIterator[Proxy]:
    """What stands between an app and PostgreSQL."""
    proxy = Proxy("postgres", [_address(postgres)], random.Random(1))
    await proxy.start()
    yield proxy
    await proxy.stop()


@pytest.fixture(params=NAMES)
async def app(
    request: pytest.FixtureRequest, new_database: NewDatabase, postgres: str, link: Proxy
) -> AsyncIterator[App]:
    through = {_address(postgres): link.address}
    async with running(request.param, new_database, through=through) as served:
        yield served


def _address(dsn: str) -> str:
    found = urlsplit(dsn)
    return f"{found.hostname}:{found.port}"


async def asked(app: App, verb: str, template: str) -> httpx.Response:
    body: Any = body_of(template) or {} if verb == "POST" else None
    query = {
        "shard": "1",
        "first": "1",
        "last": "2",
        "source": "/guildhall/members",
        "year": "2022",
        "on": "2022-01-01",
        "as_of": "2022-01-01",
        "population": "members",
        "purpose": "correction",
    }
    if template.endswith("membership-account") and app.name == "members":
        query = {"from": "2022-01-01", "to": "2022-12-31"}
    elif "as_of" in query and app.name == "reporting":
        del query["as_of"]
    return await app.client.request(
        verb, path_of(template), json=body, params=query, headers={"Idempotency-Key": str(uuid4())}
    )


def said_to_come_again(answer: httpx.Response) -> bool:
    return (
        answer.status_code == 503
        and answer.headers.get("retry-after", "").isdigit()
        and answer.json()["code"] == "database-away"
    )


async def test_every_route_says_to_come_again(app: App, link: Proxy) -> None:
    link.turn(Cut("reset"))
    found = {}
    for verb, template in app.routes():
        if template in NEEDS_NONE or (app.name == "members" and template in OF_COPIES):
            continue
        answer = await asked(app, verb, template)
        if not said_to_come_again(answer):
            found[f"{verb} {template}"] = f"{answer.status_code} {answer.text[:150]}"
    assert found == {}, found
    ready = await app.client.get("/readyz")
    if app.name != "worker":  # whose readiness is the test's own
        assert (ready.status_code, ready.headers["retry-after"]) == (503, "1")


async def test_a_connection_that_breaks_amid_a_request_is_no_failure_of_ours(
    app: App, link: Proxy
) -> None:
    """The statement waits for a lock; then PostgreSQL ends the connection, or the link breaks."""
    reporting = app.name == "reporting"
    template = "/v1/{org_id}/figures" if reporting else "/v1/{org_id}/streams/{stream}"
    table = "journal_head" if reporting else "events"
    holder, watcher = await asyncpg.connect(app.dsn), await asyncpg.connect(app.dsn)
    async with holder.transaction():
        await holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        for how in ("ended", "reset"):
            asking = asyncio.create_task(asked(app, "GET", template))
            while not (waiting := await watcher.fetch(WAITING)):
                assert not asking.done(), (await asking).text
                await asyncio.sleep(0.01)
            if how == "ended":
                await watcher.execute("SELECT pg_terminate_backend($1)", waiting[0]["pid"])
            else:
                link.turn(Cut("reset"))
            assert said_to_come_again(await asking), how
    await holder.close()
    await watcher.close()
