"""Commands: reports are issued and superseded, narratives written and approved, findings explained
and waived."""

import asyncio
import time
from typing import NamedTuple

from services.reporting.api.access import Reporting
from services.reporting.api.freshness import all_fresh
from services.reporting.findings import handlers as findings
from services.reporting.findings.commands import (
    ApproveWaiver,
    ExplainFinding,
    ProposeWaiver,
    RevokeWaiver,
)
from services.reporting.queries.findings import judged_watermark
from services.reporting.queries.knowledge import Period, log_index_of
from services.reporting.queries.provability import source_checks, unfinished
from services.reporting.reports import handlers as reports
from services.reporting.reports.commands import (
    ApproveNarrative,
    IssueReport,
    SupersedeReport,
    WithdrawNarrative,
    WriteNarrative,
)
from services.reporting.reports.issuing import Replacing, current
from services.reporting.reports.kinds import collect
from services.reporting.reports.prepare import prepared
from shared.contract.reporting import ReportKind
from shared.errors import Conflict, NotYet
from shared.eventstore.request import Reply, Request
from shared.http.app import Route

JUDGED_SECONDS = 45.0
"""How long issuing waits for verdicts: the worker judges every few seconds."""

WRITERS = ("clerk", "chair")
APPROVERS = ("chair", "approver")


class _Named(NamedTuple):
    """Which report is issued, and whose place it takes."""

    kind: ReportKind
    period: Period
    replacing: Replacing | None = None


async def issue_report(built: Reporting, request: Request, command: IssueReport) -> Reply:
    """Issue a period's report: its files are kept, ReportIssued says what they are."""
    period = Period(command.period_from, command.period_to)
    return await _issue(built, request, command, _Named(command.kind, period))


async def supersede_report(built: Reporting, request: Request, command: SupersedeReport) -> Reply:
    """Issue a report in the place of one that stands."""
    old = current(await reports.reports_of(built.store, request.org_id), command.report_id)
    replacing = Replacing(command.report_id, command.reason)
    return await _issue(built, request, command, _Named(old.kind, old.period, replacing))


async def _issue(
    built: Reporting,
    request: Request,
    command: IssueReport | SupersedeReport,
    named: _Named,
) -> Reply:
    before = await all_fresh(built.pool)
    at = await log_index_of(built.pool, command.as_of)
    if not command.unproven:
        missing = unfinished(await source_checks(built.pool, request.org_id))
        if missing:
            raise Conflict("report-unproven", "; ".join(missing), reasons=missing)
        await _judged(built, at)
    async with built.pool.acquire() as connection:
        material = await collect(connection, named.kind, request.org_id, named.period, at, str(at))
    waiting = [each.section for each in material.narratives if each.approved_by is None]
    if waiting:
        raise Conflict(
            "narrative-not-approved",
            f"these sections wait for another person: {', '.join(waiting)}",
            sections=waiting,
        )
    if (await all_fresh(built.pool)).token != before.token:
        raise NotYet("being-rebuilt", "new tables take their place", progress=1.0, projections=[])
    files = await built.press.files(
        built.pool, material, tuple(dict.fromkeys(("md", *command.formats)))
    )
    made = prepared(material, files, request.actor)
    return await reports.issue_report(built.store, request, made, files, named.replacing)


async def _judged(built: Reporting, at: int) -> None:
    """Wait until what was known at `at` is judged: a report says how far that is, and the same
    knowledge is to give the same bytes. Raises NotYet `not-judged-yet`."""
    until = time.monotonic() + JUDGED_SECONDS
    while (judged := await judged_watermark(built.pool)) < at:
        if time.monotonic() > until:
            raise NotYet("not-judged-yet", f"judged is what was known at {judged}, asked is {at}")
        await asyncio.sleep(0.5)


async def write_narrative(built: Reporting, request: Request, command: WriteNarrative) -> Reply:
    """Write what a section of a report says beside its numbers."""
    return await reports.write_narrative(built.store, request, command)


async def approve_narrative(built: Reporting, request: Request, command: ApproveNarrative) -> Reply:
    """Approve a narrative that somebody else wrote."""
    return await reports.approve_narrative(built.store, request, command)


async def withdraw_narrative(
    built: Reporting, request: Request, command: WithdrawNarrative
) -> Reply:
    """Take a narrative out of the report."""
    return await reports.withdraw_narrative(built.store, request, command)


async def explain_finding(built: Reporting, request: Request, command: ExplainFinding) -> Reply:
    """Explain a finding; the verdict stands."""
    return await findings.explain_finding(built.store, request, command)


async def propose_waiver(built: Reporting, request: Request, command: ProposeWaiver) -> Reply:
    """Propose to bear a finding until a day."""
    return await findings.propose_waiver(built.store, request, command)


async def approve_waiver(built: Reporting, request: Request, command: ApproveWaiver) -> Reply:
    """Waive a finding as somebody else proposed."""
    return await findings.approve_waiver(built.store, request, command)


async def revoke_waiver(built: Reporting, request: Request, command: RevokeWaiver) -> Reply:
    """End a waiver, or the proposal of one."""
    return await findings.revoke_waiver(built.store, request, command)


COMMANDS: dict[str, Route] = {
    "issue-report": Route(IssueReport, ("chair",), issue_report),
    "supersede-report": Route(SupersedeReport, ("chair",), supersede_report),
    "write-narrative": Route(WriteNarrative, WRITERS, write_narrative),
    "approve-narrative": Route(ApproveNarrative, APPROVERS, approve_narrative),
    "withdraw-narrative": Route(WithdrawNarrative, WRITERS, withdraw_narrative),
    "explain-finding": Route(ExplainFinding, WRITERS, explain_finding),
    "propose-waiver": Route(ProposeWaiver, WRITERS, propose_waiver),
    "approve-waiver": Route(ApproveWaiver, APPROVERS, approve_waiver),
    "revoke-waiver": Route(RevokeWaiver, APPROVERS, revoke_waiver),
}
