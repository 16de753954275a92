"""Signing in and out, as a browser does it."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.console.console import Console
from services.console.session import SigningIn
from tests.console.conftest import Services, browser, session
from tests.console.test_provider import BACK, Identity, identity

__all__ = ["identity"]


@pytest.fixture
async def signing(console: Console, identity: Identity) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(console._replace(provider=identity.provider())) as client:
        yield client


async def back(client: httpx.AsyncClient, identity: Identity, following: str) -> httpx.Response:
    begun = await client.get("/sign-in", params={"next": following})
    assert begun.status_code == 303
    state, code = await identity.picked(begun.headers["location"])
    return await client.get("/sign-in/callback", params={"state": state, "code": code})


async def test_a_browser_signs_in_comes_back_and_signs_out(
    signing: httpx.AsyncClient, identity: Identity, services: Services
) -> None:
    answer = await back(signing, identity, "/tjtc/2022?as_of=7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tjtc/2022?as_of=7")
    page = await signing.get("/tjtc/2022")
    assert page.status_code == 200
    assert services.asked[0].headers["authorization"].startswith("Bearer ey")
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    assert (await signing.post("/sign-out", data={"csrf": csrf})).status_code == 303
    assert (await signing.get("/tjtc/2022")).headers["location"].startswith("/sign-in")


async def test_one_is_led_to_no_other_host(signing: httpx.AsyncClient, identity: Identity) -> None:
    assert (await back(signing, identity, "//evil.example/")).headers["location"] == "/"


async def test_the_question_is_bound_to_the_browser(
    signing: httpx.AsyncClient, identity: Identity
) -> None:
    begun = await signing.get("/sign-in")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["redirect_uri"] == [BACK]
    assert asked["code_challenge_method"] == ["S256"]
    state, code = await identity.picked(begun.headers["location"])
    signing.cookies.clear()
    answer = await signing.get("/sign-in/callback", params={"state": state, "code": code})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_what_the_provider_refuses_is_told(signing: httpx.AsyncClient) -> None:
    await signing.get("/sign-in")
    answer = await signing.get("/sign-in/callback", params={"error": "access_denied"})
    assert answer.status_code == 403
    assert "再登录一次" in answer.text


async def test_a_provider_that_is_away_is_told(console: Console) -> None:
    async with browser(console) as client:
        answer = await client.get("/sign-in")
    assert answer.status_code == 502
    assert "没有登录" in answer.text


def test_a_session_is_not_a_sign_in(console: Console) -> None:
    assert console.sealer.opened(SigningIn, console.sealer.seal(session())) is None
