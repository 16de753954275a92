"""A figure at two knowledge times, as the events that make the difference."""

import asyncio

from fastapi import APIRouter, Request, Response

from services.console.event_words import title_of
from services.console.pages.arrival import AtUnion, choices_of
from services.console.pages.year import by_name
from services.console.rendering import page

router = APIRouter()


@router.get("/{org}/{period}/figures/{figure}/difference")
async def difference(http: Request, visit: AtUnion, figure: str) -> Response:
    """What came and went in a figure between the two times of the bar."""
    scope = visit.scope
    assert scope is not None
    before = scope.compare if scope.compare is not None else scope.at
    answer, choices = await asyncio.gather(
        visit.report(f"figures/{figure}/difference", **scope.question, before=before),
        choices_of(visit),
    )
    return page(
        http,
        "figures/difference.html",
        visit=visit,
        choices=choices,
        page_named=f"figures/{figure}/difference",
        found=answer,
        scale=2 if answer["measure"] == "amount_fen" else 0,
        title_of=title_of,
    )


@router.get("/{org}/{period}/differences")
async def differences(http: Request, visit: AtUnion) -> Response:
    """Every figure that moved between the two times of the bar."""
    scope = visit.scope
    assert scope is not None
    now, choices = await asyncio.gather(
        visit.report("figures", **scope.question), choices_of(visit)
    )
    moved = None
    if scope.compare is not None:
        then = by_name(await visit.report("figures", **{**scope.question, "as_of": scope.compare}))
        rows = ({**each, "before": then[each["figure"]]["value"]} for each in now["figures"])
        moved = [row for row in rows if row["before"] != row["value"]]
    return page(
        http,
        "figures/differences.html",
        visit=visit,
        choices=choices,
        page_named="differences",
        moved=moved,
        total=len(now["figures"]),
    )
