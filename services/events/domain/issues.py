"""A problem the report names (存在问题): raised, then resolved."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.events.commands.plans import RaiseIssue, ResolveIssue
from shared.contract.events import IssueRaised, IssueResolved
from shared.decider.dates import not_in_future
from shared.errors import Conflict, Invalid, Unknown


@dataclass(frozen=True, slots=True)
class Issue:
    """A problem that was raised; `resolved_on` is None while it is open."""

    title: str
    raised_on: date
    resolved_on: date | None = None


def evolve(issue: Issue | None, event: IssueRaised | IssueResolved) -> Issue:
    """The issue after one more event."""
    match event:
        case IssueRaised():
            return Issue(event.title, event.occurred_on)
        case IssueResolved():
            assert issue is not None, "IssueResolved before IssueRaised"
            return replace(issue, resolved_on=event.occurred_on)
        case _:
            assert_never(event)


def raise_issue(
    issue: Issue | None, command: RaiseIssue, org_id: str, today: date
) -> list[IssueRaised]:
    """Raise an issue. Refuses date-in-future, issue-exists."""
    not_in_future(today, command.raised_on, command.source_recorded_on)
    if issue is not None:
        raise Conflict("issue-exists", f"the issue {command.issue_id} was raised before")
    return [
        IssueRaised(
            org_id=org_id,
            occurred_on=command.raised_on,
            source_recorded_on=command.source_recorded_on,
            issue_id=command.issue_id,
            title=command.title,
        )
    ]


def resolve_issue(
    issue: Issue | None, command: ResolveIssue, org_id: str, today: date
) -> list[IssueResolved]:
    """Record that an issue is solved.

    Refuses date-in-future, unknown-issue, issue-resolved, resolved-before-raised.
    """
    not_in_future(today, command.resolved_on, command.source_recorded_on)
    if issue is None:
        raise Unknown("unknown-issue", f"no issue {command.issue_id} was raised")
    if issue.resolved_on is not None:
        raise Conflict(
            "issue-resolved", f"the issue {command.issue_id} was resolved on {issue.resolved_on}"
        )
    if command.resolved_on < issue.raised_on:
        raise Invalid(
            "resolved-before-raised",
            f"resolved on {command.resolved_on}, but raised on {issue.raised_on}",
        )
    return [
        IssueResolved(
            org_id=org_id,
            occurred_on=command.resolved_on,
            source_recorded_on=command.source_recorded_on,
            issue_id=command.issue_id,
        )
    ]
