"""What every service's HTTP app is made of: health, metrics, problem details (RFC 9457), tokens.

No route is open but those in OPEN_PATHS. Commands: shared/http/command_routes.py.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

import structlog
from fastapi import Depends, FastAPI, Response
from fastapi import Request as HttpRequest
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contract.document_schema import SCHEMA_PATHS, document_schema
from shared.decider.command import Command
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.health import Health
from shared.http.access import About, Access, anybody
from shared.http.auth import TokenVerifier
from shared.http.late_route import LateRoute
from shared.http.problems import TITLES, Json, answer_problems
from shared.metrics import REQUEST_SECONDS, exposition
from shared.tasks import within

OPEN_PATHS = ("/livez", "/readyz", "/metrics", "/openapi.json", *SCHEMA_PATHS.values())
"""The only routes without a token: health, metrics without ids, and the contract itself."""

NO_STORE = (b"cache-control", b"no-store")
"""On every answer of a service: names, amounts and refusals alike are nobody's to keep (RFC 9111
§5.2.2.5)."""

READY_SECONDS = 2.0
"""How long readiness may take: PostgreSQL may hang, which is no answer either."""
RECENT_SECONDS = 1.0
"""How old an answer of /readyz and /metrics may be; probes and scrapes come every few seconds."""

_Asked = Callable[[], Awaitable[Response]]
_Failed = Callable[[HttpRequest, Exception], Awaitable[Response]]

log = structlog.get_logger("http")


class Route(NamedTuple):
    """One command: what it carries, who may ask it, and the function that does it."""

    command: type[Command]
    roles: tuple[str, ...]
    handler: Callable[[Any, Request, Any], Awaitable[Reply]]

    @property
    def access(self) -> Access:
        """Who may send it: the roles, for the union in the address."""
        return Access(self.roles, About.UNION)


class CommandApi:
    """What a service's command routes need: its store, tokens and handlers' context."""

    def __init__(
        self, service: str, store: EventStore, tokens: TokenVerifier, context: Any
    ) -> None:
        self.service, self.store, self.tokens, self.context = service, store, tokens, context


def build_app(
    service: str,
    titles: Mapping[str, str],
    ready: Callable[[], Coroutine[Any, Any, Any]],
    tokens: TokenVerifier | None = None,
    *,
    health: Health | None = None,
    families: Sequence[CollectorRegistry] = (),
) -> FastAPI:
    """A FastAPI app with health, metrics and problem details; `ready` raises while not ready, or
    does not answer in time.

    `tokens` verifies whom its routes let in (shared/http/access.py); readiness tells the parts of
    `health`, and /metrics `families`, beside what every process measures.
    """
    app = FastAPI(
        title=f"Guildhall {service}",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        default_response_class=Json,
    )
    app.router.route_class = LateRoute
    app.state.tokens = tokens
    answer_problems(app, {**TITLES, **titles})
    app.user_middleware += [Middleware(_Timed), Middleware(_Failing, served=app)]
    _add_open_routes(app, ready, health or Health(), families)
    return app


def _add_open_routes(
    app: FastAPI,
    ready: Callable[[], Coroutine[Any, Any, Any]],
    health: Health,
    families: Sequence[CollectorRegistry],
) -> None:
    """OPEN_PATHS: what anybody may ask, and what costs as much however many do."""
    unlocked = [Depends(anybody)]

    @app.get("/livez", include_in_schema=False, dependencies=unlocked)
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    async def readiness() -> Json:
        told = {"parts": health.told()} if health.parts else {}
        try:
            checks = await within(READY_SECONDS, ready())
            return Json({"status": "ready", "checks": checks, **told})
        except Exception as why:  # whatever fails, the answer is: not ready, and why
            reason = str(why).strip() or type(why).__name__
            return Json(
                {"status": "not ready", "reason": reason, **told},
                status_code=503,
                headers={"Retry-After": "1"},
            )

    async def scraped() -> Response:
        return Response(exposition(families), media_type=CONTENT_TYPE_LATEST)

    async def contract() -> Json:
        return Json(app.openapi())

    def schema_of(type_name: str) -> Callable[[], Awaitable[Response]]:
        async def schema() -> Json:
            return Json(document_schema(type_name), media_type="application/schema+json")

        return schema

    schemas = ((at, recent(schema_of(name), math.inf)) for name, at in SCHEMA_PATHS.items())
    for path, make in (
        *schemas,
        ("/readyz", recent(readiness, RECENT_SECONDS)),
        ("/metrics", recent(scraped, RECENT_SECONDS)),
        ("/openapi.json", recent(contract, math.inf)),
    ):
        app.get(path, include_in_schema=False, dependencies=unlocked, response_model=None)(make)


def recent(make: Callable[[], Awaitable[Response]], seconds: float) -> _Asked:
    """`make`'s answer, made anew when it is older than `seconds`, and by one asker at a time: what
    anybody may ask costs as much, however many ask."""
    making, made_at = asyncio.Lock(), -math.inf
    answer = Response()

    async def asked() -> Response:
        nonlocal answer, made_at
        async with making:
            if time.monotonic() - made_at >= seconds:
                answer, made_at = await make(), time.monotonic()
        return Response(answer.body, answer.status_code, dict(answer.headers))

    return asked


observed = lru_cache(maxsize=4096)(REQUEST_SECONDS.labels)
"""The histogram of a route, method and status: looked up once, for each look-up takes a lock."""


def _keepable(started: Message) -> bool:
    """Whether an answer says itself how long it may be kept, as files do that never change."""
    return any(name == b"cache-control" for name, _ in started["headers"])


class _Timed:
    """Measures every request, and has no answer stored that does not say otherwise. Plain ASGI:
    Starlette's middleware class costs a task a request."""

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
                said = [] if _keepable(message) else [NO_STORE]
                message = {**message, "headers": [*message["headers"], *said]}
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = scope.get("route_template") or getattr(scope.get("route"), "path", "none")
            seconds = time.perf_counter() - started
            observed(route, scope["method"], status).observe(seconds)


class _Failing:
    """Answers what failed, inside of what is said of every answer: Starlette answers it outside,
    without a header of ours, and raises it again, for which the server drops the connection under
    the client's next request."""

    def __init__(self, app: ASGIApp, served: FastAPI) -> None:
        self.app, self._served = app, served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as why:
            if scope["type"] != "http" or begun:
                raise
            failed = cast(_Failed, self._served.exception_handlers[Exception])
            answer = await failed(HttpRequest(scope, receive), why)
            await answer(scope, receive, send)
