"""Routes about figures divided: into parts, over years, over the unions below one."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.reporting.api.access import READERS, Asked, Built
from services.reporting.api.answers import value_answer
from services.reporting.api.freshness import FromProjections, fresh
from services.reporting.figures import FIGURES, OF_A_PERSON, TYPES_OF_FIGURE
from services.reporting.figures.definition import Figure
from services.reporting.figures.parts import TITLES, By, divisions_of
from services.reporting.queries.figure_events import (
    LIMIT_MAX,
    Cursor,
    decode_cursor,
    encode_cursor,
    first_place,
)
from services.reporting.queries.figures import Value, figure_named, values_at
from services.reporting.queries.parts import (
    Part,
    events_of_part,
    parts_of,
    require_divisible,
    titles,
)
from services.reporting.queries.provability import source_checks, with_proof
from shared.errors import Invalid
from shared.http.access import of_no_union
from shared.http.problems import Json

router = APIRouter(tags=["reading"], route_class=FromProjections, dependencies=[Depends(fresh)])
listed = APIRouter(tags=["reading"])
"""What is answered from this code alone."""

DIVISIONS_MAX = 2
Divisions = Annotated[
    list[By],
    Query(alias="by", min_length=1, max_length=DIVISIONS_MAX, description="by what, up to two"),
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
Word = Annotated[str | None, Query(description="`next` of the page before")]


@listed.get("/v1/figures/divisions", dependencies=[of_no_union(*READERS)])
async def divisions() -> Json:
    """Every figure, and by what it can be divided."""
    return Json(
        {
            "divisions": [{"by": by, "title": title} for by, title in TITLES.items()],
            "figures": [
                {"figure": each.name, "title": each.title, "by": list(divisions_of(each))}
                for each in FIGURES
            ],
        }
    )


@router.get("/v1/{org_id}/figures/{figure}/parts")
async def parts(  # noqa: PLR0917 - FastAPI reads each from a parameter
    built: Built,
    asked: Asked,
    figure: str,
    by: Divisions,
    limit: Limit = LIMIT_MAX,
    cursor: Word = None,
) -> Json:
    """A figure and the parts into which it falls, which add up to it: by department (where each
    person was on the day), gender, month or kind, or by two of these. What nobody told is a part
    whose `of` is null. All pages share one knowledge time. Refuses unknown-figure,
    division-invalid, cursor-invalid."""
    named = figure_named(figure)
    require_divisible(named, by)
    at = await asked.at(built.pool)
    after = decode_cursor(cursor) if cursor else Cursor(at, 0, "")
    at = min(at, after.at)
    values, checks, found = await asyncio.gather(
        values_at(built.pool, asked.org_id, asked.period, at, [named]),
        source_checks(built.pool, asked.org_id),
        parts_of(built.pool, asked.org_id, named, asked.period, at, by),
    )
    seen = after.log_index
    shown = found[seen : seen + limit]
    more = seen + limit < len(found)
    value = proven(named, values, checks, by)
    answer = {
        "by": by,
        "divisions": list(divisions_of(named)),
        "parts": len(found),
        "adds_up": sum(part.value for part in found) == value.value,
        "items": [part_answer(named, by, part) for part in shown],
        "next": encode_cursor(Cursor(at, seen + limit, "")) if more else None,
    }
    return Json(asked.head(at) | value_answer(value) | answer)


@router.get("/v1/{org_id}/figures/{figure}/parts/events")
async def part_events(  # noqa: PLR0917 - FastAPI reads each from a parameter
    built: Built,
    asked: Asked,
    figure: str,
    by: Divisions,
    of: Annotated[
        list[str],
        Query(max_length=DIVISIONS_MAX, description="the part, as many as `by`; empty: unknown"),
    ],
    limit: Limit = 100,
    cursor: Word = None,
) -> Json:
    """A page of the events that one part of a figure counts; of a figure of persons the first of
    each, which says in which part the person is. Refuses unknown-figure, division-invalid,
    cursor-invalid."""
    named = figure_named(figure)
    require_divisible(named, by)
    if len(of) != len(by):
        raise Invalid("division-invalid", f"{len(by)} divisions, but {len(of)} parts are named")
    told = tuple(each or None for each in of)
    at = await asked.at(built.pool)
    after = decode_cursor(cursor) if cursor else first_place(at, "occurred_on")
    after = after._replace(at=min(at, after.at))
    found, page = await asyncio.gather(
        parts_of(built.pool, asked.org_id, named, asked.period, after.at, by),
        events_of_part(
            built.pool,
            asked.org_id,
            named,
            asked.period,
            after=after,
            limit=limit,
            by=by,
            of=told,
        ),
    )
    part = next((each for each in found if each.of == told), Part(told, 0, 0, 0))
    whole = value_answer(Value(named, part.value, part.lines, part.without_amount, 0, 0))
    for name in ("provable", "assumed", "note"):
        whole.pop(name, None)
    answer = {**whole, "by": by, **part_answer(named, by, part), **page._asdict()}
    return Json(asked.head(after.at) | answer)


def proven(figure: Figure, values: dict[str, Value], checks: Any, by: list[By]) -> Value:
    """The whole, with what keeps its parts from being proven: where a person was, members tell."""
    people = OF_A_PERSON if {"department", "gender"}.intersection(by) else frozenset()
    types = {figure.name: TYPES_OF_FIGURE[figure.name] | people}
    return with_proof(values, checks, types)[figure.name]


def part_answer(figure: Figure, by: list[By], part: Part) -> dict[str, Any]:
    """A part: what it is of, how that is called, its value and lines."""
    return {
        "of": list(part.of),
        "titles": titles(figure, by, part),
        "value": part.value,
        "lines": part.lines,
        "without_amount": part.without_amount if figure.measure == "amount_fen" else 0,
    }
