"""The page on which a person is picked: who may, and where the code goes."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.identity.api import identity_app
from deploy.identity.authorize import COOKIE, by_union
from deploy.identity.codes import challenge_of
from deploy.identity.registrations import DEFAULT_PEOPLE, Client, Person
from deploy.identity.tokens import Issuer, signing_key

BACK = "http://127.0.0.1:1/sign-in/callback"
VERIFIER = "v" * 43
ASKED = {
    "client_id": "console", "redirect_uri": BACK, "state": "s&=1", "nonce": "n",
    "response_type": "code", "scope": "openid", "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}  # fmt: skip
CLIENTS = {
    "console": Client(secret="c", redirect_uris=(BACK,)),
    "cli": Client(secret="cli", picks_people=True),
}


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    issuer = Issuer("http://identity.test", "guildhall", signing_key(tmp_path))
    app = identity_app(issuer, CLIENTS, DEFAULT_PEOPLE, "passcode-1", tmp_path)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://identity.test") as client:
        yield client


async def test_a_person_is_picked_and_the_code_gives_their_token(
    browser: httpx.AsyncClient,
) -> None:
    page = await browser.get("/authorize", params=ASKED)
    assert "auditor" in page.text and "form-action 'self' http://127.0.0.1:1" in str(page.headers)
    picked = {**ASKED, "passcode": "passcode-1", "person": "auditor"}
    answer = await browser.post("/authorize", data=picked)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{BACK}?")
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["s&=1"]
    form = {
        "grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": BACK,
        "code_verifier": VERIFIER, "client_id": "console", "client_secret": "c",
    }  # fmt: skip
    granted = (await browser.post("/token", data=form)).json()
    assert set(granted) == {"access_token", "token_type", "expires_in", "id_token"}
    again = await browser.post("/token", data=form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_the_passcode_is_asked_for_once_a_browser(browser: httpx.AsyncClient) -> None:
    assert 'name="passcode"' in (await browser.get("/authorize", params=ASKED)).text
    await browser.post("/authorize", data={**ASKED, "passcode": "passcode-1", "person": "clerk"})
    assert 'name="passcode"' not in (await browser.get("/authorize", params=ASKED)).text
    answer = await browser.post("/authorize", data={**ASKED, "person": "clerk"})
    assert answer.status_code == 303


@pytest.mark.parametrize("passcode", ["", "passcode-2", "中"])
async def test_nobody_is_picked_without_it(browser: httpx.AsyncClient, passcode: str) -> None:
    browser.cookies.set(COOKIE, "passcode-3")
    said = {**ASKED, "passcode": passcode, "person": "auditor"}
    answer = await browser.post("/authorize", data=said)
    assert (answer.status_code, answer.headers.get("location")) == (403, None)
    assert "口令不对" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [{"client_id": "cli"}, {"client_id": "x"}, {"redirect_uri": "http://evil.example/"}],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    browser: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    for answer in (
        await browser.get("/authorize", params={**ASKED, **wrong}),
        await browser.post("/authorize", data={**ASKED, **wrong, "passcode": "passcode-1"}),
    ):
        assert (answer.status_code, answer.headers.get("location")) == (400, None)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_without_pkce_there_is_no_code(
    browser: httpx.AsyncClient, wrong: dict[str, str], error: str
) -> None:
    answer = await browser.get("/authorize", params={**ASKED, **wrong})
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (back["error"], back["state"]) == ([error], ["s&=1"])


async def test_a_person_who_is_not_there_is_not_picked(browser: httpx.AsyncClient) -> None:
    said = {**ASKED, "passcode": "passcode-1", "person": "<b>nobody</b>"}
    answer = await browser.post("/authorize", data=said)
    assert (answer.status_code, answer.headers.get("location")) == (400, None)
    assert "<b>nobody" not in answer.text


def test_ones_own_unions_come_before_those_it_was_delivered_with() -> None:
    own = {f"{org}-clerk": Person(roles=("clerk",), orgs=(org,)) for org in ("first", "second")}
    groups = by_union({**DEFAULT_PEOPLE, **own})
    assert [union for union, _ in groups] == ["*", "second", "first", "tjtc", "other"]
    assert [name for _, group in groups for name in group] != []
    assert sum(len(group) for _, group in groups) == len(DEFAULT_PEOPLE) + 2
    assert by_union({}) == []


async def test_behind_a_path_the_page_and_its_cookie_are_there_too(tmp_path: Path) -> None:
    issuer = Issuer("http://127.0.0.1:8080/_identity", "guildhall", signing_key(tmp_path))
    app = identity_app(issuer, CLIENTS, DEFAULT_PEOPLE, "passcode-1", tmp_path)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://identity.test") as client:
        text = (await client.get("/authorize", params=ASKED)).text
        picked = {**ASKED, "passcode": "passcode-1", "person": "auditor"}
        answer = await client.post("/authorize", data=picked)
    assert 'action="authorize"' in text and 'href="authorize.css"' in text
    assert "Path=/_identity/authorize" in answer.headers["set-cookie"]
