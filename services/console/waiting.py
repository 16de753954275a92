"""What waits for somebody, by what they may do: a count each, and where it is done.

A service that does not answer is no reason to show no page: what it would have said is unknown, and
is said to be.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any, NamedTuple

from services.console.backend import Answered, NoAnswer
from services.console.console import Visit
from services.console.navigation import _

COUNTED_MAX = 200
"""How many are counted: of more it is said that there are more."""
EXPLAINERS, DECIDERS, APPROVERS = ("clerk", "chair"), ("approver", "chair"), ("chair", "approver")


class Waiting(NamedTuple):
    """One kind of thing: how many wait (None: nobody knows), whether there are more than that."""

    title: str
    unit: str
    number: int | None
    more: bool
    at: str


async def waiting(visit: Visit, findings: list[Mapping[str, Any]]) -> list[Waiting]:
    """What waits for who asks, of the union and period at hand, as known now."""
    scope, may = visit.scope, visit.session.may
    assert scope is not None
    office = f"/{scope.org}/office"
    asked: list[Awaitable[Waiting]] = []
    if may(*DECIDERS):
        claims = _listed(visit, "claims", state="filed")
        asked.append(_counted(_("待批的申请"), "件", claims, f"{office}/queue"))
    if may(*APPROVERS):
        payments = _listed(visit, "payments", state="requested")
        asked.append(_counted(_("待批的支付"), "笔", payments, f"{office}/queue"))
    if may("clerk"):
        programmes = _programmes(visit)
        asked.append(_counted(_("待冻结的名册"), "份", programmes, f"{office}/queue"))
    if may(*APPROVERS):
        texts = _texts(visit)
        asked.append(_counted(_("待审定的报告文字"), "段", texts, scope.to("report")))
    found = list(await asyncio.gather(*asked))
    if may(*EXPLAINERS):
        found.append(_of_findings(_("待说明的疑点"), findings, "open", scope.to("findings")))
    if may("auditor"):
        found.append(_of_findings(_("没有说明的疑点"), findings, "open", scope.to("findings")))
        found.append(_of_findings(_("已说明待你看的"), findings, "explained", scope.to("findings")))
    return found


def _of_findings(title: str, findings: list[Mapping[str, Any]], state: str, at: str) -> Waiting:
    count = sum(1 for each in findings if each["state"] == state)
    mark = "&" if "?" in at else "?"
    return Waiting(title, "项", count, more=False, at=f"{at}{mark}state={state}")


async def _counted(title: str, unit: str, asked: Awaitable[tuple[int, bool]], at: str) -> Waiting:
    try:
        count, more = await asked
    except (Answered, NoAnswer):
        return Waiting(title, unit, None, more=False, at=at)
    return Waiting(title, unit, count, more, at)


async def _listed(visit: Visit, what: str, **query: Any) -> tuple[int, bool]:
    answer = await _benefits(visit, what, **query)
    return len(answer["items"]), answer["next"] is not None


async def _programmes(visit: Visit) -> tuple[int, bool]:
    answer = await _benefits(visit, "programmes")
    open_ones = (
        each
        for each in answer["items"]
        if each["closed_on"] is None and each["roster"] is None and each["population"] != "named"
    )
    return sum(1 for _ in open_ones), answer["next"] is not None


async def _texts(visit: Visit) -> tuple[int, bool]:
    assert visit.scope is not None
    answer = await visit.report("narratives", **visit.scope.question)
    return sum(1 for each in answer["narratives"] if each["approved_by"] is None), False


async def _benefits(visit: Visit, what: str, **query: Any) -> Any:
    assert visit.scope is not None
    return await visit.ask("benefits", f"/v1/{visit.scope.org}/{what}", limit=COUNTED_MAX, **query)
