"""What is written about a report: its narratives by one person and approved by another; issuing,
and putting one report in another's place. Looked at before, written once."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.console.backend import Answered, NoAnswer
from services.console.console import Visit
from services.console.office_acts import KEY, Outcome, named, new_key
from services.console.pages.arrival import AtUnion, choices_of
from services.console.pages.office import now_of
from services.console.pages.report import by_section, kind_of, no_past
from services.console.rendering import page
from services.console.report_words import FORMATS, KINDS, REASONS, SECTIONS
from services.console.security import form_of
from shared.errors import Invalid, Unknown

router = APIRouter()

ISSUE_SECONDS = 600.0
"""How long issuing may take: four files are made, and fonts fetched the first time."""

SECTION = "/{org}/{period}/report/sections/{section}"
DONE = {"write": "written", "approve": "approved", "withdraw": "withdrawn"}
COMMANDS = {
    "write": "write-narrative",
    "approve": "approve-narrative",
    "withdraw": "withdraw-narrative",
}
TOLD = (403, 404, 409, 412, 422, 429, 503)
"""Statuses of refusals that the page of an act tells."""
WRITERS, APPROVERS, ISSUERS = ("clerk", "chair"), ("chair", "approver"), ("chair",)


async def send(visit: Visit, command: str, body: Mapping[str, Any], key: str) -> Outcome:
    """Send a command to reporting, which is given long: files are made in it. What it asks to do
    later (a press that is busy, facts that are not judged yet) its page tells.

    Raises Invalid `invalid-request`, Answered where the service failed.
    """
    assert visit.scope is not None
    if not KEY.fullmatch(key):
        raise Invalid("invalid-request", "the form names no act")
    now = now_of(visit)
    headers = {"Idempotency-Key": f"console-{key}"}
    headers |= {"Guildhall-Simulated-Now": now} if now else {}
    path = f"/v1/{visit.scope.org}/{command}"
    try:
        await visit.console.backend.post(
            visit.session.bearer, "reporting", path, body, headers=headers, seconds=ISSUE_SECONDS
        )
    except NoAnswer:
        return Outcome(key, unknown=True)
    except Answered as why:
        if why.status not in TOLD:
            raise
        return Outcome(new_key(), refused={"code": why.code, **why.problem})
    return Outcome(key)


@router.get(SECTION)
async def section(http: Request, visit: AtUnion, section: str) -> Response:
    """A section's narrative: read, written, approved. Raises Unknown."""
    return await _section(http, visit, section, {}, Outcome(new_key()))


@router.post(SECTION)
async def write(http: Request, visit: AtUnion, section: str) -> Response:
    """Write, approve or withdraw it. Raises NotPermitted, Invalid, Answered."""
    form = await form_of(http, visit.session.csrf)
    no_past(visit)
    scope = visit.scope
    assert scope is not None
    act = form.get("act", "")
    if act == "write":
        body: dict[str, Any] = {
            "kind": "annual",
            "period_from": str(scope.period.first),
            "period_to": str(scope.period.last),
            "section": section,
            "paragraphs": paragraphs_of(form.get("text", "")),
        }
    elif act == "approve":
        body = {name: form.get(name, "") for name in ("narrative_id", "text_sha256")}
    elif act == "withdraw":
        body = {"narrative_id": form.get("narrative_id", "")}
    else:
        raise Invalid("invalid-request", "the form names no act")
    outcome = await send(visit, COMMANDS[act], body, form.get("key", ""))
    if outcome.done:
        return RedirectResponse(scope.to("report", done=DONE[act]), 303)
    return await _section(http, visit, section, form, outcome)


def paragraphs_of(text: str) -> list[str]:
    """What was typed, a paragraph a line; lines without a character are none."""
    lines = (line.strip() for line in text.replace("\r\n", "\n").split("\n"))
    return [line for line in lines if line]


async def _section(
    http: Request, visit: Visit, code: str, form: dict[str, str], outcome: Outcome
) -> Response:
    if code not in SECTIONS:
        raise Unknown("not-found", f"the report has no section {code!r}")
    scope = visit.scope
    assert scope is not None
    answer, choices = await asyncio.gather(
        visit.report("narratives", **scope.question), choices_of(visit)
    )
    found = next(each for name, _, each in by_section(answer["narratives"]) if name == code)
    text = form.get("text", "\n".join(found["paragraphs"]) if found else "")
    return page(
        http,
        "report/section.html",
        status=outcome.status,
        visit=visit,
        choices=choices,
        page_named=f"report/sections/{code}",
        code=code,
        title=SECTIONS[code],
        found=found,
        text=text,
        outcome=outcome,
        writes=visit.session.may(*WRITERS),
        approves=visit.session.may(*APPROVERS),
    )


@router.get("/{org}/{period}/report/issue")
async def look(http: Request, visit: AtUnion) -> Response:
    """What would be issued, and what stands in the way. Raises Answered."""
    return await _issue(http, visit, {}, Outcome(new_key()))


@router.post("/{org}/{period}/report/issue")
async def issue(http: Request, visit: AtUnion) -> Response:
    """Issue it, or put it in the place of one that stands. Raises NotPermitted, Invalid,
    Answered."""
    form = await form_of(http, visit.session.csrf)
    no_past(visit)
    scope, kind = visit.scope, kind_of(visit)
    assert scope is not None
    body: dict[str, Any] = {"unproven": form.get("unproven") == "yes"}
    if form.get("supersedes"):
        command = "supersede-report"
        body |= {"report_id": named(form["supersedes"]), "reason": form.get("reason", "")}
    else:
        command = "issue-report"
        days = {"period_from": str(scope.period.first), "period_to": str(scope.period.last)}
        body |= {"kind": kind, **days}
    outcome = await send(visit, command, body, form.get("key", ""))
    if outcome.done:
        return RedirectResponse(scope.to("report", done="issued", kind=kind), 303)
    return await _issue(http, visit, form, outcome)


async def _issue(http: Request, visit: Visit, form: dict[str, str], outcome: Outcome) -> Response:
    scope, kind = visit.scope, kind_of(visit)
    assert scope is not None
    layout, issued, choices = await asyncio.gather(
        visit.report("report/layout", **scope.question, kind=kind),
        visit.report("reports", as_of=scope.at),
        choices_of(visit),
    )
    days = (str(scope.period.first), str(scope.period.last))
    own = (
        each
        for each in issued["reports"]
        if (each["kind"], each["period_from"], each["period_to"]) == (kind, *days)
    )
    stands = next((each for each in own if each["superseded_by"] is None), None)
    return page(
        http,
        "report/issue.html",
        status=outcome.status,
        visit=visit,
        choices=choices,
        page_named="report/issue",
        kind=kind,
        kinds=KINDS,
        layout=layout,
        stands=stands,
        form=form,
        outcome=outcome,
        reasons=REASONS,
        sections=SECTIONS,
        formats=FORMATS,
        issues=visit.session.may(*ISSUERS),
    )
