"""Money that waits: asked for and to be approved, approved and to be paid, paid and perhaps undone.

Whether somebody may approve is asked of the service, by a preview of the very command.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.console import Visit
from services.console.office_acts import Act, refusal_of
from services.console.pages.office import AtOffice, listed, masks_of, now_of, today_of
from services.console.pages.office_lists import list_page
from services.console.pages.office_names import names_for
from services.console.security import form_of
from services.console.words import CLAIM_KINDS

router = APIRouter()

SHOWN = 40
AT = "/{org}/office/payments"
APPROVERS, PAYERS = ("approver", "chair"), ("cashier", "clerk")


@router.get(AT)
async def payments(http: Request, visit: AtOffice) -> Response:
    """What waits, and what was paid. Raises Answered."""
    return await _payments(http, visit, {})


@router.post(AT)
async def payments_named(http: Request, visit: AtOffice) -> Response:
    """The same, with names shown for a purpose. Raises NotPermitted, Answered."""
    return await _payments(http, visit, await form_of(http, visit.session.csrf))


async def _payments(http: Request, visit: Visit, form: Mapping[str, str]) -> Response:
    (asked, more), (due, more_due), (paid, more_paid), (done, more_done) = await asyncio.gather(
        listed(visit, "benefits", "payments", state="requested"),
        listed(visit, "benefits", "claims", state="approved"),
        listed(visit, "benefits", "payments", state="paid"),
        listed(visit, "benefits", "claims", state="paid"),
    )
    asked.sort(key=lambda each: (each["requested_on"], each["payment_id"]))
    due.sort(key=lambda each: (each["filed_on"], each["claim_id"]))
    paid.sort(key=lambda each: (each["paid_on"], each["payment_id"]), reverse=True)
    done.sort(key=lambda each: (each["filed_on"], each["claim_id"]), reverse=True)
    people = [each["person_id"] for each in (*due, *done[:SHOWN])]
    names = await names_for(visit, people, form)
    return await list_page(
        http, visit, "payments",
        asked=await with_refusals(visit, asked[:SHOWN]), asked_in_all=len(asked),
        due=due, paid=paid[:SHOWN], done=done[:SHOWN],
        totals=(sum(each["amount_fen"] for each in asked),
                sum(each["approved_fen"] for each in due)),
        cut=more or more_due or more_paid or more_done or len(asked) > SHOWN,
        earlier=max(len(paid), len(done)) > SHOWN,
        people_named=names or await masks_of(visit, people), purpose=form.get("purpose", ""),
        people_shown=len(set(people)), claim_kinds=CLAIM_KINDS,
    )  # fmt: skip


async def with_refusals(
    visit: Visit, asked: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], Any]]:
    """Payments that wait, each with why this person may not approve it, or None."""
    if not visit.session.may(*APPROVERS):
        return [(each, None) for each in asked]

    async def why(each: dict[str, Any]) -> Any:
        body = {"payment_id": each["payment_id"], "paid_on": today_of(visit)}
        return await refusal_of(visit, Act("pay-expenditure", body), now_of(visit))

    refusals = await asyncio.gather(*(why(each) for each in asked))
    return list(zip(asked, refusals, strict=True))
