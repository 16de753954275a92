"""The HTTP client of an import: an ordinary, authenticated client of the services."""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any, NamedTuple, Protocol

import httpx
import orjson

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 120.0


class Answer(NamedTuple):
    """What a service answered: HTTP status, and a JSON object (a problem document if refused).

    `replayed`: it is the saved answer to the same command sent before; nothing was added.
    """

    status: int
    body: Mapping[str, Any]
    replayed: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the command was done."""
        return self.status < 300

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.body.get("code", self.status))

    @property
    def title(self) -> str:
        """What a person reads about a refusal."""
        return str(self.body.get("title") or self.code)


class CommandClient(Protocol):
    """The client that sends an import: as one person, for one union."""

    @property
    def org_id(self) -> str:
        """The union."""
        ...

    async def command(self, service: str, name: str, body: Mapping[str, Any], key: str) -> Answer:
        """Send a command once; whatever is answered is returned."""
        ...

    async def preview(self, service: str, name: str, body: Mapping[str, Any]) -> Answer:
        """What a command would be answered; it is decided, and nothing is written."""
        ...

    async def ask(self, service: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Ask something that writes nothing, such as the look-up of people."""
        ...


class HttpClient:
    """A CommandClient over HTTP; `simulated_now` is for services on a simulated clock. What a
    person took back before is entered again only with `enter_withdrawn`."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        urls: Mapping[str, str],
        org_id: str,
        token: str,
        simulated_now: str | None = None,
        *,
        enter_withdrawn: bool = False,
    ) -> None:
        self._http, self._urls, self._org_id = http, urls, org_id
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if simulated_now is not None:
            self._headers["Guildhall-Simulated-Now"] = simulated_now
        if not enter_withdrawn:
            self._headers["Guildhall-Unless-Withdrawn"] = "true"
        self._settled: dict[str, int] = {}
        self._attempts: dict[str, int] = {}

    @property
    def org_id(self) -> str:
        """The union."""
        return self._org_id

    async def command(self, service: str, name: str, body: Mapping[str, Any], key: str) -> Answer:
        """Send a command under an Idempotency-Key; a lost answer is asked for again with it.

        A refusal is final for its key (ADR 0006), and ours come from the file: where the service
        says again what it refused before, the next key asks anew. Only then: a key of which that is
        not proven may still be accepted, and what it asks done twice.
        """
        for attempt in count(self._settled.get(key, 0) + 1):
            again = key if attempt == 1 else f"{key}~{attempt}"
            answer = await self._post(service, name, body, {"Idempotency-Key": again})
            if answer.accepted or not answer.replayed:
                break
            self._settled[key] = attempt
        return answer

    async def preview(self, service: str, name: str, body: Mapping[str, Any]) -> Answer:
        """What a command would be answered. It goes without an Idempotency-Key: a service that does
        not know of previews refuses it then, instead of doing it."""
        return await self._post(service, name, body, {"Guildhall-Preview": "true"})

    async def ask(self, service: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Ask something that writes nothing."""
        return await self._post(service, path, body, {})

    async def _post(
        self, service: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Answer:
        url = f"{self._urls[service]}/v1/{self._org_id}/{path}"
        for pause in (0.2, 1.0, 3.0):
            try:
                return await self._once(url, body, headers)
            except httpx.TransportError:
                # Nobody knows whether it was done; with the same key it is done once.
                await asyncio.sleep(pause)
        return await self._once(url, body, headers)

    async def _once(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        answer = await self._http.post(
            url, content=orjson.dumps(body), headers={**self._headers, **headers}
        )
        try:
            document = answer.json()
        except ValueError:
            document = {"code": "no-problem-document", "title": f"HTTP {answer.status_code}"}
        return Answer(answer.status_code, document, "idempotent-replayed" in answer.headers)


def open_http(connections: int = 8) -> httpx.AsyncClient:
    """The client of an import: answers may take long, connecting may not."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        trust_env=False,
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
    )
