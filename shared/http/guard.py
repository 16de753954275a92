"""What is settled before a request is read on: who asks, then how long its body may be.

A body is read after its token is known: 200 MB from nobody cost 400 MB of a process, which kept
them. It is read up to BODY_BYTES_MAX and for BODY_SECONDS; where it is not read, the answer says
that the connection closes (RFC 9112 §9.6). Commands read theirs in command_routes.py, once the role
is known too.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import cast
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI, Response
from fastapi import Request as HttpRequest
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contract.admissible import unambiguous
from shared.errors import ContractViolation, Invalid, Refusal, TooLarge, TooMany, TooSlow, Unknown
from shared.http.app import OPEN_PATHS
from shared.http.auth import TokenVerifier
from shared.http.openapi import describe_problems
from shared.metrics import HTTP_REFUSED

BODY_BYTES_MAX = 2 * 1024 * 1024
"""Three times the longest right body: 5,000 receipts with their ids, or 1,000 names as escapes."""

BODY_SECONDS = 30.0
"""How long a body may take, from when it is asked for."""

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What is none of PostgreSQL's text: NUL, and halves of characters."""

CONTROL = re.compile(rb"[\x00-\x1f\x7f]")

IN_PROGRESS_MAX = 256
"""Requests of one client at once: what stands before another's is a tenth of a second of work."""

READ_AT_ONCE = 4
"""Questions of one client that are answered at once, where one may take a second; those after them
wait their turn, and nobody else does: 120 at once kept everybody else from an answer for 14 s."""

Refused = Callable[[HttpRequest, Exception], Awaitable[Response]]


def guard(app: FastAPI, tokens: TokenVerifier, at_once: int | None = None) -> None:
    """Let no request but those of OPEN_PATHS into `app` without a token, or with an odd body, and
    of one client no more than `at_once` go on at a time; and say in its OpenAPI document what may
    be refused."""
    app.user_middleware.append(
        Middleware(Guarded, tokens=tokens, served=app, shares=Shares(at_once))
    )
    describe_problems(app)


class Shares:
    """How many requests each client has in progress, by the subject of its token. Of more than
    `at_once` the later wait for the earlier."""

    def __init__(self, at_once: int | None = None) -> None:
        self._in_progress: Counter[str] = Counter()
        self._at_once, self._turns = at_once, dict[str, asyncio.Semaphore]()

    @contextmanager
    def counted(self, subject: str) -> Iterator[None]:
        """One more request of a client, while it lasts. Raises TooMany `client-too-busy`."""
        if self._in_progress[subject] >= IN_PROGRESS_MAX:
            HTTP_REFUSED.labels("client-too-busy").inc()
            raise TooMany("client-too-busy", f"at most {IN_PROGRESS_MAX} requests at once")
        self._in_progress[subject] += 1
        try:
            yield
        finally:
            self._in_progress[subject] -= 1
            if not self._in_progress[subject]:
                del self._in_progress[subject]
                self._turns.pop(subject, None)

    @asynccontextmanager
    async def of(self, subject: str) -> AsyncIterator[None]:
        """One more request of a client, in its turn. Raises as `counted`."""
        with self.counted(subject):
            if self._at_once is None:
                yield
                return
            async with self._turns.setdefault(subject, asyncio.Semaphore(self._at_once)):
                yield


class Guarded:
    """The routes of FastAPI behind what `guard` says. Plain ASGI."""

    def __init__(
        self, app: ASGIApp, tokens: TokenVerifier, served: FastAPI, shares: Shares
    ) -> None:
        self._app, self._tokens, self._shares = app, tokens, shares
        self._refused = cast(Refused, served.exception_handlers[Refusal])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        http, body = HttpRequest(scope, receive), None
        try:
            subject = await self._tokens.subject(http.headers.get("authorization"))
            async with self._shares.of(subject):
                check_address(scope)
                if has_body(http) and scope["method"] not in ("GET", "HEAD"):
                    body = await read_body(http)
                    _check_json(body)
                await self._app(scope, receive if body is None else _again(body, receive), send)
        except Refusal as refusal:
            # Of ours: those of the routes are answered by the app.
            answer = await self._refused(http, refusal)
            await closing(answer, http, read=body is not None)(scope, receive, send)


def check_address(scope: Scope) -> None:
    """Raise Unknown `not-found` for a path, Invalid `invalid-request` for a query, that holds a
    control character: it names nothing, and PostgreSQL has no NUL in a text."""
    if not scope["path"].isprintable() and CONTROL.search(scope["path"].encode("utf-8", "replace")):
        raise Unknown("not-found", "an address holds no control character")
    query = scope["query_string"]
    if b"%" in query and CONTROL.search(unquote_to_bytes(query)):
        raise Invalid("invalid-request", "a query holds no control character")


def has_body(http: HttpRequest) -> bool:
    """Whether a request announces a body (RFC 9112 §6)."""
    headers = http.headers
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


async def read_body(http: HttpRequest, most: int = BODY_BYTES_MAX) -> bytes:
    """The body, of `most` bytes. Raises TooLarge `body-too-large`, TooSlow `body-too-slow`, and
    Invalid `invalid-request` where the client went away."""
    declared = http.headers.get("content-length", "0")
    if int(declared) > most if declared.isdigit() else False:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in http.stream():
                body += chunk
                if len(body) > most:
                    raise _too_large(most)
    except TimeoutError:
        HTTP_REFUSED.labels("body-too-slow").inc()
        raise TooSlow("body-too-slow", f"the body did not come within {BODY_SECONDS:g} s") from None
    except ClientDisconnect:
        raise Invalid("invalid-request", "the client went away before its body had come") from None
    return bytes(body)


def closing(answer: Response, http: HttpRequest, *, read: bool) -> Response:
    """The answer, which says that the connection closes where the body was not read."""
    if not read and has_body(http):
        answer.headers["Connection"] = "close"
    return answer


def _too_large(most: int) -> TooLarge:
    HTTP_REFUSED.labels("body-too-large").inc()
    return TooLarge("body-too-large", f"a body has at most {most} bytes")


def _check_json(body: bytes) -> None:
    """Raise Invalid: duplicate-key, or invalid-request for what no text of PostgreSQL can hold.

    What is no JSON is FastAPI's to refuse, which knows whether it should be.
    """
    try:
        said = unambiguous(body) if body.strip() else None
    except ContractViolation as why:
        code = "duplicate-key" if why.reason == "duplicate-key" else "invalid-request"
        raise Invalid(code, why.detail) from None
    if not _storable(said):
        raise Invalid("invalid-request", "a text holds NUL or half a character")


def _storable(said: object) -> bool:
    if isinstance(said, str):
        return not UNSTORABLE.search(said)
    if isinstance(said, dict):
        return all(_storable(each) for pair in said.items() for each in pair)
    return all(map(_storable, said)) if isinstance(said, list) else True


def _again(body: bytes, receive: Receive) -> Receive:
    """The receiving side of a request whose body was read."""
    given = False

    async def received() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received
