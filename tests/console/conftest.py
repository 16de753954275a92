"""The console in this process, before services that answer from a table."""

import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from services.console.app import console_app
from services.console.backend import Backend
from services.console.command_line import CommandLine
from services.console.console import Console
from services.console.founding import Founder
from services.console.importer import Importer
from services.console.provider import Provider
from services.console.session import Sealer, Session
from services.console.uploads import Uploads
from shared.http.auth import TokenVerifier
from shared.http.issuer_keys import IssuerKeys
from tests.console.answers import ANSWERS, ORG

SERVICES = ("members", "benefits", "events", "reporting", "worker", "identity")
NOWHERE = "http://127.0.0.1:9"
Browsing = Callable[..., Any]


class Services:
    """Services that answer what a table says; `asked` are the requests that came."""

    def __init__(self) -> None:
        self.answers = dict(ANSWERS)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.get(request.url.path)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        if answer is None:
            return httpx.Response(404, json={"code": "not-found", "title": "没有这个地址"})
        return httpx.Response(200, json=answer)


def session(*roles: str, **other: Any) -> Session:
    """Somebody signed in."""
    said = {"token": "t", "subject": "auditor", "orgs": (ORG,), "csrf": "csrf-1"}
    ends_at = int(time.time()) + 600
    return Session(**{**said, "roles": roles or ("auditor",), "ends_at": ends_at, **other})


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def console(services: Services) -> Console:
    return console_before(services, https=False)


def console_before(services: Services, *, https: bool) -> Console:
    """The console's parts before such services; its provider is nowhere."""
    addresses = {name: f"http://{name}.test" for name in SERVICES}
    jwks = f"{NOWHERE}/jwks"
    provider = Provider(
        NOWHERE,
        IssuerKeys(jwks),
        TokenVerifier(jwks, NOWHERE, "guildhall"),
        client_id="console",
        client_secret="s",
        redirect_uri="http://console.test/sign-in/callback",
    )
    backend = Backend(addresses, httpx.MockTransport(services))
    line = CommandLine(addresses)
    founder = Founder(line, enrols=True)
    sealer = Sealer(bytes(32))
    return Console(backend, provider, sealer, https, Importer(line), Uploads(), founder)


@asynccontextmanager
async def browser(
    console: Console, who: Session | None = None, **headers: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that keeps cookies; `who` is signed in."""
    transport = httpx.ASGITransport(console_app(console), raise_app_exceptions=False)
    base = "https://console.test" if console.https else "http://console.test"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        for name, part in (console.session_cookies(who) if who else {}).items():
            client.cookies.set(name, part)
        yield client


@pytest.fixture(scope="session")
def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
