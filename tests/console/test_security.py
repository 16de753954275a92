"""Whose forms are taken, and which addresses are ours."""

import pytest

from services.console.console import Console
from services.console.security import HEADERS, own_path
from tests.console.conftest import browser, session


@pytest.mark.parametrize(
    "asked",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:1",
        "", "x", "/\tx", "/x\r\nSet-Cookie: a=b", "/" + "x" * 3000,
    ],
)  # fmt: skip
def test_no_address_leads_elsewhere(asked: str) -> None:
    assert own_path(asked) == "/"


def test_a_path_of_ours_is_kept() -> None:
    assert own_path("/tjtc/2022?as_of=1") == "/tjtc/2022?as_of=1"


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({}, {}),
        ({"csrf": "another"}, {}),
        ({"csrf": "csrf-1"}, {"sec-fetch-site": "cross-site"}),
        ({"csrf": "csrf-1"}, {"sec-fetch-site": "same-site"}),
        ({"csrf": "csrf-1"}, {"origin": "http://evil.example"}),
        ({"csrf": "csrf-1"}, {"origin": "null"}),
    ],
)
async def test_a_form_of_another_site_or_session_does_nothing(
    console: Console, form: dict[str, str], headers: dict[str, str]
) -> None:
    async with browser(console, session(), **headers) as client:
        answer = await client.post("/sign-out", data=form)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "没有写下任何东西" in answer.text


async def test_a_form_of_ours_is_taken(console: Console) -> None:
    async with browser(console, session(), origin="http://console.test") as client:
        answer = await client.post("/sign-out", data={"csrf": "csrf-1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")
    assert 'guildhall-session-0=""' in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/", "/tjtc/2022", "/livez", "/nowhere/at/all", "/signed-out"])
async def test_every_answer_has_the_headers(console: Console, path: str) -> None:
    async with browser(console, session()) as client:
        answer = await client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
