"""Every route of every app, asked in every role, for one's own union, another, none and all.

As shown on 2026-11-29: whoever had a role somewhere read the quarantine, the status and the shard
heads of everybody, a producer of one union had another's whole log published again, and an auditor
of one union read the records of all. Nothing said of a route who may ask it, so nothing noticed a
route that said nothing. A route that is let in here may fail later: there is no database.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from deploy.identity.api import identity_app, picker, proven
from deploy.identity.enrolment import operator
from deploy.identity.registrations import default_clients
from services.benefits.__main__ import PARTS as BENEFITS
from services.events.__main__ import PARTS as EVENTS
from services.members.__main__ import parts as members_parts
from services.reporting.api import reporting_app
from services.reporting.api.access import Reporting
from services.reporting.api.commands import COMMANDS as OF_REPORTING
from services.reporting.ingest.apply import Ingest
from shared.clock import system_clock
from shared.errors import Conflict
from shared.eventstore.store import EventStore
from shared.http.access import About, Access, anybody
from shared.http.app import OPEN_PATHS, build_app
from shared.http.auth import ROLES
from shared.service.context import add_owner_routes, context_app
from shared.testing.http import token, token_verifier

CONTEXTS = {"members": members_parts("0" * 64), "benefits": BENEFITS, "events": EVENTS}
COMMANDS = {name: parts.commands for name, parts in CONTEXTS.items()} | {"reporting": OF_REPORTING}
OWN = "tjtc"
UNIONS = {"own": (OWN,), "other": ("other", "tjtc2", "TJTC"), "none": (), "all": ("*",)}
MEMBERS_READERS = ("clerk", "auditor", "approver", "chair")
READERS = ("auditor", "operator", "chair", "clerk", "approver")
BENEFITS_READERS = ("clerk", "approver", "chair", "cashier", "auditor")
WRITERS = {"clerk", "approver", "chair", "cashier"}
WATCHERS = ("operator", "auditor")
OPEN = Access((), About.NO_UNION)


def of_union(*roles: str) -> Access:
    return Access(roles, About.UNION)


OWNER = {
    "GET /v1/relay/heads": Access(WATCHERS, About.EVERY_UNION),
    "POST /v1/relay/republish": Access(("operator",), About.EVERY_UNION),
    "POST /v1/relay/digests": Access(WATCHERS, About.EVERY_UNION),
    "GET /v1/relay/entries": Access(WATCHERS, About.EVERY_UNION),
    "GET /v1/relay/lost": Access(WATCHERS, About.EVERY_UNION),
    "POST /v1/relay/requeue": Access(("operator",), About.EVERY_UNION),
    "GET /v1/{org_id}/streams/{stream:path}": of_union("clerk", "approver", "chair", "auditor"),
}
CONTEXT = {
    **OWNER,
    "GET /v1/copies": Access(WATCHERS, About.EVERY_UNION),
    "POST /v1/copies/digests": Access(WATCHERS, About.EVERY_UNION),
    "GET /v1/copies/entries": Access(WATCHERS, About.EVERY_UNION),
    "POST /v1/copies/events": Access(WATCHERS, About.EVERY_UNION),
    "POST /v1/copies/refill": Access(("operator",), About.EVERY_UNION),
    "POST /v1/copies/discard": Access(("operator",), About.EVERY_UNION),
}
SETTLED = Access(("operator",), About.COVERED)
RECORDS = Access((*WATCHERS, "producer"), About.COVERED)
MAY: dict[str, dict[str, Access]] = {
    "members": {
        **CONTEXT,
        "GET /v1/{org_id}/organisation": of_union(*MEMBERS_READERS),
        "GET /v1/{org_id}/membership-account": of_union(*MEMBERS_READERS),
        "GET /v1/{org_id}/roster": of_union(*MEMBERS_READERS),
        "GET /v1/{org_id}/staff": of_union(*MEMBERS_READERS),
        "POST /v1/{org_id}/people/lookup": of_union("clerk"),
        "POST /v1/{org_id}/people/names": of_union(*MEMBERS_READERS, "cashier"),
        "POST /v1/{org_id}/people/masks": of_union(*MEMBERS_READERS, "cashier"),
        "POST /v1/{org_id}/documents": of_union("clerk"),
        "POST /v1/{org_id}/documents/read": of_union(*MEMBERS_READERS),
        "GET /v1/{org_id}/people/duplicates": of_union("clerk"),
        "GET /v1/{org_id}/disclosures": of_union("auditor", "chair"),
    },
    "benefits": {
        **CONTEXT,
        **{
            f"GET /v1/{{org_id}}/{path}": of_union(*BENEFITS_READERS)
            for path in (
                "programmes", "programmes/{programme_id}", "programmes/{programme_id}/sheet",
                "roster-preview", "claims", "claims/{claim_id}", "policies/{policy_id}",
                "budgets/{budget_year}", "payments", "payments/{payment_id}")
        },
    },
    "events": {
        **CONTEXT,
        **{
            f"GET /v1/{{org_id}}/{path}": of_union("clerk", "approver", "chair", "auditor")
            for path in ("activities", "activities/{activity_id}", "attestations", "meetings",
                         "plan-items", "issues")
        },
    },
    "worker": OWNER,
    "reporting": {
        **{
            f"GET /v1/{{org_id}}/{path}": of_union(*READERS)
            for path in (
                "figures", "figures/{figure}", "figures/{figure}/difference",
                "figures/{figure}/parts", "figures/{figure}/parts/events", "years",
                "subtree", "subtree/{figure}", "money", "report", "report/layout", "narratives",
                "events/{event_id}", "events/{event_id}/document", "events/{event_id}/verdicts",
                "log/{log_index}", "rosters", "conflicts", "findings", "verdicts",
                "findings/{finding_id}/story", "reconciliation/{programme_id}",
                "membership-account", "reports", "reports/{report_id}", "exports",
                "reports/{report_id}/drift", "reports/{report_id}/files/{format_}",
                "exports/{table}")
        },
        "POST /v1/{org_id}/rules/{rule_id}/what-if": of_union(*READERS),
        "GET /v1/{org_id}/knowledge": of_union(*READERS, "cashier"),
        "GET /v1/unions": Access((*READERS, "cashier"), About.COVERED),
        "GET /v1/figures/divisions": Access(READERS, About.NO_UNION),
        "GET /v1/rules": Access(READERS, About.NO_UNION),
        "GET /v1/rules/register": Access(READERS, About.NO_UNION),
        "GET /v1/rules/{rule_id}/values": Access(READERS, About.NO_UNION),
        "GET /v1/status": Access(WATCHERS, About.EVERY_UNION),
        "GET /v1/rebuild": Access(WATCHERS, About.EVERY_UNION),
        "POST /v1/rebuild": Access(("operator",), About.EVERY_UNION),
        "POST /v1/reconcile": Access(("operator",), About.EVERY_UNION),
        "POST /v1/quarantine/retry": SETTLED,
        "POST /v1/quarantine/discard": SETTLED,
        "POST /v1/disown": Access(("operator",), About.EVERY_UNION),
        "GET /v1/quarantine": RECORDS,
        "GET /v1/quarantine/{number:int}": RECORDS,
        "GET /v1/sources": RECORDS,
        "GET /v1/sources/{name}/events": RECORDS,
        "GET /v1/sources/{name}/events/{event_id}": RECORDS,
        "POST /v1/quarantine/{number:int}/retry": SETTLED,
        "POST /v1/quarantine/{number:int}/discard": SETTLED,
    },
    "identity": {},
}  # fmt: skip
"""Who may ask what, apart from commands, whose roles stand in each context's table."""

FILLED = {
    "org_id": OWN, "log_index": "1", "stream": "claim-1", "number": "1", "budget_year": "2022",
    "name": "canteen", "event_id": "00000000-0000-7000-8000-000000000000",
    "report_id": "annual.1", "format_": "md",
}  # fmt: skip
GUARDS = (anybody, proven, picker, operator)


class Asked(NamedTuple):
    """A route of an app, and the dependencies that decide who may ask it."""

    name: str
    path: str
    guards: tuple[Any, ...]


class Nothing:
    """What a service stands on, as far as whom it lets in: asked for anything, it refuses."""

    def __getattr__(self, name: str) -> Any:
        raise Conflict("let-in", f"asked for {name}")

    def __call__(self) -> Any:
        raise Conflict("let-in", "called")


@cache
def apps() -> dict[str, FastAPI]:
    """Every app, on nothing: whom it lets in is decided before anything is read."""
    tokens = token_verifier()

    async def ready() -> None: ...

    nothing: Any = Nothing()
    store = EventStore(nothing, system_clock, "/test")
    made = {name: context_app(parts, tokens, store, nothing) for name, parts in CONTEXTS.items()}
    worker = build_app("reporting-worker", {}, ready, tokens)
    add_owner_routes(worker, store, nothing)
    ingest = Ingest(nothing, {}, system_clock, allow_simulated=False, quarantine_limit=0)
    reporting = Reporting(nothing, tokens, ingest, nothing, nothing, system_clock, nothing)
    made |= {"worker": worker, "reporting": reporting_app(reporting)}
    return made | {"identity": identity_app(nothing, default_clients(), {}, "p", Path())}


def routes_of(listed: Sequence[BaseRoute]) -> Iterator[APIRoute]:
    """The routes of an app, and of the routers in it. A kind that is not known is refused."""
    for route in listed:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes)
        else:
            raise AssertionError(f"{route} is of a kind that no dependency guards")


def guards(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        if isinstance(each.call, Access) or each.call in GUARDS:
            yield each.call
        yield from guards(each)


def asked(app: str) -> list[Asked]:
    return [
        Asked(f"{method} {route.path}", route.path, tuple(guards(route.dependant)))
        for route in routes_of(apps()[app].routes)
        for method in sorted(route.methods)
    ]


def with_names(path: str) -> str:
    """The path with its parameters filled in."""
    for part in path.split("/"):
        if part.startswith("{"):
            path = path.replace(part, FILLED.get(part[1:-1].partition(":")[0], "x"))
    return path


@pytest.mark.parametrize("app", MAY)
def test_every_route_says_who_may_ask_it_and_only_once(app: str) -> None:
    loose = [
        each.name for each in asked(app) if len(set(each.guards)) - (picker in each.guards) != 1
    ]
    assert not loose, f"{loose}: give each one dependency of shared/http/access.py"
    assert {path for _, path, _ in asked(app)} >= set(OPEN_PATHS)


@pytest.mark.parametrize("app", MAY)
def test_every_route_is_in_the_table_and_open_are_only_these(app: str) -> None:
    found = {each.name: each.guards[0] for each in asked(app) if isinstance(each.guards[0], Access)}
    assert found == MAY[app], "a route is for others than the table says, or not in it"
    unlocked = {each.name.split(" ")[1] for each in asked(app) if anybody in each.guards}
    open_pages = {"/.well-known/openid-configuration", "/jwks", "/authorize", "/authorize.css"}
    of_identity = open_pages if app == "identity" else set()
    no_such_command = {"/v1/{org_id}/{command}"} if app in COMMANDS else set()
    assert unlocked == {*OPEN_PATHS} | of_identity | no_such_command


@pytest.mark.parametrize("app", COMMANDS)
def test_nobody_who_watches_writes_and_who_approves_is_no_clerk(app: str) -> None:
    for name, route in COMMANDS[app].items():
        of_operators = ("register-organisation", "correct-organisation")
        writers = {"operator"} if name in of_operators else WRITERS
        assert route.roles and writers >= set(route.roles), name
        if name.split("-")[0] in ("approve", "reject", "adjust", "reverse", "decide"):
            assert "clerk" not in route.roles and "cashier" not in route.roles, name


def admitted(access: Access, role: str, unions: str) -> bool:
    if role not in access.roles:
        return False
    if access.about is About.UNION:
        return unions in ("own", "all")
    return unions == "all" or access.about is not About.EVERY_UNION


@pytest.mark.parametrize("app", [name for name in MAY if name != "identity"])
async def test_every_role_for_every_union_is_let_in_or_refused_as_the_table_says(app: str) -> None:
    commands = {
        f"POST /v1/{{org_id}}/{name}": of_union(*route.roles)
        for name, route in COMMANDS.get(app, {}).items()
    }
    transport = httpx.ASGITransport(apps()[app], raise_app_exceptions=False)
    wrong = []
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        for name, access in {**MAY[app], **commands}.items():
            method, path = name.split(" ")
            url = with_names(path)
            nobody = await client.request(method, url)
            if (nobody.status_code, nobody.json()["code"]) != (401, "no-token"):
                wrong.append((name, "without a token", nobody.text))
            for role in ROLES:
                for unions, orgs in UNIONS.items():
                    bearer = {"Authorization": f"Bearer {token(role, orgs=orgs)}"}
                    answer = await client.request(method, url, headers=bearer)
                    if admitted(access, role, unions) == (answer.status_code in (401, 403)):
                        wrong.append((name, f"{role} of {unions}", answer.text))
    assert not wrong, f"{len(wrong)} of these are answered otherwise: {wrong[:10]}"


@pytest.mark.parametrize("secret", [None, "wrong"])
async def test_the_identity_provider_tells_its_people_to_its_own_clients_alone(
    secret: str | None,
) -> None:
    transport = httpx.ASGITransport(apps()["identity"])
    async with httpx.AsyncClient(transport=transport, base_url="http://identity") as client:
        for method, path in (("GET", "/people"), ("POST", "/token")):
            auth = None if secret is None else ("cli", secret)
            assert (await client.request(method, path, auth=auth)).status_code == 401
