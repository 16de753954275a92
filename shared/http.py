"""How every service speaks HTTP: commands, problem details (RFC 9457), tokens, idempotency keys.

A command is `POST /v1/{org_id}/{command}` with a bearer token and an `Idempotency-Key`; the answer
names the stream it wrote and its version. No route is open but those in OPEN_PATHS.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

import structlog
from fastapi import FastAPI, Header, Response
from fastapi import Request as HttpRequest
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth import TokenVerifier
from shared.clock import SimulatedClock
from shared.command import Command
from shared.contract.envelope import Actor
from shared.errors import Invalid, NotPermitted, NotYet, Refusal, SaidBefore
from shared.idempotency import save_refusal, saved_reply
from shared.ids import uuid7
from shared.metrics import COMMANDS, EVENTS_APPENDED, REQUEST_SECONDS
from shared.problems import TITLES, Json, answer_problems
from shared.request import Reply, Request
from shared.store import EventStore

OPEN_PATHS = ("/livez", "/readyz", "/metrics", "/openapi.json")
"""The only routes without a token: health, metrics without ids, and the contract itself."""

CORRELATION_CHARS_MAX = 200

log = structlog.get_logger("http")


class Route(NamedTuple):
    """One command: what it carries, who may ask it, and the function that does it."""

    command: type[Command]
    roles: tuple[str, ...]
    handler: Callable[[Any, Request, Any], Awaitable[Reply]]


class CommandApi:
    """What a service's command routes need: its store, tokens and handlers' context."""

    def __init__(
        self, service: str, store: EventStore, tokens: TokenVerifier, context: Any
    ) -> None:
        self.service, self.store, self.tokens, self.context = service, store, tokens, context

    async def actor(self, authorization: str | None, org_id: str, *roles: str) -> Actor:
        """Who asks, in one of `roles`, for this union.

        Raises Unauthenticated, NotPermitted (`role-missing`, `union-not-yours`).
        """
        actor = await self.tokens.actor(authorization, *roles)
        if not actor.may_act_for(org_id):
            raise NotPermitted(
                "union-not-yours",
                f"the token of {actor.subject} does not cover the union {org_id}",
            )
        return actor


def build_app(
    service: str, titles: Mapping[str, str], ready: Callable[[], Awaitable[Any]]
) -> FastAPI:
    """A FastAPI app with health, metrics and problem details; `ready` raises while not ready."""
    app = FastAPI(
        title=f"Guildhall {service}", version="1", docs_url=None, redoc_url=None,
        default_response_class=Json,
    )  # fmt: skip
    answer_problems(app, {**TITLES, **titles})
    app.add_middleware(_Timed)

    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        try:
            return Json({"status": "ready", "checks": await ready()})
        except Exception as why:  # whatever fails, the answer is: not ready, and why
            return Json({"status": "not ready", "reason": str(why)}, status_code=503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app


def add_commands(app: FastAPI, api: CommandApi, commands: Mapping[str, Route]) -> None:
    """One POST route for each command of the registry, under its kebab-case name."""
    for name, route in commands.items():
        app.add_api_route(
            f"/v1/{{org_id}}/{name}",
            _endpoint(api, name, route),
            methods=["POST"],
            status_code=201,
            name=name,
            tags=["commands"],
            summary=(route.command.__doc__ or name).splitlines()[0],
            description=f"Roles: {', '.join(route.roles)}.",
        )


def _endpoint(api: CommandApi, name: str, route: Route) -> Callable[..., Awaitable[Response]]:
    async def endpoint(  # noqa: PLR0917 - FastAPI reads each header from a parameter
        http: HttpRequest,
        org_id: str,
        command: Any,
        authorization: Annotated[str | None, Header()] = None,
        idempotency_key: Annotated[str | None, Header()] = None,
        if_match: Annotated[str | None, Header()] = None,
        guildhall_after: Annotated[str | None, Header()] = None,
        guildhall_simulated_now: Annotated[str | None, Header()] = None,
    ) -> Response:
        outcome = "error"
        try:
            actor = await api.actor(authorization, org_id, *route.roles)
            simulated = _advance_clock(api.store, guildhall_simulated_now)
            request = Request(
                actor=actor,
                org_id=org_id,
                key=_key(idempotency_key),
                body_hash=hashlib.sha256(http.url.path.encode() + await http.body()).digest(),
                correlation_id=_correlation(http.headers.get("x-correlation-id")),
                expected_version=_version(if_match),
                after=guildhall_after,
                simulated=simulated,
            )
            reply, outcome = await _answer(api, route, request, command)
        except Refusal as refusal:
            outcome = refusal.code
            raise
        finally:
            COMMANDS.labels(api.service, name, outcome).inc()
        version = reply.body.get("version")
        headers = {"ETag": f'"{version}"'} if version is not None else {}
        if reply.position:
            headers["Guildhall-Position"] = reply.position
        if outcome == "replayed":
            headers["Idempotent-Replayed"] = "true"
        return Json(dict(reply.body), status_code=reply.status, headers=headers)

    endpoint.__annotations__["command"] = route.command
    endpoint.__doc__ = route.command.__doc__
    return endpoint


async def _answer(
    api: CommandApi, route: Route, request: Request, command: Any
) -> tuple[Reply, str]:
    """The handler's reply (`accepted`), or the one saved under the request's key (`replayed`).

    The store finds a used key when it appends. A refusal settles the key before it is answered:
    it may be the doing of the same command, sent before, or be overtaken by it. Only "not yet"
    settles nothing.
    """
    try:
        reply = await route.handler(api.context, request, command)
    except SaidBefore:
        raise
    except NotYet:
        saved = await saved_reply(api.store.pool, request)
        if saved is None:
            raise
        reply = saved
    except Refusal as refusal:
        saved = await save_refusal(api.store.pool, request, refusal)
        if saved is None:
            raise
        reply = saved
    if reply.replayed:
        return reply, "replayed"
    EVENTS_APPENDED.labels(api.service).inc(int(reply.body.get("events", 1)))
    return reply, "accepted"


def _key(header: str | None) -> str:
    if not header:
        raise Invalid(
            "idempotency-key-missing",
            "every command needs an Idempotency-Key, so that a retry is not a second one",
        )
    return header.strip('"')[:200]


def _correlation(header: str | None) -> str:
    """The caller's own id where a record's header can carry it on, else a new one."""
    if (
        header
        and len(header) <= CORRELATION_CHARS_MAX
        and header.isascii()
        and header.isprintable()
    ):
        return header
    return str(uuid7())


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    try:
        return int(if_match.strip('W/"'))
    except ValueError:
        raise Invalid(
            "invalid-request", f'If-Match must be a stream version such as "3", not {if_match}'
        ) from None


def _advance_clock(store: EventStore, header: str | None) -> bool:
    """Move a simulated clock to the header's instant; a real clock refuses the header."""
    if not isinstance(store.clock, SimulatedClock):
        if header is not None:
            raise NotPermitted(
                "simulated-clock-refused", "this service runs on the real clock only"
            )
        return False
    if header is not None:
        try:
            moment = datetime.fromisoformat(header)
            if moment.tzinfo is None:
                raise ValueError("it has no offset")
        except ValueError as why:
            raise Invalid("invalid-request", f"Guildhall-Simulated-Now {header!r}: {why}") from why
        store.clock.set(max(store.clock.now, moment.astimezone(UTC)))
    return True


class _Timed:
    """Measures every request. Plain ASGI: Starlette's middleware class costs a task a request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            seconds = time.perf_counter() - started
            REQUEST_SECONDS.labels(route, scope["method"], status).observe(seconds)
