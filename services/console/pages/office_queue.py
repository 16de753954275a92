"""What waits for somebody: claims to decide, rosters to freeze, receipts that are missing.

Who may decide a claim is asked of the service, by a preview of the very command: the page knows no
rule of its own about four eyes. Payments that were asked for are not listed by any service yet, and
the page says so.
"""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.console import Visit
from services.console.office_acts import refusal_of
from services.console.pages.arrival import choices_of
from services.console.pages.office import AtOffice, now_of, today_of
from services.console.rendering import page
from services.console.words import CLAIM_KINDS

router = APIRouter()

PAGE, PAGES_MAX = 200, 10
SHOWN = 40
DECIDERS, CLERKS = ("approver", "chair"), ("clerk",)
DONE = {"approve", "reject", "freeze"}


@router.get("/{org}/office/queue")
async def queue(http: Request, visit: AtOffice) -> Response:
    """The queue of the roles that somebody holds, oldest first."""
    since = visit.given("since")
    decides, enters = visit.session.may(*DECIDERS), visit.session.may(*CLERKS)
    (claims, more_claims), (programmes, more) = await asyncio.gather(
        _listed(visit, "claims", state="filed") if decides else _nothing(),
        _listed(visit, "programmes") if enters else _nothing(),
    )
    claims.sort(key=lambda each: (each["filed_on"], each["claim_id"]))
    running = [each for each in programmes if each["closed_on"] is None]
    running.sort(key=lambda each: (each["opened_on"], each["programme_id"]))
    reasons, counted = await asyncio.gather(
        asyncio.gather(*(_refusal(visit, each) for each in claims[:SHOWN])),
        asyncio.gather(*(_counts(visit, each) for each in running[:SHOWN])),
    )
    rosters = [each for each in running if to_freeze(each)]
    receipts = [each for each in counted if each["issued"] > each["signed"]]
    theirs = len(claims) - sum(1 for why in reasons if why)
    return page(
        http,
        "office/queue.html",
        visit=visit,
        choices=await choices_of(visit),
        decides=decides,
        enters=enters,
        claims=list(zip(claims[:SHOWN], reasons, strict=True)),
        claims_in_all=len(claims),
        rosters=rosters,
        receipts=receipts,
        waiting=theirs + len(rosters) + len(receipts),
        cut=more_claims or more or max(len(running), len(claims)) > SHOWN,
        claim_kinds=CLAIM_KINDS,
        done=visit.given("done") if visit.given("done") in DONE else "",
        since=since if since.isascii() and since.isdigit() else "",
    )


def to_freeze(programme: dict[str, Any]) -> bool:
    """Whether a programme waits for its roster: one for named people has none to freeze."""
    return programme["roster"] is None and programme["population"] != "named"


async def _listed(visit: Visit, what: str, **query: Any) -> tuple[list[dict[str, Any]], bool]:
    """A list of benefits, and whether there is more of it than is read."""
    assert visit.scope is not None
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        path = f"/v1/{visit.scope.org}/{what}"
        answer = await visit.ask("benefits", path, limit=PAGE, cursor=cursor, **query)
        items += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            return items, False
    return items, True


async def _nothing() -> tuple[list[dict[str, Any]], bool]:
    return [], False


async def _refusal(visit: Visit, claim: dict[str, Any]) -> Any:
    body = {
        "claim_id": claim["claim_id"],
        "approved_fen": claim["asked_fen"],
        "decision_ref": "preview",
        "approved_on": today_of(visit),
    }
    return await refusal_of(visit, "approve-claim", body, now_of(visit))


async def _counts(visit: Visit, programme: dict[str, Any]) -> dict[str, Any]:
    assert visit.scope is not None
    path = f"/v1/{visit.scope.org}/programmes/{programme['programme_id']}"
    found: dict[str, Any] = await visit.ask("benefits", path)
    return found
