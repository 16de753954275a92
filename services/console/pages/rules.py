"""The rules with their values in force, and what other values would change: tried over any period,
and written nowhere."""

import asyncio
from collections import Counter
from typing import Any

from fastapi import APIRouter, Request, Response

from services.console.backend import Answered
from services.console.console import Visit
from services.console.pages.arrival import AtUnion, choices_of
from services.console.rendering import page
from services.console.security import form_of
from services.console.words import RULE_STATES

router = APIRouter()

VALUES_CHARS_MAX = 20_000


@router.get("/{org}/{period}/rules")
async def rules(http: Request, visit: AtUnion) -> Response:
    """Every rule, each leading to its trial."""
    answer, choices = await asyncio.gather(visit.ask("reporting", "/v1/rules"), choices_of(visit))
    return page(
        http,
        "rules/rules.html",
        visit=visit,
        choices=choices,
        page_named="rules",
        rules=answer["rules"],
        rules_version=answer["rules_version"],
    )


@router.get("/{org}/{period}/rules/register")
async def register(http: Request, visit: AtUnion) -> Response:
    """Every rule that is written down, judged or not, and why not."""
    state = http.query_params.get("state")
    asked = {"state": state} if state in RULE_STATES else {}
    answer, choices = await asyncio.gather(
        visit.ask("reporting", "/v1/rules/register", **asked), choices_of(visit)
    )
    return page(
        http,
        "rules/register.html",
        visit=visit,
        choices=choices,
        page_named="rules/register",
        states=answer["states"],
        rules=answer["rules"],
    )


@router.get("/{org}/{period}/rules/{rule}/what-if")
async def what_if(http: Request, visit: AtUnion, rule: str) -> Response:
    """The rule's values as they are, to be changed on the page."""
    values = await visit.ask("reporting", f"/v1/rules/{rule}/values")
    return await _page(http, visit, values, values["values"])


@router.post("/{org}/{period}/rules/{rule}/what-if")
async def tried(http: Request, visit: AtUnion, rule: str) -> Response:
    """What the values that were typed would change. A refusal of them stands beside them."""
    form = await form_of(http, visit.session.csrf)
    typed = form.get("values", "").replace("\r\n", "\n")[:VALUES_CHARS_MAX]
    values = await visit.ask("reporting", f"/v1/rules/{rule}/values")
    try:
        found = await _tried(visit, rule, typed)
    except Answered as why:
        if why.status != 422:
            raise
        return await _page(http, visit, values, typed, refused=str(why.problem.get("detail")))
    return await _page(http, visit, values, typed, found=found)


async def _tried(visit: Visit, rule: str, typed: str) -> list[dict[str, Any]]:
    scope = visit.scope
    assert scope is not None
    question = {name: str(value) for name, value in scope.question.items()}
    answer = await visit.post(
        "reporting", f"/v1/{scope.org}/rules/{rule}/what-if", {"values": typed}, **question
    )
    differences: list[dict[str, Any]] = answer["differences"]
    return differences


async def _page(
    http: Request,
    visit: Visit,
    values: dict[str, Any],
    typed: str,
    *,
    found: list[dict[str, Any]] | None = None,
    refused: str = "",
) -> Response:
    return page(
        http,
        "rules/what_if.html",
        status=422 if refused else 200,
        visit=visit,
        choices=await choices_of(visit),
        page_named=f"rules/{values['rule']}/what-if",
        rule=values,
        typed=typed,
        found=found,
        turned=turned(found or []),
        refused=refused,
    )


def turned(differences: list[dict[str, Any]]) -> dict[str, int]:
    """How many subjects would newly be of each outcome; those judged no longer are `none`."""
    return dict(
        Counter(each["then"]["outcome"] if each["then"] else "none" for each in differences)
    )
