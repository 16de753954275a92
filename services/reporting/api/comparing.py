"""Routes about figures side by side: several years of a union, and a union with all below it."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.reporting.api.access import Asked, AsOf, Built, Org, Question, Reader
from services.reporting.api.answers import figure_answer, value_answer
from services.reporting.api.dividing import Limit, Word
from services.reporting.api.freshness import FromProjections, fresh
from services.reporting.figures import FIGURES
from services.reporting.figures.definition import Figure
from services.reporting.queries.figure_events import (
    LIMIT_MAX,
    Cursor,
    decode_cursor,
    encode_cursor,
)
from services.reporting.queries.figures import Value, figure_named
from services.reporting.queries.knowledge import log_index_of
from services.reporting.queries.provability import source_checks, with_proof
from services.reporting.queries.subtree import Placed, Subtree, Sum, subtree_of, sums_of
from services.reporting.queries.years import (
    YEARS_MAX,
    YEARS_MIN,
    changes,
    side_by_side,
    years_to,
)
from shared.contract.envelope import Actor
from shared.eventstore.write import today_of
from shared.http.pages import AskedYear
from shared.http.problems import Json

router = APIRouter(tags=["reading"], route_class=FromProjections, dependencies=[Depends(fresh)])

Years = Annotated[int, Query(ge=YEARS_MIN, le=YEARS_MAX, description="how many, with the last")]
Named = Annotated[str | None, Query(description="one figure alone")]


@router.get("/v1/{org_id}/years")
async def years(  # noqa: PLR0917 - FastAPI reads each from a parameter
    built: Built,
    _: Reader,
    org_id: Org,
    last: AskedYear,
    count: Years = 3,
    figure: Named = None,
    as_of: AsOf = None,
) -> Json:
    """Every figure of several calendar years, and the difference of each from the year before. A
    year without records has no values, which is not 0; one that was not over is `unfinished`.
    Refuses unknown-figure, period-invalid."""
    figures = FIGURES if figure is None else (figure_named(figure),)
    periods = years_to(last, count)
    at = await log_index_of(built.pool, as_of)
    today = None if as_of else today_of(built.store)
    found, checks = await asyncio.gather(
        side_by_side(built.pool, org_id, periods, at, today=today, figures=figures),
        source_checks(built.pool, org_id),
    )
    return Json(
        {
            "org_id": org_id,
            "known_at": at,
            "years": [each._asdict() for each in found.years],
            "figures": [_year_answer(each, found.values[each.name], checks) for each in figures],
        }
    )


def _year_answer(figure: Figure, values: list[Value | None], checks: Any) -> dict[str, Any]:
    """A figure with its value, change and sureness in each year; null where nothing is recorded."""
    numbers = [None if each is None else each.value for each in values]
    proven = [
        None if each is None else value_answer(with_proof({figure.name: each}, checks)[figure.name])
        for each in values
    ]
    return figure_answer(figure) | {
        "values": numbers,
        "changes": changes(numbers),
        "assumed": [each and each["assumed"] for each in proven],
        "provable": [each and each["provable"] for each in proven],
        "notes": [each and each.get("note") for each in proven],
    }


@router.get("/v1/{org_id}/subtree")
async def subtree(built: Built, asked: Asked, actor: Reader) -> Json:
    """Every figure over a union and all below it, as affiliation was on each day, of the unions
    that the token covers; `complete`: there is no other."""
    at = await asked.at(built.pool)
    found = await _subtree(built, asked, actor, at)
    sums = await _sums(built, asked, found, at, FIGURES)
    return Json(
        asked.head(at)
        | _unions_answer(found, asked)
        | {"figures": [_sum_answer(each) for each in sums]}
    )


@router.get("/v1/{org_id}/subtree/{figure}")
async def subtree_of_figure(  # noqa: PLR0917 - FastAPI reads each from a parameter
    built: Built,
    asked: Asked,
    actor: Reader,
    figure: str,
    limit: Limit = LIMIT_MAX,
    cursor: Word = None,
) -> Json:
    """A figure over the subtree and what each union adds to it, which is its own figure of its days
    there: `items` less `several`, who are in a further union's part, are the value. All pages share
    one knowledge time. Refuses unknown-figure, cursor-invalid."""
    named = figure_named(figure)
    at = await asked.at(built.pool)
    after = decode_cursor(cursor) if cursor else Cursor(at, 0, "")
    at = min(at, after.at)
    found = await _subtree(built, asked, actor, at)
    (total,) = await _sums(built, asked, found, at, [named])
    seen = after.log_index
    shown = found.unions[seen : seen + limit]
    more = seen + limit < len(found.unions)
    items = [
        _union_answer(each, asked) | {"value": total.parts.get(each.org_id, 0)} for each in shown
    ]
    return Json(
        asked.head(at)
        | _sum_answer(total)
        | {
            "complete": found.complete,
            "unions": len(found.unions),
            "items": items,
            "next": encode_cursor(Cursor(at, seen + limit, "")) if more else None,
        }
    )


async def _subtree(built: Built, asked: Question, actor: Actor, at: int) -> Subtree:
    covered = None if actor.for_every_union else actor.orgs
    return await subtree_of(built.pool, asked.org_id, asked.period, at, covered)


async def _sums(
    built: Built, asked: Question, found: Subtree, at: int, figures: Sequence[Figure]
) -> list[Sum]:
    """The sums, each with what keeps any union's part from being proven."""
    sums, *checks = await asyncio.gather(
        sums_of(built.pool, found.unions, asked.period, at, figures),
        *(source_checks(built.pool, union.org_id) for union in found.unions),
    )
    proven = [with_proof({name: each.value for name, each in sums.items()}, of) for of in checks]
    return [
        each._replace(
            value=each.value._replace(
                unproven=tuple(
                    dict.fromkeys(why for values in proven for why in values[name].unproven)
                )
            )
        )
        for name, each in sums.items()
    ]


def _sum_answer(found: Sum) -> dict[str, Any]:
    return value_answer(found.value) | {"several": found.several}


def _unions_answer(found: Subtree, asked: Question) -> dict[str, Any]:
    return {
        "complete": found.complete,
        "unions": [_union_answer(each, asked) for each in found.unions],
    }


def _union_answer(union: Placed, asked: Question) -> dict[str, Any]:
    """A union and the days on which it was in the subtree."""
    return {
        "org_id": union.org_id,
        "name": union.name,
        "whole": union.whole(asked.period),
        "spans": [{"from": span.first, "to": span.last} for span in union.spans],
    }
