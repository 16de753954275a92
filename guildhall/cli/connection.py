"""Who is asked, and as whom: a stack of this machine (`run.json`), or services at an address.

Every answer that is not a success becomes Refused (with the service's problem document) or
Unreachable; a caller of this module never sees another exception.
"""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from deploy.identity import PICK_GRANT
from deploy.stack.run_file import NotRunning, read_run_file
from shared.contract.contexts import CONTEXTS, PROCESSES

if TYPE_CHECKING:
    import httpx

SERVICES = tuple(CONTEXTS)
ADDRESSED = tuple(dict.fromkeys((*SERVICES, *PROCESSES)))
IDENTITY = "identity"
"""The development provider, where it is one: people are enrolled with it."""
CONNECT_SECONDS = 5.0
NO_ADDRESS = "no address of the service {} is known: GUILDHALL_{}_URL names it"
ANSWER_SECONDS = 60.0
NO_HEADER = {
    "title": "cannot be sent",
    "code": "not-ascii",
    "detail": "a token, a key or a position is ASCII: an HTTP header carries nothing else",
}


class Refused(Exception):
    """A service refused: `problem` is its problem document (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or "refused")
        self.problem = problem


class Unreachable(Exception):
    """No service answered, or nobody told where it is; the message says what was tried."""


class Target(NamedTuple):
    """Where the services are and how to be allowed in.

    `token` is a bearer token in hand; without one, a development person is picked at `token_url`.
    `kafka` are the settings of an access to Kafka, `GUILDHALL_KAFKA` and its like.
    """

    urls: Mapping[str, str]
    token: str | None = None
    token_url: str | None = None
    client_id: str = ""
    client_secret: str = ""
    kafka: Mapping[str, str] | None = None
    on_this_machine: bool = False


def find_target(data: Path, url: str | None, token: str | None) -> Target:
    """The services at `url` (each at `<url>/<service>`), else those of the stack in `data`.

    `GUILDHALL_<SERVICE>_URL` names one service's address, and wins over both. Raises Unreachable.
    """
    named = {
        service: address.rstrip("/")
        for service in (*ADDRESSED, IDENTITY)
        if (address := os.environ.get(f"GUILDHALL_{service.upper()}_URL"))
    }
    if url is not None or named.keys() >= set(SERVICES):
        base = (url or "").rstrip("/")
        urls = {service: f"{base}/{service}" for service in ADDRESSED} if base else {}
        return Target({**urls, **named}, token, kafka=os.environ)
    try:
        running = read_run_file(data)
    except NotRunning as why:
        raise Unreachable(str(why)) from why
    return Target(
        {**running.urls, **named},
        token,
        running.token_url,
        running.client_id,
        running.client_secret,
        running.kafka,
        on_this_machine=True,
    )


class Connection:
    """Asks services over HTTP, as one person. Use as a context manager."""

    def __init__(self, target: Target, person: str) -> None:
        self.target, self.person = target, person
        self._http = open_http(target)
        self._bearer: str | None = target.token

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *failure: object) -> None:
        self._http.close()

    def bearer(self) -> str:
        """The token of this person, asked for once. Raises Refused, Unreachable."""
        if self._bearer is None:
            if self.target.token_url is None:
                raise Unreachable("no token: pass --token, or set GUILDHALL_TOKEN")
            form = {
                "grant_type": PICK_GRANT,
                "person": self.person,
                "client_id": self.target.client_id,
                "client_secret": self.target.client_secret,
            }
            answer = self._send("POST", self.target.token_url, data=form)
            body = body_of(answer)
            if not isinstance(body, dict) or "access_token" not in body:
                raise Refused(problem_of(answer))
            self._bearer = str(body["access_token"])
        return self._bearer

    def people(self) -> Any:
        """The development users who can be picked, by name. Raises Refused, Unreachable."""
        target = self.target
        client = (target.client_id, target.client_secret)
        return body_of(self._send("GET", self.url("identity", "/people"), auth=client))["people"]

    def get(self, service: str, path: str, **query: Any) -> Any:
        """The JSON a service answers to GET; query parameters that are None are left out."""
        return body_of(self.fetch(service, path, **query))

    def fetch(self, service: str, path: str, **query: Any) -> "httpx.Response":
        """The whole answer to GET, for what is not JSON."""
        return self._send(
            "GET", self.url(service, path), params=_given(query), headers=self._headers()
        )

    def post(
        self,
        service: str,
        path: str,
        body: Any,
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = ANSWER_SECONDS,
        query: Mapping[str, Any] | None = None,
    ) -> Any:
        """The JSON a service answers to POST, waited for at most `seconds` (None: for ever); query
        parameters that are None are left out."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        answer = self._send(
            "POST",
            self.url(service, path),
            content=content,
            timeout=seconds,
            params=_given(query or {}),
            headers={**self._headers(), "Content-Type": "application/json", **(headers or {})},
        )
        return body_of(answer) if answer.content else {}

    def open_get(self, service: str, path: str) -> "httpx.Response":
        """The answer of a route that needs no token (health, OpenAPI)."""
        return self._send("GET", self.url(service, path))

    def url(self, service: str, path: str) -> str:
        """A service's address. Raises Unreachable where the service is not known here."""
        try:
            return f"{self.target.urls[service]}{path}"
        except KeyError:
            raise Unreachable(NO_ADDRESS.format(service, service.upper())) from None

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearer()}"}

    def _send(self, method: str, url: str, **request: Any) -> "httpx.Response":
        import httpx

        try:
            answer = self._http.request(method, url, **request)
        except httpx.InvalidURL as why:
            raise Unreachable(f"{url} is not an address: {why}") from why
        except UnicodeEncodeError as why:
            raise Refused(NO_HEADER) from why
        except httpx.HTTPError as why:
            hint = "; is `guildhall up` still running?" if self.target.on_this_machine else ""
            raise Unreachable(f"{method} {url}: {str(why) or type(why).__name__}{hint}") from why
        if not answer.is_success:
            raise Refused(problem_of(answer))
        return answer


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def open_http(target: Target) -> "httpx.Client":
    """The HTTP client; a proxy of the environment is for other machines only."""
    import httpx

    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    return httpx.Client(timeout=timeout, trust_env=not target.on_this_machine)


def body_of(answer: "httpx.Response") -> Any:
    """The JSON of an answer. Raises Refused where it is none: a page of somebody else's."""
    try:
        return answer.json()
    except ValueError as why:
        raise Refused(problem_of(answer)) from why


def problem_of(answer: "httpx.Response") -> dict[str, Any]:
    """The problem document of an answer; one is made up where the answer carries none."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and ("code" in body or "title" in body):
        return body
    if isinstance(body, dict) and "reason" in body:  # /readyz
        return {
            "title": "not ready",
            "status": answer.status_code,
            "code": "not-ready",
            "detail": body["reason"],
        }
    if isinstance(body, dict) and "error" in body:  # OAuth, RFC 6749 §5.2
        return {
            "title": "token refused",
            "status": answer.status_code,
            "code": body["error"],
            "detail": body.get("error_description", ""),
        }
    return {
        "title": "not an answer of this service",
        "status": answer.status_code,
        "code": "no-problem-document",
        "detail": f"{answer.request.url} answered {answer.status_code}: {answer.text[:200]}",
    }
