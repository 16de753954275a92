"""Tables to take away of figures divided: their parts, their years, the unions that make them."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Response

from services.console.console import Visit
from services.console.event_words import title_of
from services.console.pages.arrival import AtUnion
from services.console.pages.breakdown import DIVISIONS, Asked, parts_named
from services.console.pages.downloads import PAGE, Kind, file_of
from services.console.pages.years import count_of, question
from services.console.rendering import translated
from services.console.tables import Cell, scaled, yuan

router = APIRouter()


@router.get("/{org}/{period}/breakdown/{figure}/list.{kind}")
async def part_list(visit: AtUnion, figure: str, kind: Kind) -> Response:
    """Every event of one part."""
    say = translated(visit.http)
    asked = Asked(visit.given("by"), visit.given("then"))
    heads = [say("对象"), say("业务日期"), say("事件"), say("数量"), say("金额（元）"), say("日志")]
    heads += [say("事件号"), say("来源")]
    rows: list[list[Cell]] = []
    title, of = figure, parts_named(visit, asked)
    async for answer in _pages(visit, f"figures/{figure}/parts/events", by=asked.both, of=of):
        title = " ".join([answer["title"], *answer["titles"]])
        rows += [
            [
                row["subject"], row["occurred_on"], title_of(row["type"]), row["quantity"],
                yuan(row["amount_fen"]), row["log_index"], row["event_id"], row["source"],
            ]
            for row in answer["events"]
        ]  # fmt: skip
    return file_of(visit, kind, f"{figure}-part", title, heads, rows)


@router.get("/{org}/{period}/breakdown/{figure}.{kind}")
async def parts(visit: AtUnion, figure: str, kind: Kind) -> Response:
    """Every part of a figure, and the whole in the last row."""
    say = translated(visit.http)
    asked = Asked(visit.given("by"), visit.given("then"))
    rows: list[list[Cell]] = []
    whole: dict[str, Any] = {}
    async for answer in _pages(visit, f"figures/{figure}/parts", by=asked.both):
        whole = answer
        rows += [
            [*each["titles"], scaled(each["value"], answer["scale"]), each["lines"]]
            for each in answer["items"]
        ]
    heads = [say(DIVISIONS[each]) for each in asked.both]
    heads += [f"{say('数值')}({whole['unit']})", say("条数")]
    total: list[Cell] = [say("全部"), *[None] * (len(asked.both) - 1)]
    rows.append([*total, scaled(whole["value"], whole["scale"]), whole["lines"]])
    return file_of(visit, kind, f"{figure}-by-{'-'.join(asked.both)}", whole["title"], heads, rows)


@router.get("/{org}/{period}/years.{kind}")
async def years(visit: AtUnion, kind: Kind) -> Response:
    """Every figure of several years; a year without records is an empty cell."""
    scope, say = visit.scope, translated(visit.http)
    assert scope is not None
    answer = await visit.report("years", **question(scope, count_of(visit.given("count"))))
    heads = [say("指标"), say("单位")]
    for nth, year in enumerate(answer["years"]):
        unsaid = "" if year["recorded"] else f"({say('无记录')})"
        unfinished = f"({say('未满一年')})" if year["recorded"] and year["unfinished"] else ""
        heads.append(f"{year['year']}{unsaid}{unfinished}")
        heads += [say("变动")] if nth else []
    rows: list[list[Cell]] = []
    for each in answer["figures"]:
        row: list[Cell] = [each["title"], each["unit"]]
        for nth, (value, change) in enumerate(zip(each["values"], each["changes"], strict=True)):
            row.append(scaled(value, each["scale"]))
            row += [scaled(change, each["scale"])] if nth else []
        rows.append(row)
    return file_of(visit, kind, "years", say("历年"), heads, rows)


@router.get("/{org}/{period}/subtree.{kind}")
async def subtree(visit: AtUnion, kind: Kind) -> Response:
    """Every figure over the union and all below it."""
    scope, say = visit.scope, translated(visit.http)
    assert scope is not None
    answer = await visit.report("subtree", **scope.question)
    heads = [say("指标"), say("数值"), say("单位"), say("重复的人"), say("证明")]
    rows: list[list[Cell]] = [
        [
            each["title"], scaled(each["value"], each["scale"]), each["unit"], each["several"],
            each.get("note") or say("可证"),
        ]
        for each in answer["figures"]
    ]  # fmt: skip
    title, part = say("上下级汇总"), say("不是全部")
    title += "" if answer["complete"] else f"({part})"
    return file_of(visit, kind, "subtree", title, heads, rows)


@router.get("/{org}/{period}/subtree/{figure}.{kind}")
async def by_union(visit: AtUnion, figure: str, kind: Kind) -> Response:
    """What each union adds to a figure, who is in several of them, and the total."""
    say = translated(visit.http)
    rows: list[list[Cell]] = []
    whole: dict[str, Any] = {}
    async for answer in _pages(visit, f"subtree/{figure}"):
        whole = answer
        rows += [
            [
                each["name"] or each["org_id"], each["org_id"],
                " ".join(f"{span['from']}..{span['to']}" for span in each["spans"]),
                scaled(each["value"], answer["scale"]),
            ]
            for each in answer["items"]
        ]  # fmt: skip
    if whole["several"]:
        rows.append([say("减：在几家都算到的人"), None, None, -whole["several"]])
    rows.append([say("汇总"), None, None, scaled(whole["value"], whole["scale"])])
    heads = [say("工会"), say("代码"), say("在内的日子"), f"{say('数值')}({whole['unit']})"]
    part = say("不是全部")
    title = whole["title"] + ("" if whole["complete"] else f"({part})")
    return file_of(visit, kind, f"{figure}-by-union", title, heads, rows)


async def _pages(visit: Visit, path: str, **asked: Any) -> AsyncIterator[dict[str, Any]]:
    scope, cursor = visit.scope, None
    assert scope is not None
    while True:
        answer = await visit.report(path, **scope.question, **asked, limit=PAGE, cursor=cursor)
        yield answer
        cursor = answer["next"]
        if cursor is None:
            return
