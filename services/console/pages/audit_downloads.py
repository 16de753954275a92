"""Verdicts, rolls and differences to take away: whole, with what they are of on top."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import APIRouter, Response

from services.console.console import Visit
from services.console.event_words import title_of
from services.console.navigation import _
from services.console.pages.arrival import AtUnion
from services.console.pages.downloads import Kind, file_of
from services.console.pages.year import MOVED, by_name
from services.console.rendering import translated
from services.console.tables import Cell, scaled, yuan
from services.console.words import OUTCOMES, SEVERITIES
from shared.errors import Invalid

router = APIRouter()

PEOPLE = 1000
WAYS = ("both", "roster_only", "recipient_only")
"""The categories that hold everybody, each person once."""
WORDS = {
    "both": _("领到"),
    "roster_only": _("没领到"),
    "recipient_only": _("不在名册"),
    "twice": _("领两次"),
}


@router.get("/{org}/{period}/verdicts.{kind}")
async def verdicts(visit: AtUnion, kind: Kind) -> Response:
    """Every verdict of the period, or those of one outcome."""
    scope, say = visit.scope, translated(visit.http)
    assert scope is not None
    answer = await visit.report("verdicts", **scope.question, evidence="false")
    outcome = visit.given("outcome")
    heads = [say("规则"), say("名称"), say("结论"), say("程度"), say("对象"), say("自"), say("至")]
    heads += [say("理由"), say("条款"), say("依据的事件数")]
    rows: list[list[Cell]] = [
        [
            each["rule"], each["title"], *_graded(each, say), each["subject"],
            each["period_from"], each["period_to"], each["sentence"], each["clause"],
            each["evidence_count"],
        ]
        for each in answer["verdicts"]
        if outcome in ("", each["outcome"])
    ]  # fmt: skip
    about = [(say("规则集"), answer["rules_version"])]
    about += [(say("筛选"), say(OUTCOMES[outcome]) if outcome in OUTCOMES else say("没有筛选"))]
    return file_of(visit, kind, "verdicts", say("规则判定"), heads, rows, about)


def _graded(verdict: dict[str, Any], say: Callable[..., str]) -> tuple[str, str]:
    """A verdict's outcome and severity in words."""
    outcome, severity = verdict["outcome"], verdict["severity"]
    return say(OUTCOMES[outcome]), say(SEVERITIES.get(severity, severity))


@router.get("/{org}/{period}/rolls.{kind}")
async def rolls(visit: AtUnion, kind: Kind) -> Response:
    """The counts of the period (517, 511, 542), each against the roll of its day."""
    scope, say = visit.scope, translated(visit.http)
    assert scope is not None
    answer = await visit.report("rosters", **scope.question)
    heads = [say("项目"), say("名册日"), say("份数"), say("领取人"), say("名册"), say("当日会员")]
    heads += [say("非会员"), say("没领到"), *(say(title) for _, _, title in MOVED)]
    rows: list[list[Cell]] = [
        [
            each["title"], each["day"], each["portions"], each["people"], each["roster_count"],
            each["members"], each["not_members"], each["unserved"],
            *(_signed(sign, each["movements"].get(name)) for name, sign, _ in MOVED),
        ]
        for each in answer["counts"]
    ]  # fmt: skip
    return file_of(visit, kind, "rolls", say("名册核对"), heads, rows)


def _signed(sign: str, count: int | None) -> int | None:
    """What moved the roll since the count before, signed."""
    return count if count is None or sign == "+" else -count


@router.get("/{org}/{period}/programmes/{programme}/roster.{kind}")
async def programme(visit: AtUnion, programme: str, kind: Kind) -> Response:
    """A programme's roster against who received: the people of a category, or every one."""
    say, category = translated(visit.http), visit.given("category")
    rows: list[list[Cell]] = []
    title = programme
    for each in [category] if category else WAYS:
        async for found in _people(visit, programme, each):
            title = found["title"] or programme
            rows += [_person(person, say) for person in found["people"]]
    heads = [say("人员"), say("情形"), say("当日身份"), say("发放次数"), say("份数"), say("签收")]
    heads += [say("发放日")]
    about = [(say("筛选"), say(WORDS[category]) if category in WORDS else say("没有筛选"))]
    return file_of(visit, kind, programme, title, heads, rows, about)


async def _people(visit: Visit, programme: str, category: str) -> AsyncIterator[dict[str, Any]]:
    assert visit.scope is not None
    cursor: str | None = None
    while True:
        found = await visit.report(
            f"reconciliation/{programme}",
            as_of=visit.scope.at,
            category=category,
            limit=PEOPLE,
            cursor=cursor,
        )
        yield found
        cursor = found["next"]
        if cursor is None:
            return


def _person(each: dict[str, Any], say: Callable[..., str]) -> list[Cell]:
    category = each["category"]
    return [
        each["person_id"], say(WORDS.get(category, category)),
        say("会员") if each["was_member"] else say("非会员"),
        each["deliveries"], each["portions"], each["signed"], each["issued_on"],
    ]  # fmt: skip


@router.get("/{org}/{period}/differences.{kind}")
async def differences(visit: AtUnion, kind: Kind) -> Response:
    """Every figure at the two times of the bar, with what moved, signed. Raises Invalid."""
    scope, say = visit.scope, translated(visit.http)
    assert scope is not None
    if scope.compare is None:
        raise Invalid("as-of-invalid", "a difference needs a time to compare with")
    then = by_name(await visit.report("figures", **{**scope.question, "as_of": scope.compare}))
    now = await visit.report("figures", **scope.question)
    heads = [say("指标"), say("单位"), say("日志 %(at)s", at=scope.compare)]
    heads += [say("日志 %(at)s", at=scope.at), say("变动")]
    rows: list[list[Cell]] = []
    for each in now["figures"]:
        before = then.get(each["figure"], {}).get("value")
        moved = None if before is None else each["value"] - before
        scale = each["scale"]
        values = (scaled(before, scale), scaled(each["value"], scale), scaled(moved, scale))
        rows.append([each["title"], each["unit"], *values])
    about = [(say("对照"), say("日志 %(at)s", at=scope.compare))]
    return file_of(visit, kind, "differences", say("差异"), heads, rows, about)


@router.get("/{org}/{period}/figures/{figure}/difference.{kind}")
async def difference(visit: AtUnion, figure: str, kind: Kind) -> Response:
    """What came and went in a figure between the two times of the bar."""
    scope, say = visit.scope, translated(visit.http)
    assert scope is not None
    before = scope.compare if scope.compare is not None else scope.at
    found = await visit.report(f"figures/{figure}/difference", **scope.question, before=before)
    rows: list[list[Cell]] = []
    for each in found["lines"]:
        cause = each["because"] or each["event"]
        sign = 1 if each["change"] == "came" else -1
        amount = None if each["amount_fen"] is None else yuan(sign * each["amount_fen"])
        rows.append([
            say("多了") if sign > 0 else say("少了"), each["list"], each["subject"],
            each["occurred_on"], sign * each["quantity"], amount, say(title_of(cause["type"])),
            cause["log_index"], cause["event_id"],
        ])  # fmt: skip
    about = [
        (say("对照"), say("日志 %(at)s", at=before)),
        (say("变动处数"), str(found["changed"])),
    ]
    heads = [say("变动"), say("分项"), say("对象"), say("业务日期"), say("数量"), say("金额（元）")]
    heads += [say("由哪一事件"), say("日志"), say("事件号")]
    return file_of(visit, kind, f"{figure}-difference", found["title"], heads, rows, about)
