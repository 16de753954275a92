"""The services, asked in the name of who signed in."""

import asyncio
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from shared.errors import Unknown

ANSWER_SECONDS = 30.0
CONNECT_SECONDS = 2.0
CONNECTIONS_MAX = 64
PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[^/?#%\\\s]+)+")
"""A path whose every part names something. What an address of ours carried goes into one as it was
typed: `..` would ask another question than the page's, and `%3F` begin a query."""


class Answered(Exception):
    """A service answered with a problem (RFC 9457): its status, code and facts."""

    def __init__(self, service: str, status: int, problem: Mapping[str, Any]) -> None:
        self.service, self.status, self.problem = service, status, dict(problem)
        self.code = str(problem.get("code", "no-problem-document"))
        super().__init__(f"{service} answered {status} {self.code}")


class NoAnswer(Exception):
    """A service cannot be reached, or did not answer in time."""

    def __init__(self, service: str, why: str) -> None:
        self.service, self.why = service, why
        super().__init__(f"{service} does not answer: {why}")


class Backend:
    """Clients of the services by name; an asynchronous context."""

    def __init__(
        self, services: Mapping[str, str], transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        limits = httpx.Limits(max_connections=CONNECTIONS_MAX)
        self._clients = {
            name: httpx.AsyncClient(
                base_url=url, timeout=timeout, limits=limits, trust_env=False, transport=transport
            )
            for name, url in services.items()
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))

    async def get(self, bearer: str, service: str, path: str, **query: Any) -> Any:
        """The JSON that a service answers; parameters that are None are left out.

        Raises Answered, NoAnswer, and Unknown `not-found` for a path that names nothing.
        """
        answer = await self._send(bearer, service, "GET", path, query)
        return answer.json()

    async def bytes(self, bearer: str, service: str, path: str, **query: Any) -> bytes:
        """The very bytes that a service answers. Raises Answered, NoAnswer."""
        answer = await self._send(bearer, service, "GET", path, query)
        return answer.content

    async def post(
        self,
        bearer: str,
        service: str,
        path: str,
        body: Any,
        *,
        headers: Mapping[str, str] = {},
        **query: Any,
    ) -> Any:
        """What a service answers to a body. Raises Answered, NoAnswer."""
        answer = await self._send(bearer, service, "POST", path, query, json=body, headers=headers)
        return answer.json() if answer.content else {}

    async def _send(
        self,
        bearer: str,
        service: str,
        method: str,
        path: str,
        query: Mapping[str, Any],
        *,
        json: Any = None,
        headers: Mapping[str, str] = {},
    ) -> httpx.Response:
        if not PATH.fullmatch(path):
            raise Unknown("not-found", f"{path!r} names nothing")
        given = {name: value for name, value in query.items() if value is not None}
        said = {"Authorization": bearer, **headers}
        try:
            answer = await self._clients[service].request(
                method, path, params=given, json=json, headers=said
            )
        except httpx.HTTPError as why:
            raise NoAnswer(service, str(why) or type(why).__name__) from why
        if answer.is_success:
            return answer
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        raise Answered(service, answer.status_code, problem if isinstance(problem, dict) else {})
