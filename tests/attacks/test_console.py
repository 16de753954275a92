"""The console and the identity provider under attack, as shown on 2026-12-01.

Whoever came back from the provider with a code that is none had the console ask it, and read every
certificate of the machine for that: 30 anonymous browsers kept a page from being read for 5 s. One
auditor's 120 questions kept everybody else from an answer for 14 s, one clerk's workbooks every
other clerk's file for a minute. `figures/.` was another question than the page's, and a failure's
page had no header of ours. 200 MB to `/token` took the provider from 81 to 462 MB.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.identity.api import identity_app
from deploy.identity.form import FORM_BYTES_MAX
from deploy.identity.registrations import DEFAULT_PEOPLE, Client
from deploy.identity.tokens import Issuer, signing_key
from services.console import provider as providing
from services.console.app import AT_ONCE
from services.console.backend import Backend
from services.console.command_line import CommandLine
from services.console.console import Console
from services.console.importer import Importer, OfficeFile
from services.console.provider import ASKED_AT_ONCE, SignInFailed
from shared.errors import Unknown
from shared.http.app import build_app
from shared.service.runner import http_server
from tests.console.answers import ORG
from tests.console.conftest import NOWHERE, SERVICES, Services, browser, console_before, session

ODD = ("%2e", "%2e%2e", "a%253fb", "a%2523b", "a%252fb", "a%255cb", "a%2520b")
PAGES = (
    "/tjtc/2022/figures/{}", "/tjtc/2022/figures/{}/list.csv", "/tjtc/events/{}/document",
    "/tjtc/events/{}?period=2022", "/tjtc/log/{}", "/tjtc/2022/rules/{}/what-if",
    "/tjtc/office/programmes/{}/issue", "/tjtc/office/claims/{}/approve",
)  # fmt: skip


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def console(services: Services) -> Console:
    return console_before(services, https=False)


@pytest.mark.parametrize("page", PAGES)
async def test_no_address_asks_another_question_than_its_page(
    console: Console, services: Services, page: str
) -> None:
    for part in ODD:
        async with browser(console, session("auditor", "clerk", "chair")) as client:
            answer = await client.get(page.format(part))
        assert answer.status_code in (303, 404), (part, answer.status_code)
    asked = {request.url.path for request in services.asked}
    assert asked <= {f"/v1/{ORG}/knowledge", f"/v1/{ORG}/figures", "/v1/unions"}


@pytest.mark.parametrize("path", ["/v1/a/..", "/v1/../a", "/v1/a?b", "/v1//a", "/v1/%2e", "v1"])
async def test_no_service_is_asked_a_path_that_names_nothing(services: Services, path: str) -> None:
    backend = Backend({"reporting": "http://reporting.test"}, httpx.MockTransport(services))
    with pytest.raises(Unknown):
        await backend.get("t", "reporting", path)
    assert services.asked == []


async def test_a_failures_page_has_every_header_too(console: Console, services: Services) -> None:
    services.answers[f"/v1/{ORG}/figures"] = {"of": "another shape"}
    async with browser(console, session()) as client:
        failed, well = await client.get("/tjtc/2022/figures"), await client.get("/signed-out")
    assert failed.status_code == 500
    for name in ("content-security-policy", "x-content-type-options", "cache-control"):
        assert failed.headers[name] == well.headers[name]


async def test_a_failure_leaves_the_connection_to_the_next_request() -> None:
    async def ready() -> dict[str, str]:
        return {}

    app = build_app("tested", {}, ready)

    @app.get("/v1/fails")
    async def fails() -> None:
        raise LookupError("ours")

    limits = httpx.Limits(max_connections=1)
    async with (
        http_server(app, "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits) as client,
    ):
        for _ in range(5):
            failed = await client.get("/v1/fails")
            assert (failed.status_code, failed.headers["cache-control"]) == (500, "no-store")
            assert (await client.get("/livez")).status_code == 200


class Asked:
    """How often the provider was asked, and how many at once at most."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float = 0.01) -> None:
        self.times, self.now, self.most = 0, 0, 0
        made = httpx.AsyncClient.__init__

        async def answered(_: httpx.Request) -> httpx.Response:
            self.times, self.now = self.times + 1, self.now + 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(seconds)
            self.now -= 1
            return httpx.Response(400, json={"error": "invalid_grant"})

        def client(self: httpx.AsyncClient, **how: Any) -> None:
            made(self, **{**how, "transport": httpx.MockTransport(answered)})

        monkeypatch.setattr(httpx.AsyncClient, "__init__", client)


async def test_codes_that_are_none_are_asked_about_a_few_at_once(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, provider = Asked(monkeypatch), console.provider
    found = {"issuer": NOWHERE, "token_endpoint": f"{NOWHERE}/token"}
    monkeypatch.setattr(provider, "_found", (float("inf"), found))
    kept = provider.begin("/")
    tried = (provider.session(kept, kept.state, f"code-{n}") for n in range(60))
    refused = await asyncio.gather(*tried, return_exceptions=True)
    assert {getattr(each, "code", each) for each in refused} == {"code-refused"}
    assert (asked.times, asked.most) == (60, ASKED_AT_ONCE)
    with pytest.raises(SignInFailed, match="code-refused"):
        await provider.session(kept, kept.state, "")
    assert asked.times == 60, "no code is none to ask about"


async def test_certificates_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert providing._trusted() is providing._trusted()


async def test_a_provider_that_is_away_is_not_asked_by_everybody(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = 0

    async def away(*_: Any) -> httpx.Response:
        nonlocal times
        times += 1
        raise SignInFailed("provider-silent", "away")

    monkeypatch.setattr(console.provider, "_ask", away)
    tried = (console.provider.address(console.provider.begin("/")) for _ in range(40))
    refused = await asyncio.gather(*tried, return_exceptions=True)
    assert all(isinstance(each, SignInFailed) for each in refused)
    assert times == 1


async def test_one_persons_pages_wait_for_each_other_and_nobody_elses_do(
    console: Console, services: Services
) -> None:
    held, going = asyncio.Event(), 0

    async def answered(request: httpx.Request) -> httpx.Response:
        nonlocal going
        if request.headers["authorization"] == "Bearer busy":
            going += 1
            await held.wait()
        return services(request)

    backend = Backend(dict.fromkeys(SERVICES, "http://s.test"), httpx.MockTransport(answered))
    asked, who = console._replace(backend=backend), session(token="busy", subject="a")
    async with browser(asked, who) as busy:
        asking = [asyncio.create_task(busy.get(f"/{ORG}/2022")) for _ in range(AT_ONCE * 3)]
        async with asyncio.timeout(30):
            while going < AT_ONCE:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert going == AT_ONCE, "each page has asked its first question, and waits"
        busy.cookies.clear()
        other = session(token="t", subject="b")
        for name, part in console.session_cookies(other).items():
            busy.cookies.set(name, part)
        assert (await asyncio.wait_for(busy.get(f"/{ORG}/2022/figures"), 30)).status_code == 200
        held.set()
        assert {(await each).status_code for each in asking} <= {200, 303}


async def test_one_persons_files_wait_for_each_other_and_nobody_elses_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    line = CommandLine({})
    importer, held, going = Importer(line), asyncio.Event(), list[str]()

    async def run(token: str, _said: Any, _place: str) -> dict[str, Any]:
        async with line._free:
            going.append(token)
            if token == "busy":
                await held.wait()
            return {"rows": 0}

    monkeypatch.setattr(line, "run", run)
    files = [
        asyncio.create_task(importer.check("busy", OfficeFile(ORG, "staff", b"x", who="a")))
        for _ in range(4)
    ]
    await asyncio.sleep(0.1)
    other = importer.check("other", OfficeFile(ORG, "staff", b"x", who="b"))
    await asyncio.wait_for(other, 30)
    assert going == ["busy", "other"]
    held.set()
    await asyncio.gather(*files)


async def test_a_template_is_made_once_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    line, made = CommandLine({}), list[str]()
    importer = Importer(line)

    async def run(_token: str, said: list[str], _place: str) -> dict[str, Any]:
        made.append(said[1])
        Path(said[2]).write_bytes(b"workbook")
        return {}

    monkeypatch.setattr(line, "run", run)
    got = await asyncio.gather(*(importer.template(kind) for kind in ["staff", "members"] * 5))
    assert (set(got), sorted(made)) == ({b"workbook"}, ["members", "staff"])


@pytest.mark.parametrize("path", ["/token", "/authorize"])
async def test_the_provider_reads_no_form_further_than_one_is_long(
    tmp_path: Path, path: str
) -> None:
    issuer = Issuer("http://i.test", "guildhall", signing_key(tmp_path))
    clients = {"console": Client(secret="c")}
    app = identity_app(issuer, clients, DEFAULT_PEOPLE, "p", tmp_path)
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(200):
            read += 1000
            yield b"x" * 1000

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://i.test"
    ) as client:
        answer = await client.post(path, content=body())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert read <= FORM_BYTES_MAX + 2000
