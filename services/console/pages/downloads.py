"""Tables to take away: the whole list at the page's knowledge time, with what it is of on top."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

from fastapi import APIRouter, Response

from services.console.console import Visit
from services.console.event_words import title_of
from services.console.pages.arrival import AtUnion
from services.console.rendering import translated
from services.console.tables import MEDIA_TYPES, Cell, as_file, scaled, yuan

router = APIRouter()

Kind = Literal["csv", "xlsx"]
PAGE = 1000


@router.get("/{org}/{period}/figures.{kind}")
async def figures(visit: AtUnion, kind: Kind) -> Response:
    """Every figure of the period."""
    scope, say = visit.scope, translated(visit.http)
    assert scope is not None
    answer = await visit.report("figures", **scope.question)
    heads = [say("指标"), say("报告行"), say("数值"), say("单位"), say("条数"), say("证明")]
    rows: list[list[Cell]] = [
        [
            each["title"], each["report_line"] or None, scaled(each["value"], each["scale"]),
            each["unit"], each["lines"], each.get("note") or say("可证"),
        ]
        for each in answer["figures"]
    ]  # fmt: skip
    return file_of(visit, kind, "figures", say("数字"), heads, rows)


@router.get("/{org}/{period}/figures/{figure}/list.{kind}")
async def figure_list(visit: AtUnion, figure: str, kind: Kind) -> Response:
    """Every event that a figure counts."""
    say = translated(visit.http)
    heads = [say("对象"), say("业务日期"), say("事件"), say("数量"), say("金额（元）"), say("日志")]
    heads += [say("事件号"), say("来源")]
    rows: list[list[Cell]] = []
    title = figure
    async for answer in _pages(visit, figure):
        title = f"{answer['title']} {scaled(answer['value'], answer['scale'])} {answer['unit']}"
        rows += [
            [
                row["subject"], row["occurred_on"], title_of(row["type"]), row["quantity"],
                yuan(row["amount_fen"]), row["log_index"], row["event_id"], row["source"],
            ]
            for row in answer["events"]
        ]  # fmt: skip
    return file_of(visit, kind, figure, title, heads, rows)


@router.get("/{org}/{period}/findings.{kind}")
async def findings(visit: AtUnion, kind: Kind) -> Response:
    """Every finding of the period, whatever its state."""
    scope, say = visit.scope, translated(visit.http)
    assert scope is not None
    answer = await visit.report("findings", **scope.question, evidence="false")
    heads = [say("规则"), say("名称"), say("结论"), say("程度"), say("对象"), say("理由")]
    heads += [say("条款"), say("状态"), say("提出")]
    names = ("rule", "title", "outcome", "severity", "subject", "sentence", "clause", "state")
    rows = [[*(each[name] for name in names), each["raised_on"]] for each in answer["findings"]]
    return file_of(visit, kind, "findings", say("审计疑点"), heads, rows)


async def _pages(visit: Visit, figure: str) -> AsyncIterator[dict[str, Any]]:
    scope, cursor = visit.scope, None
    assert scope is not None
    while True:
        answer = await visit.report(
            f"figures/{figure}", **scope.question, limit=PAGE, cursor=cursor
        )
        yield answer
        cursor = answer["next"]
        if cursor is None:
            return


def file_of(  # noqa: PLR0917 - a file, and what it is of
    visit: Visit, kind: Kind, name: str, title: str, heads: list[str], rows: Sequence[list[Cell]]
) -> Response:
    """A table as a file, with what it is of on top."""
    scope, say = visit.scope, translated(visit.http)
    assert scope is not None
    about = [
        (say("工会"), scope.known["name"] or scope.org),
        (say("期间"), f"{scope.period.first}..{scope.period.last}"),
        (say("截至"), say("日志 %(at)s", at=scope.at)),
        (say("表"), title),
        (say("行数"), str(len(rows))),
    ]
    if scope.known["simulated"]:
        about.append((say("演示账"), say("按模拟时钟走，数据是编的，不是哪一家工会的账。")))
    safe = "".join(each for each in name if each.isascii() and (each.isalnum() or each in "_-"))
    file = f"{scope.org}-{scope.period.said.replace('..', '_')}-{safe}-{scope.at}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    content = as_file(kind, about, heads, rows)
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)
