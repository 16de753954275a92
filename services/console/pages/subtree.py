"""A union with all below it, as affiliation was on each day: the sum, and the parts by union."""

import asyncio
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.pages.arrival import AtUnion, choices_of
from services.console.rendering import page, with_query
from services.console.scope import Scope, period_of

router = APIRouter()

SHOWN = 200


@router.get("/{org}/{period}/subtree")
async def subtree(http: Request, visit: AtUnion) -> Response:
    """Every figure over the union and all below it, and which unions these were."""
    scope = visit.scope
    assert scope is not None
    answer, choices = await asyncio.gather(
        visit.report("subtree", **scope.question), choices_of(visit)
    )
    zeros = visit.given("zeros") == "shown"
    shown = [each for each in answer["figures"] if zeros or each["lines"]]
    return page(
        http,
        "subtree/subtree.html",
        visit=visit,
        choices=choices,
        page_named="subtree",
        unions=[union_row(scope, each, "") for each in answer["unions"]],
        complete=answer["complete"],
        figures=shown,
        hidden=len(answer["figures"]) - len(shown),
        with_zeros=with_query(http, zeros="shown"),
    )


@router.get("/{org}/{period}/subtree/{figure}")
async def by_union(http: Request, visit: AtUnion, figure: str) -> Response:
    """One figure, and what each union adds to it."""
    scope = visit.scope
    assert scope is not None
    cursor = visit.given("cursor") or None
    answer, choices = await asyncio.gather(
        visit.report(f"subtree/{figure}", **scope.question, limit=SHOWN, cursor=cursor),
        choices_of(visit),
    )
    return page(
        http,
        "subtree/by_union.html",
        visit=visit,
        choices=choices,
        page_named=f"subtree/{figure}",
        figure=answer,
        rows=[union_row(scope, each, f"figures/{figure}") for each in answer["items"]],
        more=with_query(http, cursor=answer["next"]) if answer["next"] else "",
        start=with_query(http, cursor=None) if cursor else "",
    )


def union_row(scope: Scope, union: dict[str, Any], at: str) -> dict[str, Any]:
    """A union with the addresses of a page of each span of its days in the subtree."""
    spans = []
    for span in union["spans"]:
        days = tuple(date.fromisoformat(span[name]) for name in ("from", "to"))
        whole = days == (scope.period.first, scope.period.last)
        period = scope.period if whole else period_of(f"{days[0]}..{days[1]}")
        there = scope._replace(org=union["org_id"], period=period, compare=None)
        spans.append({**span, "at": there.to(at)})
    return {**union, "spans": spans, "name": union["name"] or union["org_id"]}
