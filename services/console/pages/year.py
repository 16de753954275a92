"""The year at a glance: its figures, the membership account, the findings."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.bar_charts import month_bars
from services.console.charts import Roll, roll_chart
from services.console.money_words import BUDGET_LINES
from services.console.navigation import _
from services.console.pages.arrival import AtUnion, choices_of
from services.console.rendering import page
from services.console.scope import Scope
from services.console.waiting import waiting

router = APIRouter()

SECTIONS = ((11, _("组织建设与民主管理")), (22, _("职工福利")), (99, _("活动")))
"""The headings of the report, each with the last of its lines."""

MOVED = (
    ("joined", "+", _("新入会")),
    ("transferred_in", "+", _("会籍转入")),
    ("rejoined", "+", _("重新入会")),
    ("left", "−", _("退会")),
    ("transferred_out", "−", _("会籍转出")),
    ("died", "−", _("去世")),
    ("retired", "−", _("退休未保留会籍")),
)

IN_AND_OUT = (("income_fen", "f1"), ("spent_fen", "f2"))
"""The bars of a month, each with its class."""


@router.get("/{org}/{period}")
async def year(http: Request, visit: AtUnion) -> Response:
    """The page of a union and a period."""
    scope = visit.scope
    assert scope is not None
    figures, before, last, account, found, rosters, money, choices = await asyncio.gather(
        visit.report("figures", **scope.question),
        _compared(visit, scope),
        _last_year(visit, scope),
        visit.report("membership-account", **scope.question),
        visit.report("findings", **scope.question, evidence="false"),
        visit.report("rosters", **scope.question),
        visit.report("money", **scope.question),
        choices_of(visit),
    )
    open_findings = [each for each in found["findings"] if each["state"] != "resolved"]
    mine = [] if scope.past else await waiting(visit, open_findings)
    return page(
        http,
        "year/year.html",
        visit=visit,
        choices=choices,
        page_named="",
        sections=sections(figures["figures"], before, last),
        compared=before is not None,
        last_year=last is not None,
        unproven=[each for each in figures["figures"] if not each["provable"]],
        open_findings=open_findings,
        by_severity=by_severity(open_findings),
        pending=found["pending"],
        account=account,
        movements=MOVED,
        rosters=rosters["counts"],
        waiting=mine,
        money=money,
        budget_words=BUDGET_LINES,
        bars=month_bars(money["months"], IN_AND_OUT),
        chart=roll_chart(scope.period, roll_of(account), rosters["counts"]),
    )


@router.get("/{org}/{period}/verdicts")
async def verdicts(http: Request, visit: AtUnion) -> Response:
    """Every rule's verdict on the period. The year's page takes its counts from here, when it is
    already shown: to judge takes longer than to count."""
    scope = visit.scope
    assert scope is not None
    judged, choices = await asyncio.gather(
        visit.report("verdicts", **scope.question, evidence="false"), choices_of(visit)
    )
    outcome = visit.given("outcome")
    return page(
        http,
        "year/verdicts.html",
        visit=visit,
        choices=choices,
        page_named="verdicts",
        outcomes=Counter(each["outcome"] for each in judged["verdicts"]),
        outcome=outcome,
        verdicts=[each for each in judged["verdicts"] if outcome in ("", each["outcome"])],
        rules_version=judged["rules_version"],
    )


async def _compared(visit: Any, scope: Scope) -> dict[str, Any] | None:
    if scope.compare is None:
        return None
    return by_name(await visit.report("figures", **{**scope.question, "as_of": scope.compare}))


async def _last_year(visit: Any, scope: Scope) -> dict[str, Any] | None:
    """The figures of the year before; None where the log has nothing of it."""
    before = scope.period.before
    if before is None or before.year not in scope.known["years"]:
        return None
    days = {"from": before.first, "to": before.last}
    return by_name(await visit.report("figures", **{**scope.question, **days}))


def by_name(answer: dict[str, Any]) -> dict[str, Any]:
    """Figures by their names."""
    return {each["figure"]: each for each in answer["figures"]}


def sections(
    figures: Iterable[dict[str, Any]], before: dict[str, Any] | None, last: dict[str, Any] | None
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The figures of the report under its headings, in its order; then those that are not in it
    and moved since the compared knowledge time."""
    rows = [
        {
            **each,
            "before": before[each["figure"]]["value"] if before is not None else None,
            "last": last[each["figure"]]["value"] if last is not None else None,
        }
        for each in figures
    ]
    found, first = [], 0
    for to, title in SECTIONS:
        own = [row for row in rows if first < row["report_line"] <= to]
        found.append((title, sorted(own, key=lambda row: int(row["report_line"]))))
        first = to
    if before is not None:
        moved = [r for r in rows if not r["report_line"] and r["before"] != r["value"]]
        found.append((_("报告之外、其间有变动的数字"), moved))
    return [(title, own) for title, own in found if own]


def by_severity(findings: Iterable[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """How many findings of each severity fail, and how many cannot be decided; none is left out."""
    counted = Counter((each["severity"], each["outcome"]) for each in findings)
    return [
        (severity, counted[severity, "fail"], counted[severity, "indeterminate"])
        for severity in ("block", "high", "medium", "low", "info")
    ]


def roll_of(account: dict[str, Any]) -> Roll:
    """The number of members over the period: at its beginning, and after each day it changed."""
    days = [(each["day"], each["closing"]) for each in account["days"]]
    return Roll(account["opening"], days)
