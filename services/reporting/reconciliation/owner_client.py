"""The owners' HTTP API, as the reconciler asks it: heads, copies, and to publish again."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import httpx
import structlog

from services.reporting.reconciliation.progress import Gap
from shared.errors import Refusal
from shared.health import reason_of
from shared.relay.digests import Range

log = structlog.get_logger("owners")

ANSWER_SECONDS = 5.0
UNANSWERED = (httpx.HTTPError, TimeoutError)


class Token(Protocol):
    """What answers reporting's own token; another than the one that was `refused`."""

    async def __call__(self, refused: str | None = None) -> str:
        """Raises Refusal `issuer-unreachable`."""


class _Bearer(httpx.Auth):
    """Sends the token, and once more with another where an owner does not accept it."""

    def __init__(self, token: Token) -> None:
        self._token = token

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        sent = await self._token()
        request.headers["Authorization"] = f"Bearer {sent}"
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            with contextlib.suppress(Refusal):  # then the owner's own refusal is the answer
                request.headers["Authorization"] = f"Bearer {await self._token(sent)}"
                yield request


class OwnerSilent(Exception):
    """An owner did not answer, or nothing that could be understood."""


class OwnerClient:
    """A connection to every owner; `urls` are their addresses, by context."""

    def __init__(self, client: httpx.AsyncClient, urls: Mapping[str, str]) -> None:
        self._client, self.urls = client, urls
        self.silent: dict[str, str] = {}
        """Of each owner that did not answer in this round, why."""

    async def heads(self) -> dict[str, Any]:
        """How far each owner stamped its shards, by context; None where it does not answer."""
        return await self._every("/v1/relay/heads")

    async def copies(self) -> dict[str, Any]:
        """How far each context's replicas got, by context; None where it does not answer, empty
        where it has none."""
        return await self._every("/v1/copies")

    async def republish(self, owner: str, gap: Gap) -> bool:
        """Have an owner publish again what a reader lacks; whether there was anything."""
        try:
            answer = await self._ask(
                "POST",
                f"{self.urls[owner]}/v1/relay/republish",
                json={"shard": gap.shard, "first": gap.have + 1, "last": gap.acked},
            )
            return bool(answer.raise_for_status().json()["republished"])
        except (*UNANSWERED, ValueError, KeyError, TypeError) as why:
            log.warning("owner could not publish again", owner=owner, why=repr(why))
            return False

    async def digests(self, owner: str, ranges: Sequence[Range]) -> list[dict[str, Any]]:
        """The digest of each range of an owner's log, in the order asked. Raises OwnerSilent."""
        body = {"ranges": [each._asdict() for each in ranges]}
        answer = await self._told(owner, "POST", "/v1/relay/digests", json=body)
        told = answer.get("digests")
        if not isinstance(told, list) or len(told) != len(ranges):
            raise OwnerSilent(f"{owner} answered no digest for each of {len(ranges)} ranges")
        return told

    async def entries(self, owner: str, asked: Range) -> list[dict[str, Any]]:
        """Every entry of a range of an owner's log. Raises OwnerSilent."""
        answer = await self._told(owner, "GET", "/v1/relay/entries", params=asked._asdict())
        return list(answer.get("entries", ()))

    async def copy_digests(
        self, reader: str, source: str, ranges: Sequence[Range]
    ) -> list[dict[str, Any]]:
        """The same of what a context's copy of a source holds. Raises OwnerSilent."""
        body = {"source": source, "ranges": [each._asdict() for each in ranges]}
        answer = await self._told(reader, "POST", "/v1/copies/digests", json=body)
        told = answer.get("digests")
        if not isinstance(told, list) or len(told) != len(ranges):
            raise OwnerSilent(f"{reader} answered no digest for each of {len(ranges)} ranges")
        return told

    async def copy_entries(self, reader: str, source: str, asked: Range) -> list[dict[str, Any]]:
        """What a context's copy of a source holds in a range. Raises OwnerSilent."""
        params = {"source": source, **asked._asdict()}
        answer = await self._told(reader, "GET", "/v1/copies/entries", params=params)
        return list(answer.get("entries", ()))

    async def copy_events(
        self, reader: str, source: str, event_ids: Sequence[str]
    ) -> dict[str, Any]:
        """Where a context's copy has these events: leaves and quarantine. Raises OwnerSilent."""
        body = {"source": source, "event_ids": list(event_ids)}
        return await self._told(reader, "POST", "/v1/copies/events", json=body)

    async def _told(self, owner: str, method: str, path: str, **asked: Any) -> dict[str, Any]:
        try:
            answer = await self._ask(method, f"{self.urls[owner]}{path}", **asked)
            return dict(answer.raise_for_status().json())
        except (*UNANSWERED, ValueError, TypeError) as why:
            raise OwnerSilent(f"{owner} does not say what it holds: {why!r}") from why

    async def _ask(self, method: str, url: str, **asked: Any) -> httpx.Response:
        """An answer that has come whole in time; httpx itself bounds only each read of it. Raises
        one of UNANSWERED."""
        async with asyncio.timeout(ANSWER_SECONDS):
            return await self._client.request(method, url, **asked)

    async def _every(self, path: str) -> dict[str, Any]:
        answers = await asyncio.gather(
            *(self._get(name, f"{url}{path}") for name, url in self.urls.items())
        )
        return dict(zip(self.urls, answers, strict=True))

    async def _get(self, name: str, url: str) -> Any:
        try:
            answer = await self._ask("GET", url)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return []
            return answer.raise_for_status().json()
        except (*UNANSWERED, ValueError) as why:
            log.warning("owner does not answer", owner=name, url=url, why=repr(why))
            self.silent[name] = reason_of(why)
            return None


@asynccontextmanager
async def owner_client(urls: Mapping[str, str], token: Token) -> AsyncIterator[OwnerClient]:
    """A client for one round, with reporting's own token. Raises Refusal `issuer-unreachable`."""
    await token()
    async with httpx.AsyncClient(
        timeout=ANSWER_SECONDS, auth=_Bearer(token), trust_env=False
    ) as client:
        yield OwnerClient(client, urls)
