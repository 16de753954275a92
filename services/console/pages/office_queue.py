"""What waits for somebody: claims to decide, rosters to freeze, receipts that are missing.

Who may decide a claim or a payment is asked of the service, by a preview of the very command: the
page knows no rule of its own about four eyes.
"""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.code_words import OFFICE_WORDS
from services.console.console import Visit
from services.console.office_acts import Act, refusal_of
from services.console.pages.arrival import choices_of
from services.console.pages.office import AtOffice, listed, masks_of, now_of, today_of
from services.console.pages.office_payments import with_refusals
from services.console.rendering import page
from services.console.words import CLAIM_KINDS
from services.console.written import written

router = APIRouter()

SHOWN = 40
DECIDERS, CLERKS, PAYERS = ("approver", "chair"), ("clerk",), ("cashier",)
DONE = {"approve", "reject", "freeze"}


@router.get("/{org}/office/queue")
async def queue(http: Request, visit: AtOffice) -> Response:
    """The queue of the roles that somebody holds, oldest first."""
    decides, enters = visit.session.may(*DECIDERS), visit.session.may(*CLERKS)
    pays = visit.session.may(*PAYERS)
    (claims, more_claims), (programmes, more), (asked, _), (due, _) = await asyncio.gather(
        listed(visit, "benefits", "claims", state="filed") if decides else _nothing(),
        listed(visit, "benefits", "programmes") if enters else _nothing(),
        listed(visit, "benefits", "payments", state="requested") if decides else _nothing(),
        listed(visit, "benefits", "claims", state="approved") if pays else _nothing(),
    )
    claims.sort(key=lambda each: (each["filed_on"], each["claim_id"]))
    running = [each for each in programmes if each["closed_on"] is None]
    running.sort(key=lambda each: (each["opened_on"], each["programme_id"]))
    asked.sort(key=lambda each: (each["requested_on"], each["payment_id"]))
    payments = await with_refusals(visit, asked[:SHOWN])
    people = [each["person_id"] for each in claims[:SHOWN]]
    reasons, counted = await asyncio.gather(
        asyncio.gather(*(_refusal(visit, each) for each in claims[:SHOWN])),
        asyncio.gather(*(_counts(visit, each) for each in running[:SHOWN])),
    )
    rosters = [each for each in running if to_freeze(each)]
    receipts = [each for each in counted if each["issued"] > each["signed"]]
    theirs = len(claims) - sum(1 for why in reasons if why)
    theirs += len(asked) - sum(1 for _, why in payments if why) + len(due)
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
        cut=more_claims or more or max(len(running), len(claims), len(asked)) > SHOWN,
        claim_kinds=CLAIM_KINDS,
        pays=pays,
        payments=payments,
        due=len(due),
        codes=OFFICE_WORDS,
        people_named=await masks_of(visit, people),
        done=visit.given("done") if visit.given("done") in DONE else "",
        written=written(visit),
    )


def to_freeze(programme: dict[str, Any]) -> bool:
    """Whether a programme waits for its roster: one for named people has none to freeze."""
    return programme["roster"] is None and programme["population"] != "named"


async def _nothing() -> tuple[list[dict[str, Any]], bool]:
    return [], False


async def _refusal(visit: Visit, claim: dict[str, Any]) -> Any:
    body = {
        "claim_id": claim["claim_id"],
        "approved_fen": claim["asked_fen"],
        "decision_ref": "preview",
        "approved_on": today_of(visit),
    }
    return await refusal_of(visit, Act("approve-claim", body), now_of(visit))


async def _counts(visit: Visit, programme: dict[str, Any]) -> dict[str, Any]:
    assert visit.scope is not None
    path = f"/v1/{visit.scope.org}/programmes/{programme['programme_id']}"
    found: dict[str, Any] = await visit.ask("benefits", path)
    return found
