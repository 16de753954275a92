"""Roster reconciliation: the counts of the year, each beside the roll of its day and what moved
between them; and one programme, its roster against who received."""

import asyncio
import itertools
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.event_words import CODES
from services.console.pages.arrival import AtUnion, choices_of
from services.console.pages.year import MOVED
from services.console.rendering import page, with_query

router = APIRouter()

CAME = ("joined", "transferred_in", "rejoined")
PEOPLE_SHOWN = 100


@router.get("/{org}/{period}/rolls")
async def rolls(http: Request, visit: AtUnion) -> Response:
    """The three rolls (517, 511, 542), and the arithmetic between them."""
    scope = visit.scope
    assert scope is not None
    answer, choices = await asyncio.gather(
        visit.report("rosters", **scope.question), choices_of(visit)
    )
    counts = answer["counts"]
    return page(
        http,
        "rolls/rolls.html",
        visit=visit,
        choices=choices,
        page_named="rolls",
        counts=counts,
        between=[arithmetic(*pair) for pair in itertools.pairwise(counts)],
        odd=[each for each in counts if not each["agrees"]],
        movements=MOVED,
        codes=CODES,
    )


def arithmetic(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """How the members of one count became those of the next: `parts` are signed numbers, and
    `closes` says whether they add up."""
    moved = after["movements"]
    parts = [(name, count if name in CAME else -count) for name, count in moved.items() if count]
    due = before["members"] + sum(count for _, count in parts)
    roll = after["roster_count"] if after["roster_count"] is not None else after["members"]
    return {"from": before["members"], "parts": parts, "to": roll, "closes": due == roll}


@router.get("/{org}/{period}/programmes/{programme}/roster")
async def programme(http: Request, visit: AtUnion, programme: str) -> Response:
    """Got, missed, not on the roster, twice: the four ways of a programme, and the people."""
    scope = visit.scope
    assert scope is not None
    category = visit.given("category") or None
    cursor = visit.given("cursor") or None
    found, choices = await asyncio.gather(
        visit.report(
            f"reconciliation/{programme}",
            as_of=scope.at,
            category=category,
            limit=PEOPLE_SHOWN,
            cursor=cursor,
        ),
        choices_of(visit),
    )
    return page(
        http,
        "rolls/programme.html",
        visit=visit,
        choices=choices,
        page_named=f"programmes/{programme}/roster",
        found=found,
        counts=found["counts"],
        category=category,
        next=with_query(http, cursor=found["next"]) if found["next"] else "",
        start=with_query(http, cursor=None) if cursor else "",
    )
