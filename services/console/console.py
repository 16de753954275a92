"""What the console is made of, and what each of its pages is given."""

from typing import Any, NamedTuple

from fastapi import Request

from services.console.backend import Backend
from services.console.founding import Founder
from services.console.importer import Importer
from services.console.provider import Provider
from services.console.scope import Scope
from services.console.session import Sealer, Session, parts_of
from services.console.uploads import Uploads

SESSION, SIGN_IN, LANGUAGE = "guildhall-session", "guildhall-sign-in", "guildhall-language"
HOST_ONLY = "__Host-"
"""Before the name of a cookie that no other host and no plain http can set (RFC 6265bis §4.1.3)."""


class SignInNeeded(Exception):
    """Nobody is signed in, or no longer."""


class Console(NamedTuple):
    """What the routes need. `https`: browsers come by https alone. `port` is part of the names of
    cookies by plain http, which browsers keep by host alone (RFC 6265 §8.5): two consoles on one
    machine are two. `demo`: where the pages of the simulated demo union are, if it is shown."""

    backend: Backend
    provider: Provider
    sealer: Sealer
    https: bool
    importer: Importer
    uploads: Uploads
    founder: Founder
    port: int | None = None
    demo: str = ""

    def cookie(self, name: str) -> str:
        """The name of a cookie here."""
        if self.https:
            return f"{HOST_ONLY}{name}"
        return f"{name}-{self.port}" if self.port else name

    def session(self, http: Request) -> Session | None:
        """Who is signed in, if anybody is."""
        name = self.cookie(SESSION)
        parts: list[str] = []
        while part := http.cookies.get(f"{name}-{len(parts)}"):
            parts.append(part)
        return self.sealer.opened(Session, "".join(parts)) if parts else None

    def session_cookies(self, session: Session) -> dict[str, str]:
        """The cookies of a session, in parts that browsers keep. Raises ValueError."""
        parts = parts_of(self.sealer.seal(session))
        return {f"{self.cookie(SESSION)}-{number}": part for number, part in enumerate(parts)}


class Visit:
    """One request of somebody who is signed in: asks the services in their name."""

    def __init__(self, http: Request, console: Console, session: Session) -> None:
        self.http, self.console, self.session = http, console, session
        self.scope: Scope | None = None

    async def ask(self, service: str, path: str, **query: Any) -> Any:
        """The JSON a service answers. Raises Answered, NoAnswer."""
        return await self.console.backend.get(self.session.bearer, service, path, **query)

    async def bytes(self, service: str, path: str, **query: Any) -> bytes:
        """The very bytes that a service answers. Raises Answered, NoAnswer."""
        return await self.console.backend.bytes(self.session.bearer, service, path, **query)

    async def post(self, service: str, path: str, body: Any, **query: Any) -> Any:
        """What a service answers to a body. Raises Answered, NoAnswer."""
        return await self.console.backend.post(self.session.bearer, service, path, body, **query)

    async def report(self, path: str, **query: Any) -> Any:
        """What reporting answers about the page's union."""
        assert self.scope is not None, "a page of a union"
        return await self.ask("reporting", f"/v1/{self.scope.org}/{path}", **query)

    def given(self, name: str, default: str = "") -> str:
        """A parameter of the address."""
        return self.http.query_params.get(name, default)
