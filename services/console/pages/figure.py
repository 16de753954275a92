"""A figure: its value, what it says of itself, and the list of events that it counts."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.console import Visit
from services.console.event_words import CODES, title_of
from services.console.list_filters import FILTERS, KEPT, choices_of_lines, narrowing_of
from services.console.pages.arrival import AtUnion, choices_of
from services.console.pages.year import by_name
from services.console.rendering import page, with_query
from services.console.scope import Scope

router = APIRouter()

SIZES = (20, 100)
SORTS = ("occurred_on", "-occurred_on", "amount", "-amount")


@router.get("/{org}/{period}/figures")
async def figures(http: Request, visit: AtUnion) -> Response:
    """Every figure of a period, narrowed to those whose title holds some words."""
    scope = visit.scope
    assert scope is not None
    answer, choices = await asyncio.gather(
        visit.report("figures", **scope.question), choices_of(visit)
    )
    title = visit.given("title").strip()
    found = [each for each in answer["figures"] if title in each["title"]]
    zeros = bool(title) or visit.given("zeros") == "shown"
    return page(
        http,
        "figures/figures.html",
        visit=visit,
        choices=choices,
        page_named="figures",
        figures=[each for each in found if zeros or each["value"]],
        hidden=0 if zeros else sum(1 for each in found if not each["value"]),
        total=len(answer["figures"]),
        title=title,
        with_zeros=with_query(http, zeros="shown"),
    )


@router.get("/{org}/{period}/figures/{figure}")
async def figure(http: Request, visit: AtUnion, figure: str) -> Response:
    """The page of a figure."""
    scope = visit.scope
    assert scope is not None
    size = SIZES[1] if visit.given("size") == str(SIZES[1]) else SIZES[0]
    cursor = visit.given("cursor") or None
    sort = visit.given("sort") if visit.given("sort") in SORTS else "occurred_on"
    answer, before, last, choices = await asyncio.gather(
        visit.report(
            f"figures/{figure}",
            **scope.question,
            limit=size,
            cursor=cursor,
            list=visit.given("list") or None,
            sort=sort,
            **narrowing_of(visit),
        ),
        _value(visit, scope, figure, as_of=scope.compare),
        _last_year(visit, scope, figure),
        choices_of(visit),
    )
    return page(
        http,
        "figures/figure.html",
        visit=visit,
        choices=choices,
        page_named=f"figures/{figure}",
        figure=answer,
        before=before,
        last=last,
        size=size,
        codes=CODES,
        chosen=visit.given("list"),
        parts=parts_of(http, answer),
        every=with_query(http, list=None, cursor=None, after=None),
        heads=sorts_of(http, answer, sort),
        **_filters(http, visit, answer, sort),
        listed=listed(answer, visit.given("list")),
        titles={row["type"]: title_of(row["type"]) for row in answer["events"]},
        first=1 + _seen(visit.given("after")),
        next=_next(http, answer, visit.given("after"), size),
        start=with_query(http, cursor=None, after=None) if cursor else "",
        more=with_query(http, size=SIZES[1], cursor=None, after=None) if size == SIZES[0] else "",
    )


def _filters(http: Request, visit: Visit, answer: dict[str, Any], sort: str) -> dict[str, Any]:
    """What the template says of a list's filters, and the addresses without each of them."""
    narrowed = narrowing_of(visit)
    plain: dict[str, Any] = {"cursor": None, "after": None}
    return {
        "choices_of_lines": choices_of_lines(answer),
        "narrowed": narrowed,
        "kept": {name: visit.given(name) for name in KEPT if visit.given(name)},
        "without": {name: with_query(http, **{name: None}, **plain) for name in narrowed},
        "plainly": with_query(http, **dict.fromkeys(FILTERS), **plain),
        "query": {"list": visit.given("list") or None, "sort": sort, **narrowed},
    }


def parts_of(http: Request, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The lists of a figure that has several, each with its measure and the address of it alone."""
    lists = answer["by_list"]
    if len(lists) < 2:
        return []
    return [
        {
            "list": each["list"],
            "title": each["list"].rpartition(".")[2],
            "value": each["lines"] if answer["measure"] == "count" else each[answer["measure"]],
            "at": with_query(http, list=each["list"], cursor=None, after=None),
        }
        for each in lists
    ]


def listed(answer: dict[str, Any], chosen: str) -> dict[str, int | None]:
    """The totals of the list that is shown: of one part, or of all."""
    found = answer["by_list"] if answer.get("narrowed") is None else answer["narrowed"]
    lists = [each for each in found if chosen in ("", each["list"])]
    stated = [each["amount_fen"] for each in lists if each["amount_fen"] is not None]
    return {
        "lines": sum(each["lines"] for each in lists),
        "quantity": sum(each["quantity"] for each in lists),
        "amount_fen": sum(stated) if stated else None,
    }


def sorts_of(http: Request, answer: dict[str, Any], sort: str) -> dict[str, tuple[str, str]]:
    """The heads that a list can be sorted by: the address of the list so sorted, and how it is
    sorted now. A figure of persons is in the order of days."""
    if answer["measure"] == "persons":
        return {"occurred_on": ("", "ascending"), "amount": ("", "")}
    found = {}
    for name in ("occurred_on", "amount"):
        turned = f"-{name}" if sort == name else name
        order = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        found[name] = (with_query(http, sort=turned, cursor=None, after=None), order)
    return found


def _seen(after: str) -> int:
    return int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0


def _next(http: Request, answer: dict[str, Any], after: str, size: int) -> str:
    if answer["next"] is None:
        return ""
    return with_query(http, cursor=answer["next"], after=_seen(after) + size)


async def _value(visit: Any, scope: Scope, figure: str, **other: Any) -> int | None:
    if other.get("as_of") is None and "from" not in other:
        return None
    answer = await visit.report("figures", **{**scope.question, **other})
    found: int | None = by_name(answer).get(figure, {}).get("value")
    return found


async def _last_year(visit: Any, scope: Scope, figure: str) -> int | None:
    before = scope.period.before
    if before is None or before.year not in scope.known["years"]:
        return None
    return await _value(visit, scope, figure, **{"from": before.first, "to": before.last})
