"""Where somebody lands, the bar's form, and what the search field finds."""

import re
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.backend import Answered
from services.console.navigation import BEGINNERS, OFFICE, READERS
from services.console.pages.arrival import landing_year
from services.console.pages.office import NOTHING_KNOWN
from services.console.rendering import page
from services.console.scope import Scope, index_of, period_of, union_of
from services.console.signing_in import SignedIn

router = APIRouter()

EVENT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PAGE = re.compile(r"[a-z0-9_/-]{0,200}")


@router.get("/")
async def start(http: Request, visit: SignedIn) -> Response:
    """The last year of one's union; a choice where there are several."""
    orgs = [org for org in visit.session.orgs if org != "*"]
    if len(orgs) != 1 or "*" in visit.session.orgs:
        found = await visit.ask("reporting", "/v1/unions")
        unions = found["unions"]
        if len(unions) != 1:
            return page(http, "unions.html", visit=visit, unions=unions, demo=visit.console.demo)
        orgs = [unions[0]["org_id"]]
    return RedirectResponse(f"/{orgs[0]}", 303)


@router.get("/go")
async def go(visit: SignedIn) -> Response:
    """To the page that the bar's four values name."""
    org, period = union_of(visit.given("org")), period_of(visit.given("period"))
    page_named = visit.given("page")
    if not PAGE.fullmatch(page_named):
        page_named = ""
    scope = Scope(org, period, None, None, {})
    times = {name: index_of(visit.given(name)) for name in ("as_of", "compare")}
    return RedirectResponse(scope.to(page_named, **times), 303)


@router.get("/find")
async def find(visit: SignedIn) -> Response:
    """An event by its id or its place in the log, a figure by its title. Nothing else is searched:
    no name, number or code of a person stands in an address."""
    org, period = union_of(visit.given("org")), period_of(visit.given("period"))
    asked = visit.given("q").strip()
    place = asked.replace(",", "").replace("，", "")
    if EVENT.fullmatch(asked.lower()):
        return RedirectResponse(f"/{org}/events/{asked.lower()}?period={period.said}", 303)
    if place.isascii() and place.isdigit() and len(place) < 19:
        return RedirectResponse(f"/{org}/log/{place}?period={period.said}", 303)
    return RedirectResponse(f"/{org}/{period.said}/figures?title={quote(asked[:100])}", 303)


@router.get("/{org}/log/{index}")
async def place(visit: SignedIn, org: str, index: str) -> Response:
    """The event at a place of the log, if it is the union's."""
    found = await visit.ask("reporting", f"/v1/{union_of(org)}/log/{index}")
    said = {"period": visit.given("period"), "source": found["source"]}
    return RedirectResponse(f"/{org}/events/{found['event_id']}?{urlencode(said)}", 303)


@router.get("/{org}")
async def union(visit: SignedIn, org: str) -> Response:
    """A union's last year; what waits, for who reads no figures: a cashier. Where it has no year
    yet, what to begin with."""
    if visit.session.may(*OFFICE) and not visit.session.may(*READERS):
        return RedirectResponse(f"/{union_of(org)}/office/queue", 303)
    beginning = RedirectResponse(f"/{union_of(org)}/office/beginning", 303)
    try:
        known: dict[str, Any] = await visit.ask("reporting", f"/v1/{union_of(org)}/knowledge")
    except Answered as why:
        if why.status not in NOTHING_KNOWN or not visit.session.may(*BEGINNERS):
            raise
        return beginning
    if not known["years"]:
        return beginning
    return RedirectResponse(f"/{org}/{landing_year(known).said}", 303)
