"""A figure in parts, by department, gender, month or kind: each with its list, together the whole.

A part stands in an address as `is:` and what it is of, or as `unknown`.
"""

import asyncio
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response

from services.console.console import Visit
from services.console.event_words import title_of
from services.console.navigation import _
from services.console.pages.arrival import AtUnion, choices_of
from services.console.rendering import page, translated, with_query
from shared.errors import Unknown

router = APIRouter()

DIVISIONS = {
    "department": _("部门"),
    "gender": _("性别"),
    "month": _("月份"),
    "kind": _("类别"),
}
"""By what a figure may be divided, and the heading of that column."""

SAID = (_("女"), _("男"), _("部门不明"), _("性别不明"), _("月份不明"), _("类别不明"))
"""Parts that are words; others are names, or numbers."""

UNKNOWN = "unknown"
SHOWN = 200
LINES = 20
BAR = 120


class Asked(NamedTuple):
    """How a figure is divided: by one thing, and then by another or not at all."""

    by: str
    then: str

    @property
    def both(self) -> list[str]:
        """What reporting is asked by."""
        return [each for each in self if each]


@router.get("/{org}/{period}/breakdown")
async def breakdown(http: Request, visit: AtUnion) -> Response:
    """Every figure that is divided, and by what."""
    scope = visit.scope
    assert scope is not None
    answer, of, choices = await asyncio.gather(
        visit.report("figures", **scope.question),
        visit.ask("reporting", "/v1/figures/divisions"),
        choices_of(visit),
    )
    divided = {each["figure"]: each["by"] for each in of["figures"]}
    rows = [
        {**each, "by": divided[each["figure"]]}
        for each in answer["figures"]
        if divided.get(each["figure"]) and each["lines"]
    ]
    return page(
        http,
        "breakdown/breakdown.html",
        visit=visit,
        choices=choices,
        page_named="breakdown",
        figures=rows,
        hidden=sum(1 for each in answer["figures"] if not each["lines"]),
        divisions=DIVISIONS,
    )


@router.get("/{org}/{period}/breakdown/{figure}")
async def parts(http: Request, visit: AtUnion, figure: str) -> Response:
    """One figure in its parts."""
    scope = visit.scope
    assert scope is not None
    of = await visit.ask("reporting", "/v1/figures/divisions")
    possible: list[str] = next(
        (each["by"] for each in of["figures"] if each["figure"] == figure), []
    )
    if not possible:
        raise Unknown("not-found", f"{figure} is not divided")
    asked = asked_of(visit, possible)
    cursor = visit.given("cursor") or None
    answer, choices = await asyncio.gather(
        visit.report(
            f"figures/{figure}/parts", **scope.question, by=asked.both, limit=SHOWN, cursor=cursor
        ),
        choices_of(visit),
    )
    return page(
        http,
        "breakdown/parts.html",
        visit=visit,
        choices=choices,
        page_named=f"breakdown/{figure}",
        figure=answer,
        asked=asked,
        divisions=DIVISIONS,
        tabs=[(each, with_query(http, by=each, then=None, cursor=None)) for each in possible],
        thens=[
            (each, with_query(http, by=asked.by, then=each or None, cursor=None))
            for each in ("", *possible)
            if each != asked.by
        ],
        rows=[row_of(visit, figure, asked, answer, each) for each in answer["items"]],
        more=with_query(http, cursor=answer["next"]) if answer["next"] else "",
        first=bool(cursor) and with_query(http, cursor=None),
        width=BAR,
    )


@router.get("/{org}/{period}/breakdown/{figure}/list")
async def part(http: Request, visit: AtUnion, figure: str) -> Response:
    """The list of one part."""
    scope = visit.scope
    assert scope is not None
    asked = Asked(visit.given("by"), visit.given("then"))
    cursor = visit.given("cursor") or None
    answer, choices = await asyncio.gather(
        visit.report(
            f"figures/{figure}/parts/events",
            **scope.question,
            by=asked.both,
            of=parts_named(visit, asked),
            limit=LINES,
            cursor=cursor,
        ),
        choices_of(visit),
    )
    seen = visit.given("after")
    first = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
    return page(
        http,
        "breakdown/list.html",
        visit=visit,
        choices=choices,
        page_named=f"breakdown/{figure}",
        figure=answer,
        asked=asked,
        titles_of_part=[
            translated(http)(each) if each in SAID else each for each in answer["titles"]
        ],
        files={
            kind: with_query(http, cursor=None, after=None).replace("/list", f"/list.{kind}", 1)
            for kind in ("csv", "xlsx")
        },
        titles={row["type"]: title_of(row["type"]) for row in answer["events"]},
        whole=scope.to(f"breakdown/{figure}", by=asked.by, then=asked.then),
        first=1 + first,
        next=with_query(http, cursor=answer["next"], after=first + LINES) if answer["next"] else "",
        start=with_query(http, cursor=None, after=None) if cursor else "",
    )


def asked_of(visit: Visit, possible: list[str]) -> Asked:
    """How the address asks to divide; of what cannot be, the first that can."""
    by = visit.given("by") if visit.given("by") in possible else possible[0]
    then = visit.given("then")
    return Asked(by, then if then in possible and then != by else "")


def parts_named(visit: Visit, asked: Asked) -> list[str]:
    """The part that the address names, as reporting is asked: unknown is empty."""
    given = (visit.given("of"), visit.given("of_then"))
    return [
        "" if each == UNKNOWN else each.removeprefix("is:") for each in given[: len(asked.both)]
    ]


def row_of(
    visit: Visit, figure: str, asked: Asked, answer: dict[str, Any], item: dict[str, Any]
) -> dict[str, Any]:
    """A part as its row: its share of the whole, and the address of its list."""
    scope = visit.scope
    assert scope is not None
    named = [UNKNOWN if each is None else f"is:{each}" for each in item["of"]]
    at = scope.to(
        f"breakdown/{figure}/list",
        by=asked.by,
        then=asked.then,
        of=named[0],
        of_then=named[1] if len(named) > 1 else None,
    )
    whole, value = answer["value"], item["value"]
    said = [translated(visit.http)(each) if each in SAID else each for each in item["titles"]]
    shared = whole > 0 and value >= 0
    bar = round(BAR * value / whole) if shared else None
    foreign = [each not in SAID for each in item["titles"]]
    return {
        **item,
        "titles": said,
        "foreign": foreign,
        "at": at,
        "bar": bar,
        "unknown": [each is None for each in item["of"]],
    }
