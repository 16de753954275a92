"""Deciding a claim and freezing a roster: looked at before it is written, and written once."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.console import Visit
from services.console.event_words import CODES
from services.console.office_acts import Act as Acting
from services.console.office_acts import Outcome, do, fen_of, named, new_key
from services.console.pages.arrival import choices_of
from services.console.pages.office import AtOffice, now_of, today_of
from services.console.rendering import page
from services.console.security import form_of
from services.console.words import CLAIM_KINDS, REJECTIONS
from services.console.written import written_query
from shared.errors import Invalid, Unknown

router = APIRouter()

Act = Literal["approve", "reject"]
CLAIM = "/{org}/office/claims/{claim_id}/{act}"
FREEZE = "/{org}/office/programmes/{programme_id}/freeze"


@router.get(CLAIM)
async def consider(http: Request, visit: AtOffice, claim_id: str, act: Act) -> Response:
    """A claim before it is decided. Raises Answered."""
    return await _claim(http, visit, claim_id, act, {}, Outcome(new_key()))


@router.post(CLAIM)
async def decide(http: Request, visit: AtOffice, claim_id: str, act: Act) -> Response:
    """Approve or reject a claim. Raises NotPermitted, Invalid, Answered."""
    form = await form_of(http, visit.session.csrf)
    approved, on = fen_of(form.get("amount", "")), form.get("on", "")
    if act == "approve":
        body = {"claim_id": claim_id, "approved_fen": approved, "approved_on": on}
        body["decision_ref"] = form.get("decision", "").strip()
    else:
        body = {"claim_id": claim_id, "reason": form.get("reason", ""), "rejected_on": on}
    deciding = Acting(f"{act}-claim", body, version=form.get("version", ""))
    outcome = await do(visit, deciding, form.get("key", ""), now_of(visit))
    if outcome.done:
        return _to_queue(visit, act, outcome)
    return await _claim(http, visit, claim_id, act, form, outcome)


async def _claim(  # noqa: PLR0917 - a page, its claim, what was typed, what became of it
    http: Request, visit: Visit, claim_id: str, act: Act, form: dict[str, str], outcome: Outcome
) -> Response:
    assert visit.scope is not None
    found = await visit.ask("benefits", f"/v1/{visit.scope.org}/claims/{named(claim_id)}")
    return page(
        http,
        "office/claim.html",
        status=outcome.status,
        visit=visit,
        choices=await choices_of(visit),
        claim=found,
        act=act,
        form={"on": today_of(visit), **form},
        outcome=outcome,
        claim_kinds=CLAIM_KINDS,
        rejections=REJECTIONS,
    )


@router.get(FREEZE)
async def look(http: Request, visit: AtOffice, programme_id: str) -> Response:
    """How many a roster would hold, before it is frozen. Raises Invalid, Answered."""
    on = visit.given("as_of") or today_of(visit)
    return await _roster(http, visit, programme_id, on, Outcome(new_key()))


@router.post(FREEZE)
async def freeze(http: Request, visit: AtOffice, programme_id: str) -> Response:
    """Freeze a roster of the number that was looked at. Raises NotPermitted, Invalid, Answered."""
    form = await form_of(http, visit.session.csrf)
    count, on = form.get("count", ""), form.get("as_of", "")
    if not (count.isascii() and count.isdigit()):
        raise Invalid("invalid-request", "the form says no number")
    body = {
        "programme_id": programme_id,
        "as_of": on,
        "population": form.get("population", ""),
        "expected_count": int(count),
    }
    outcome = await do(visit, Acting("freeze-roster", body), form.get("key", ""), now_of(visit))
    if outcome.done:
        return _to_queue(visit, "freeze", outcome)
    return await _roster(http, visit, programme_id, on, outcome)


async def _roster(
    http: Request, visit: Visit, programme_id: str, on: str, outcome: Outcome
) -> Response:
    assert visit.scope is not None
    org = visit.scope.org
    try:
        date.fromisoformat(on)
    except ValueError:
        raise Invalid("as-of-invalid", f"{on!r} is no day") from None
    path = f"/v1/{org}/programmes/{named(programme_id)}"
    found: dict[str, Any] = await visit.ask("benefits", path)
    if found["population"] == "named":
        raise Unknown("not-found", "a programme for named people has no roster to freeze")
    preview = await visit.ask(
        "benefits", f"/v1/{org}/roster-preview", population=found["population"], as_of=on
    )
    return page(
        http,
        "office/freeze.html",
        status=outcome.status,
        visit=visit,
        choices=await choices_of(visit),
        programme=found,
        preview=preview,
        on=on,
        outcome=outcome,
        populations=CODES,
    )


def _to_queue(visit: Visit, done: str, outcome: Outcome) -> Response:
    assert visit.scope is not None
    said = written_query(visit, done, "benefits", outcome.reply)
    return RedirectResponse(f"/{visit.scope.org}/office/queue?{said}", 303)
