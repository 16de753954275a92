"""Commands over HTTP: `POST /v1/{org_id}/{command}`, a bearer token and an `Idempotency-Key`.

The answer names the stream it wrote and its version. Who asks is settled first, then the key, then
the body: nobody learns of a body's faults who may not send it. They are answered before FastAPI's
own stack, which would cost a fifth of a command's time: it matches every route's pattern in turn,
solves eight parameters, and wraps each request in four layers that commands have no use for.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import cast

import asyncpg
from fastapi import Depends, FastAPI, Response
from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.clock import SimulatedClock, system_clock
from shared.contract.admissible import check_command, check_recorded, names_a_person
from shared.contract.envelope import Actor
from shared.contract.instants import read_instant
from shared.decider.command import Command
from shared.errors import ContractViolation, Invalid, NotPermitted, NotYet, Refusal, SaidBefore
from shared.eventstore.event_ids import uuid7
from shared.eventstore.idempotency import save_refusal, saved_reply
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import today_of
from shared.http.access import anybody
from shared.http.app import CommandApi, Route
from shared.http.guard import Shares, check_address, closing, read_body
from shared.http.openapi import describe_commands
from shared.http.problems import FAILED_BY_POSTGRESQL, Json, database_problem
from shared.metrics import COMMANDS, EVENTS_APPENDED

PATH = "/v1/{org_id}/{command}"
ASKED = re.compile(r"/v1/([^/]+)/([^/]+)")
"""What PATH matches."""
CORRELATION_CHARS_MAX = 200
KEY_CHARS_MAX = 200
VERSION = re.compile(r'(?:W/)?"?([0-9]{1,10})"?', re.ASCII)
"""An entity tag (RFC 9110 §8.8.3) of ours: a stream's version, which PostgreSQL counts in 32 bits.
"""

Refused = Callable[[HttpRequest, Exception], Awaitable[Response]]

counted = lru_cache(maxsize=4096)(COMMANDS.labels)
"""The counter of a service, command and outcome: looked up once, for each look-up takes a lock."""


def add_commands(app: FastAPI, api: CommandApi, commands: Mapping[str, Route]) -> None:
    """The commands of the registry, under their kebab-case names, and their part of OpenAPI."""
    # The last of them is the innermost: inside what measures requests and answers failures.
    app.user_middleware.append(Middleware(_Commands, api=api, commands=commands, served=app))
    app.router.add_api_route(
        PATH, _unknown, methods=["POST"], include_in_schema=False, dependencies=[Depends(anybody)]
    )
    describe_commands(app, commands)


class _Commands:
    """Answers commands; hands every other request on. Plain ASGI.

    A refusal is answered as `served` answers it for every other route; what is no refusal is left
    to whoever answers failures.
    """

    def __init__(
        self, app: ASGIApp, api: CommandApi, commands: Mapping[str, Route], served: FastAPI
    ) -> None:
        self._app, self._api, self._commands = app, api, commands
        self._access = {name: route.access for name, route in commands.items()}
        self._refused = cast(Refused, served.exception_handlers[Refusal])
        self._shares = Shares()
        self._invalid = cast(Refused, served.exception_handlers[RequestValidationError])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            asked = ASKED.fullmatch(scope["path"])
            route = self._commands.get(asked[2]) if asked else None
            if asked and route:
                scope["route_template"] = f"/v1/{{org_id}}/{asked[2]}"
                http = HttpRequest(scope, receive, send)
                answer = await self._answer(http, route, asked[1], asked[2])
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _answer(self, http: HttpRequest, route: Route, org_id: str, name: str) -> Response:
        api, outcome, body = self._api, "error", None
        try:
            authorization = http.headers.get("authorization")
            actor = await self._access[name].admit(api.tokens, authorization, org_id)
            with self._shares.counted(actor.subject):
                check_address(http.scope)
                body = await read_body(http)
                request = _request(api.store, http, actor, org_id, body)
                reply = await _do(api, route, request, _command(route.command, body, api.store))
            outcome = "replayed" if reply.replayed else "accepted"
        except Refusal as refusal:
            outcome = refusal.code
            return closing(await self._refused(http, refusal), http, read=body is not None)
        except RequestValidationError as why:
            outcome = "invalid-request"
            return await self._invalid(http, why)
        except FAILED_BY_POSTGRESQL as why:
            answer = database_problem(http, why)
            if answer is None:
                raise
            rolled_back = isinstance(why, asyncpg.TransactionRollbackError)
            later = "contended" if rolled_back else "database-away"
            outcome = "invalid-request" if answer.status_code == 422 else later
            return answer
        finally:
            counted(api.service, name, outcome).inc()
        return _said(reply)


async def _unknown(http: HttpRequest) -> Json:
    raise HTTPException(404, f"no command {http.path_params['command']}")


def _request(
    store: EventStore, http: HttpRequest, actor: Actor, org_id: str, body: bytes
) -> Request:
    headers = http.headers
    preview = _stated(headers, "Guildhall-Preview")
    return Request(
        actor=actor,
        org_id=org_id,
        key=None if preview else _key(headers.get("idempotency-key")),
        body_hash=hashlib.sha256(http.scope["path"].encode() + body).digest(),
        correlation_id=_correlation(headers.get("x-correlation-id")),
        expected_version=_version(headers.get("if-match")),
        after=headers.get("guildhall-after"),
        simulated=_advance_clock(store, headers.get("guildhall-simulated-now")),
        preview=preview,
        unless_withdrawn=_stated(headers, "Guildhall-Unless-Withdrawn"),
    )


def _command(model: type[Command], body: bytes, store: EventStore) -> Command:
    """The command in a body. Raises RequestValidationError, and Invalid: duplicate-key,
    text-not-plain, personal-number, date-out-of-range."""
    try:
        command = model.model_validate_json(body)
        check_command(body, command, today_of(store).year)
        return command
    except ContractViolation as why:
        raise Invalid(why.reason, why.detail) from None
    except ValidationError as why:
        errors = why.errors(include_url=False, include_context=False)
        raise RequestValidationError(
            [{**error, "loc": ("body", *error["loc"])} for error in errors]
        ) from None


async def _do(api: CommandApi, route: Route, request: Request, command: Command) -> Reply:
    """The handler's reply, or the one saved under the request's key.

    The store finds a used key when it appends. A refusal settles the key before it is answered:
    it may be the doing of the same command, sent before, or be overtaken by it (ADR 0006). Only
    "not yet" settles nothing.
    """
    try:
        reply = await route.handler(api.context, request, command)
    except SaidBefore:
        raise
    except NotYet:
        saved = await saved_reply(api.store.pool, request)
        if saved is None:
            raise
        return saved
    except Refusal as refusal:
        saved = await save_refusal(api.store.pool, request, refusal)
        if saved is None:
            raise
        return saved
    if not reply.replayed and not request.preview:
        EVENTS_APPENDED.labels(api.service).inc(int(reply.body.get("events", 1)))
    return reply


def _said(reply: Reply) -> Json:
    headers = {}
    version = reply.body.get("version")
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if reply.position:
        headers["Guildhall-Position"] = reply.position
    if reply.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Json(dict(reply.body), status_code=reply.status, headers=headers)


def _stated(headers: Mapping[str, str], name: str) -> bool:
    """Whether a header asks for its restraint. What it says is not guessed: a preview that is taken
    for a command would be one."""
    header = headers.get(name.lower())
    if header is None:
        return False
    if header != "true":
        raise Invalid("invalid-request", f"{name} is true or absent, not {header[:40]!r}")
    return True


def _key(header: str | None) -> str:
    if not header:
        raise Invalid(
            "idempotency-key-missing",
            "every command needs an Idempotency-Key, so that a retry is not a second one",
        )
    key = header.strip('"')
    if not 0 < len(key) <= KEY_CHARS_MAX:
        # Cut short, two keys of two commands would be one.
        raise Invalid(
            "idempotency-key-invalid",
            f"an Idempotency-Key has 1 to {KEY_CHARS_MAX} characters, this one {len(key)}",
        )
    return key


def _correlation(header: str | None) -> str:
    """The caller's own id where a record's header can carry it on, else a new one."""
    if (
        header
        and len(header) <= CORRELATION_CHARS_MAX
        and header.isascii()
        and header.isprintable()
        and not names_a_person(header)
    ):
        return header
    return str(uuid7())


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    stated = VERSION.fullmatch(if_match)
    if stated is None:
        raise Invalid(
            "invalid-request",
            f'If-Match must be a stream version such as "3", not {if_match[:40]!r}',
        )
    return int(stated[1])


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
            moment = read_instant(header)
            check_recorded(moment, system_clock().year)
        except ContractViolation as why:
            detail = f"Guildhall-Simulated-Now {header[:60]!r}: {why.detail}"
            raise Invalid("invalid-request", detail) from None
        store.clock.set(max(store.clock.now, moment))
    return True
