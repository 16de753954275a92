"""Findings: where a rule did not pass, by rule, gravest first; and one of them with its reasons."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.pages.arrival import AtUnion, choices_of
from services.console.pages.finding_story import story_of
from services.console.rendering import page
from shared.errors import Unknown

router = APIRouter()

STATES = ("open", "explained", "resolved")
EVIDENCE_SHOWN = 50


@router.get("/{org}/{period}/findings")
async def findings(http: Request, visit: AtUnion) -> Response:
    """The findings of a period; `state` and `severity` in the address narrow them."""
    scope = visit.scope
    assert scope is not None
    answer, choices = await asyncio.gather(
        visit.report("findings", **scope.question, evidence="false"), choices_of(visit)
    )
    found = answer["findings"]
    state, severity = visit.given("state"), visit.given("severity")
    shown = [
        each
        for each in found
        if state in ("", each["state"]) and severity in ("", each["severity"])
    ]
    return page(
        http,
        "findings/findings.html",
        visit=visit,
        choices=choices,
        page_named="findings",
        counts={name: sum(1 for each in found if each["state"] == name) for name in STATES},
        total=len(found),
        state=state,
        severity_chosen=severity,
        rules=by_rule(shown),
        shown=len(shown),
        pending=answer["pending"],
        judged_to=answer["judged_to"],
    )


def by_rule(findings: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Findings of one rule, outcome and reason together, so that the reason is said once; in the
    order in which they come, which is by severity."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for each in findings:
        same = (each["severity"], each["rule"], each["outcome"], each["reason"])
        groups.setdefault(same, []).append(each)
    return list(groups.values())


@router.get("/{org}/{period}/findings/{finding_id}")
async def finding(http: Request, visit: AtUnion, finding_id: str) -> Response:
    """One finding: its facts, its clause, the values, the evidence. Raises Unknown."""
    scope = visit.scope
    assert scope is not None
    answer, judged, told, choices = await asyncio.gather(
        visit.report("findings", **scope.question, evidence="false"),
        visit.report("verdicts", **scope.question, finding=finding_id),
        story_of(visit, finding_id),
        choices_of(visit),
    )
    found = next((each for each in answer["findings"] if each["finding_id"] == finding_id), None)
    if found is None:
        raise Unknown("unknown-finding", f"no finding {finding_id} of {scope.org}")
    verdict = next(iter(judged["verdicts"]), None)
    return page(
        http,
        "findings/finding.html",
        visit=visit,
        choices=choices,
        page_named=f"findings/{finding_id}",
        finding=found,
        judged=verdict,
        evidence=(verdict or {"evidence": []})["evidence"][:EVIDENCE_SHOWN],
        facts=facts_of(verdict),
        **told,
    )


def facts_of(verdict: dict[str, Any] | None) -> list[tuple[str, Any, bool]]:
    """What a verdict was judged by: name, value, and whether that is money in fen."""
    facts = (verdict or {}).get("facts") or {}
    return [
        (name.removesuffix("_fen"), value, name.endswith("_fen") and isinstance(value, int))
        for name, value in facts.items()
    ]
