"""The year's plan, the issues the report names, incidents, and months attested free of them.

Four small aggregates, each with a stream of its own; None in a state's place: there is none yet.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.events.commands.plans import (
    AttestPeriod,
    CompletePlanItem,
    RaiseIssue,
    ReportIncident,
    ResolveIssue,
    SetPlanItem,
)
from services.events.domain.dates import require_happened
from shared.contract.events import (
    AttestedSubject,
    IncidentReported,
    IssueRaised,
    IssueResolved,
    PeriodAttested,
    PlanItemDone,
    PlanItemSet,
)
from shared.errors import Conflict, Invalid, Unknown

PlanEvent = (
    PeriodAttested | IncidentReported | PlanItemSet | PlanItemDone | IssueRaised | IssueResolved
)


@dataclass(frozen=True, slots=True)
class Attestation:
    """A month attested in one subject, with how many incidents it had."""

    incidents: int


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident that was reported."""

    subject: AttestedSubject
    happened_on: date


@dataclass(frozen=True, slots=True)
class PlanItem:
    """An item of a plan; `done_on` is None while it is open."""

    plan_year: int
    section: str
    title: str
    due_on: date | None
    done_on: date | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """A problem that was raised; `resolved_on` is None while it is open."""

    title: str
    raised_on: date
    resolved_on: date | None = None


PlanState = Attestation | Incident | PlanItem | Issue


def evolve(state: PlanState | None, event: PlanEvent) -> PlanState:
    """What the stream is about, after one more event of it."""
    match event:
        case PeriodAttested():
            return Attestation(event.incidents)
        case IncidentReported():
            return Incident(event.subject, event.occurred_on)
        case PlanItemSet():
            return PlanItem(event.plan_year, event.section, event.title, event.due_on)
        case PlanItemDone():
            assert isinstance(state, PlanItem), "PlanItemDone before PlanItemSet"
            return replace(state, done_on=event.occurred_on, evidence=event.evidence)
        case IssueRaised():
            return Issue(event.title, event.occurred_on)
        case IssueResolved():
            assert isinstance(state, Issue), "IssueResolved before IssueRaised"
            return replace(state, resolved_on=event.occurred_on)
        case _:
            assert_never(event)


def attest_period(
    attestation: Attestation | None,
    command: AttestPeriod,
    org_id: str,
    today: date,
    reported: int,
) -> list[PeriodAttested]:
    """Attest a month that is over or current, with as many incidents as were `reported` in it.

    Refuses period-attested, date-in-future, month-not-begun, incidents-differ.
    """
    if attestation is not None:
        raise Conflict(
            "period-attested", f"{command.month} was attested before for {command.subject}"
        )
    require_happened(command.attested_on, today)
    if command.month > command.attested_on.isoformat()[:7]:
        raise Invalid("month-not-begun", f"{command.month} had not begun on {command.attested_on}")
    if command.incidents != reported:
        raise Conflict(
            "incidents-differ",
            f"{command.incidents} incidents attested, {reported} reported in {command.month}",
            reported=reported,
        )
    return [
        PeriodAttested(
            org_id=org_id,
            occurred_on=command.attested_on,
            subject=command.subject,
            month=command.month,
            incidents=command.incidents,
        )
    ]


def report_incident(
    incident: Incident | None, command: ReportIncident, org_id: str, today: date
) -> list[IncidentReported]:
    """Report an incident, also of a month attested before: a late fact is accepted, and reporting
    shows that the attestation no longer agrees. Refuses incident-exists, date-in-future."""
    if incident is not None:
        raise Conflict("incident-exists", f"the incident {command.incident_id} was reported before")
    require_happened(command.happened_on, today)
    return [
        IncidentReported(
            org_id=org_id,
            occurred_on=command.happened_on,
            incident_id=command.incident_id,
            subject=command.subject,
        )
    ]


def set_plan_item(
    item: PlanItem | None, command: SetPlanItem, org_id: str, today: date
) -> list[PlanItemSet]:
    """Put an item on the plan. Refuses plan-item-exists, date-in-future."""
    if item is not None:
        raise Conflict("plan-item-exists", f"the plan item {command.item_id} was set before")
    require_happened(command.set_on, today)
    return [
        PlanItemSet(
            org_id=org_id,
            occurred_on=command.set_on,
            item_id=command.item_id,
            plan_year=command.plan_year,
            section=command.section,
            title=command.title,
            due_on=command.due_on,
        )
    ]


def complete_plan_item(
    item: PlanItem | None,
    command: CompletePlanItem,
    org_id: str,
    today: date,
    missing: frozenset[str],
) -> list[PlanItemDone]:
    """Record that an item was done. `missing` are streams of this context that do not exist.

    Refuses unknown-plan-item, plan-item-done, unknown-evidence, date-in-future.
    """
    if item is None:
        raise Unknown("unknown-plan-item", f"no plan item {command.item_id} was set")
    if item.done_on is not None:
        raise Conflict(
            "plan-item-done", f"the plan item {command.item_id} was done on {item.done_on}"
        )
    if missing:
        raise Unknown(
            "unknown-evidence",
            f"{len(missing)} of {len(command.evidence)} streams do not exist",
            errors=[
                {"row": row, "code": "unknown-evidence", "stream": stream}
                for row, stream in enumerate(command.evidence, start=1)
                if stream in missing
            ],
        )
    require_happened(command.done_on, today)
    return [
        PlanItemDone(
            org_id=org_id,
            occurred_on=command.done_on,
            item_id=command.item_id,
            evidence=command.evidence,
        )
    ]


def raise_issue(
    issue: Issue | None, command: RaiseIssue, org_id: str, today: date
) -> list[IssueRaised]:
    """Raise an issue. Refuses issue-exists, date-in-future."""
    if issue is not None:
        raise Conflict("issue-exists", f"the issue {command.issue_id} was raised before")
    require_happened(command.raised_on, today)
    return [
        IssueRaised(
            org_id=org_id,
            occurred_on=command.raised_on,
            issue_id=command.issue_id,
            title=command.title,
        )
    ]


def resolve_issue(
    issue: Issue | None, command: ResolveIssue, org_id: str, today: date
) -> list[IssueResolved]:
    """Record that an issue is solved.

    Refuses unknown-issue, issue-resolved, date-in-future, resolved-before-raised.
    """
    if issue is None:
        raise Unknown("unknown-issue", f"no issue {command.issue_id} was raised")
    if issue.resolved_on is not None:
        raise Conflict(
            "issue-resolved", f"the issue {command.issue_id} was resolved on {issue.resolved_on}"
        )
    require_happened(command.resolved_on, today)
    if command.resolved_on < issue.raised_on:
        raise Invalid(
            "resolved-before-raised",
            f"resolved on {command.resolved_on}, but raised on {issue.raised_on}",
        )
    return [
        IssueResolved(org_id=org_id, occurred_on=command.resolved_on, issue_id=command.issue_id)
    ]
