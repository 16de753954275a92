"""An event: what it says, what it touches, where it comes from."""

import asyncio
import json

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.console.pages.arrival import arrived, choices_of, landing_year
from services.console.rendering import page
from services.console.scope import period_of, union_of
from services.console.signing_in import SignedIn
from shared.http.access import anybody

router = APIRouter(dependencies=[Depends(anybody)])


@router.get("/{org}/events/{event_id}")
async def event(http: Request, visit: SignedIn, org: str, event_id: str) -> Response:
    """The page of an event."""
    said = visit.given("period")
    if not said:
        known = await visit.ask("reporting", f"/v1/{union_of(org)}/cut")
        return RedirectResponse(
            str(http.url.include_query_params(period=landing_year(known).said)), 303
        )
    await arrived(http, visit, org, period_of(said))
    scope = visit.scope
    assert scope is not None
    source = visit.given("source") or None
    found, choices = await asyncio.gather(
        visit.report(f"events/{event_id}", as_of=scope.at, source=source), choices_of(visit)
    )
    document = json.dumps(found["data"], ensure_ascii=False, indent=1)
    return page(
        http,
        "events/event.html",
        visit=visit,
        choices=choices,
        page_named="",
        event=found,
        document=document,
    )
