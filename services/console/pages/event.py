"""An event: what it says, what it touches, what came before and after, where it comes from."""

import asyncio
import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.event_words import CODES, said, title_of
from services.console.pages.arrival import arrived, choices_of, landing_year
from services.console.pages.office import masks_of
from services.console.rendering import language_of, page
from services.console.scope import period_of, union_of
from services.console.signing_in import SignedIn

router = APIRouter()

LISTED_MAX = 20
"""Of a list in an event so many are shown; its document has them all."""


@router.get("/{org}/events/{event_id}")
async def event(http: Request, visit: SignedIn, org: str, event_id: str) -> Response:
    """The page of an event. `figure` in its address names the list it was opened from."""
    if not visit.given("period"):
        return await _with_period(http, visit, org)
    await arrived(http, visit, org, period_of(visit.given("period")))
    scope = visit.scope
    assert scope is not None
    figure, source = visit.given("figure"), visit.given("source") or None
    found, choices, values = await asyncio.gather(
        visit.report(f"events/{event_id}", as_of=scope.at, source=source),
        choices_of(visit),
        visit.report("figures", **scope.question),
    )
    by_name = {each["figure"]: each for each in values["figures"]}
    fields = said(found["data"], language_of(http))
    people = [str(each.value) for each in fields if each.kind == "person"]
    return page(
        http,
        "events/event.html",
        visit=visit,
        choices=choices,
        page_named="",
        event=found,
        event_title=title_of(found["type"]),
        fields=fields,
        people_named=await masks_of(visit, people),
        codes=CODES,
        listed_max=LISTED_MAX,
        titles={each["type"]: title_of(each["type"]) for each in found["story"]},
        document=json.dumps(found["data"], ensure_ascii=False, indent=1),
        values=by_name,
        from_figure=by_name.get(figure),
        event_id=event_id,
    )


@router.get("/{org}/events/{event_id}/verdicts")
async def verdicts(http: Request, visit: SignedIn, org: str, event_id: str) -> Response:
    """The verdicts that rest on an event; its page takes them in when it is already shown."""
    await arrived(http, visit, org, period_of(visit.given("period")))
    scope = visit.scope
    assert scope is not None
    found, choices = await asyncio.gather(
        visit.report(f"events/{event_id}/verdicts", as_of=scope.at), choices_of(visit)
    )
    return page(
        http,
        "events/verdicts.html",
        visit=visit,
        choices=choices,
        page_named="",
        verdicts=found["verdicts"],
        event_id=event_id,
    )


@router.get("/{org}/events/{event_id}/document")
async def document(visit: SignedIn, org: str, event_id: str) -> Response:
    """The event's document, byte for byte."""
    path = f"/v1/{union_of(org)}/events/{event_id}/document"
    content = await visit.bytes("reporting", path)
    headers = {"Content-Disposition": f'attachment; filename="{_safe(event_id)}.json"'}
    return Response(content, media_type="application/cloudevents+json", headers=headers)


async def _with_period(http: Request, visit: Any, org: str) -> Response:
    known = await visit.ask("reporting", f"/v1/{union_of(org)}/knowledge")
    asked = http.url.include_query_params(period=landing_year(known).said)
    return RedirectResponse(f"{asked.path}?{asked.query}", 303)


def _safe(name: str) -> str:
    return "".join(each for each in name if each.isascii() and (each.isalnum() or each == "-"))
