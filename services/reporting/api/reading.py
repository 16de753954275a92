"""Routes about a union's year: figures and their lists, events, rosters, the membership account."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.reporting.api.access import READERS, Asked, AsOf, Built, Org, Reader
from services.reporting.api.answers import (
    account_answer,
    dated_count_answer,
    reconciliation_answer,
    value_answer,
    verdict_answer,
)
from services.reporting.api.freshness import FromProjections, all_fresh, fresh
from services.reporting.figures.parts import divisions_of
from services.reporting.queries.event import (
    event_at_index,
    event_document,
    event_view,
    verdicts_on,
)
from services.reporting.queries.figure_difference import difference
from services.reporting.queries.figure_events import (
    LIMIT_MAX,
    by_list,
    decode_cursor,
    events_of,
    first_place,
)
from services.reporting.queries.figures import figure_named, values_at
from services.reporting.queries.knowledge import log_index_of
from services.reporting.queries.membership import account
from services.reporting.queries.provability import WORDS, source_checks, with_proof
from services.reporting.queries.reconciliation import Category, reconciliation
from services.reporting.queries.rosters import dated_counts
from services.reporting.queries.rows_in_conflict import rows_in_conflict
from services.reporting.queries.union_known import union_known_at, unions_known
from services.reporting.reconciliation.progress import JOURNAL
from shared.contract.envelope import Actor
from shared.errors import Unknown
from shared.http.access import of_covered
from shared.http.problems import Json

router = APIRouter(tags=["reading"], route_class=FromProjections, dependencies=[Depends(fresh)])
unions = APIRouter(tags=["reading"], route_class=FromProjections)
"""What is of no union in the address, and so looks for itself who may see it."""

Index = Annotated[int, Path(ge=1, lt=2**62)]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
Word = Annotated[str | None, Query(description="`next` of the page before")]


@unions.get("/v1/unions")
async def list_unions(
    built: Built, actor: Annotated[Actor, of_covered(*READERS)], http: Request
) -> Json:
    """The unions that the token covers and that were registered."""
    http.state.folded = await all_fresh(built.pool)
    orgs = None if actor.for_every_union else actor.orgs
    return Json({"unions": await unions_known(built.pool, orgs)})


@router.get("/v1/{org_id}/knowledge")
async def knowledge(built: Built, _: Reader, org_id: Org, as_of: AsOf = None) -> Json:
    """A union's name and years, and the log_index that `as_of` stands for, sealed when."""
    at = await log_index_of(built.pool, as_of)
    return Json((await union_known_at(built.pool, org_id, at))._asdict())


@router.get("/v1/{org_id}/figures")
async def figures(built: Built, asked: Asked) -> Json:
    """Every figure of a period, as known now or at `as_of`."""
    at = await asked.at(built.pool)
    values, checks = await asyncio.gather(
        values_at(built.pool, asked.org_id, asked.period, at),
        source_checks(built.pool, asked.org_id),
    )
    values = with_proof(values, checks)
    return Json(asked.head(at) | {"figures": [value_answer(each) for each in values.values()]})


@router.get("/v1/{org_id}/figures/{figure}")
async def explain(  # noqa: PLR0917 - FastAPI reads each from a parameter
    built: Built,
    asked: Asked,
    figure: str,
    limit: Limit = 100,
    cursor: Word = None,
    only: Annotated[
        str | None, Query(alias="list", description="one of the figure's lists")
    ] = None,
    sort: Literal["occurred_on", "-occurred_on"] = "occurred_on",
) -> Json:
    """A figure, what each of its lists adds to it, and a page of the events it counts, of `list`
    alone if named. All pages of a list share one knowledge time, that of the first. A figure of
    persons ascends. Refuses unknown-figure, unknown-list, cursor-invalid."""
    named, descending = figure_named(figure), sort.startswith("-")
    if only is not None and only not in named.lists:
        raise Unknown("unknown-list", f"{figure} has no list {only}", lists=list(named.lists))
    at = await asked.at(built.pool)
    descending = descending and named.measure != "persons"
    after = decode_cursor(cursor) if cursor else first_place(at, descending=descending)
    at = min(at, after.at)
    # Side by side: what was known at one log_index is the same to all.
    values, checks, lists, page = await asyncio.gather(
        values_at(built.pool, asked.org_id, asked.period, at, [named]),
        source_checks(built.pool, asked.org_id),
        by_list(built.pool, asked.org_id, named, asked.period, at),
        events_of(
            built.pool,
            asked.org_id,
            named,
            asked.period,
            after=after._replace(at=at),
            limit=limit,
            lists=[only] if only else [],
            descending=descending,
        ),
    )
    value = with_proof(values, checks)[figure]
    if page.wrong_rows:
        value = value._replace(unproven=(*value.unproven, f"{JOURNAL} {WORDS['rows-wrong']}"))
    answer = asked.head(at) | value_answer(value) | page._asdict() | {"by_list": lists}
    answer["divisions"] = list(divisions_of(named))
    return Json(answer)


@router.get("/v1/{org_id}/figures/{figure}/difference")
async def figure_difference(
    built: Built,
    asked: Asked,
    figure: str,
    before: Annotated[str, Query(description="the earlier knowledge time, as `as_of`")],
) -> Json:
    """A figure as known at `before` and at `as_of` (or now), and the lines that came and went in
    between, each with the event that made it so. Refuses unknown-figure."""
    named = figure_named(figure)
    then, at = await log_index_of(built.pool, before), await asked.at(built.pool)
    then, at = min(then, at), max(then, at)
    was, now, found = await asyncio.gather(
        values_at(built.pool, asked.org_id, asked.period, then, [named]),
        values_at(built.pool, asked.org_id, asked.period, at, [named]),
        difference(built.pool, asked.org_id, named, asked.period, (then, at)),
    )
    answer = {"figure": figure, "title": named.title, "unit": named.unit, "measure": named.measure}
    values = {"known_before": then, "before": was[figure].value, "value": now[figure].value}
    return Json(asked.head(at) | answer | values | found._asdict())


@router.get("/v1/{org_id}/events/{event_id}")
async def event(
    built: Built,
    _: Reader,
    org_id: Org,
    event_id: UUID,
    as_of: AsOf = None,
    source: Annotated[str | None, Query(description="where two sources use one id")] = None,
) -> Json:
    """One event: envelope, data, origin, leaf hash, and every figure it touches."""
    at = await log_index_of(built.pool, as_of)
    return Json({"known_at": at, **await event_view(built.pool, org_id, event_id, at, source)})


@router.get("/v1/{org_id}/log/{log_index}")
async def event_at(built: Built, _: Reader, org_id: Org, log_index: Index) -> Json:
    """Which event of the union stands at a log_index. Refuses unknown-event."""
    event_id, source = await event_at_index(built.pool, org_id, log_index)
    return Json({"event_id": str(event_id), "source": source, "log_index": log_index})


@router.get("/v1/{org_id}/events/{event_id}/document")
async def document(
    built: Built,
    _: Reader,
    org_id: Org,
    event_id: UUID,
    source: Annotated[str | None, Query(description="where two sources use one id")] = None,
) -> Response:
    """The event's document as its owner wrote it. SHA-256 over a zero byte and these bytes is its
    leaf hash, which anybody can check."""
    at = await log_index_of(built.pool, None)
    content = await event_document(built.pool, org_id, event_id, at, source)
    return Response(content, media_type="application/cloudevents+json")


@router.get("/v1/{org_id}/events/{event_id}/verdicts")
async def verdicts_of_event(
    built: Built, _: Reader, org_id: Org, event_id: UUID, as_of: AsOf = None
) -> Json:
    """The verdicts that rest on an event, of those on the year in which it happened."""
    at = await log_index_of(built.pool, as_of)
    async with built.pool.acquire() as connection:
        found = await verdicts_on(connection, org_id, event_id, at)
    answers = [verdict_answer(verdict, evidence=False) for verdict in found]
    return Json({"org_id": org_id, "known_at": at, "verdicts": answers})


@router.get("/v1/{org_id}/reconciliation/{programme_id}")
async def reconcile_programme(  # noqa: PLR0917 - FastAPI reads each from a parameter
    built: Built,
    _: Reader,
    org_id: Org,
    programme_id: str,
    as_of: AsOf = None,
    category: Category | None = None,
    limit: Limit = LIMIT_MAX,
    cursor: Word = None,
    source: Annotated[str | None, Query(description="where two sources tell of one id")] = None,
) -> Json:
    """A programme's frozen roster against who received. Without a category the people listed are
    all but those on the roster who received once; `cursor` is a person id. Ours is meant before an
    outside source's programme of the same id, unless `source` says whose."""
    at = await log_index_of(built.pool, as_of)
    found = await reconciliation(
        built.pool,
        org_id,
        programme_id,
        at,
        source=source,
        category=category,
        after=cursor or "",
        limit=limit,
    )
    return Json({"org_id": org_id, "known_at": at, **reconciliation_answer(found)})


@router.get("/v1/{org_id}/conflicts")
async def conflicts(built: Built, _: Reader, org_id: Org, as_of: AsOf = None) -> Json:
    """Things that two sources tell of: whose word is believed, whose is not, and in which columns
    they differ. Figures say by themselves which of their lines were told twice."""
    at = await log_index_of(built.pool, as_of)
    found = await rows_in_conflict(built.pool, org_id, at)
    told = [each._asdict() for each in found.conflicts]
    return Json(
        {"org_id": org_id, "known_at": at, "conflicts": told, "all_listed": found.all_listed}
    )


@router.get("/v1/{org_id}/rosters")
async def rosters(built: Built, asked: Asked) -> Json:
    """The year's counts among members (517, 511, 542), each against the roll of its own day."""
    at = await asked.at(built.pool)
    counts = await dated_counts(built.pool, asked.org_id, asked.period, at)
    return Json(asked.head(at) | {"counts": [dated_count_answer(count) for count in counts]})


@router.get("/v1/{org_id}/membership-account")
async def membership_account(built: Built, asked: Asked) -> Json:
    """Opening + joined + transferred in + rejoined - left - transferred out - died - retired
    without retention = closing, for every day; the first day that does not close."""
    at = await asked.at(built.pool)
    found = await account(built.pool, asked.org_id, asked.period, at)
    return Json(asked.head(at) | account_answer(found))
