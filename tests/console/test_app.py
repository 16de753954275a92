"""The app as a whole: files, health, and that nothing is shown to nobody."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi.routing import APIRoute

from services.console.app import console_app
from services.console.console import Console
from services.console.rendering import assets
from shared.http.app import OPEN_PATHS
from tests.console.conftest import Services as Answering
from tests.console.conftest import browser, console_before, session

OPEN = (
    *OPEN_PATHS, "/static/{digest}/{name}", "/sign-in", "/sign-in/callback", "/signed-out",
    "/language/{language}",
)  # fmt: skip


def routes_of(listed: Sequence[Any]) -> Iterator[APIRoute]:
    for route in listed:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from routes_of(route.original_router.routes)


async def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(console: Console) -> None:
    async with browser(console) as client:
        answer = await client.get("/tjtc/2022?as_of=7")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/tjtc/2022%3Fas_of%3D7"


async def test_no_page_is_open_but_those_named(console: Console, services: Answering) -> None:
    paths = {route.path for route in routes_of(console_app(console).routes)} - {*OPEN}
    assert len(paths) > 8
    async with browser(console) as client:
        for path in sorted(paths):
            at = path.replace("{org}", "tjtc").replace("{period}", "2022")
            answer = await client.get(at)
            assert answer.status_code in (303, 405), path
    assert not services.asked, "nobody asks a service for nobody"


async def test_files_are_kept_for_ever_under_their_digest_alone(console: Console) -> None:
    async with browser(console) as client:
        for name, asset in assets().items():
            answer = await client.get(asset.address)
            assert answer.status_code == 200, name
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert hashlib.sha256(answer.content).hexdigest()[:12] in asset.address
        assert (await client.get("/static/000000000000/console.css")).status_code == 404
        assert (await client.get("/static/x/..%2fapp.py")).status_code == 404


async def test_it_is_alive_and_ready_and_measured(console: Console) -> None:
    async with browser(console) as client:
        for path in ("/livez", "/readyz", "/metrics"):
            assert (await client.get(path)).status_code == 200, path


@pytest.mark.parametrize(("https", "name"), [(True, "__Host-guildhall"), (False, "guildhall")])
async def test_cookies_are_for_https_alone_where_browsers_come_by_it(
    services: Answering, https: bool, name: str
) -> None:
    console = console_before(services, https=https)
    assert next(iter(console.session_cookies(session()))).startswith(name)
    async with browser(console) as client:
        answer = await client.get("/language/en?next=/signed-out")
        assert ("Secure" in answer.headers["set-cookie"]) is https
        assert ("strict-transport-security" in answer.headers) is https
        assert "HttpOnly" in answer.headers["set-cookie"]
