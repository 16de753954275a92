"""Problems the report names (存在问题): raised, and resolved or still open."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.events import IssueRaised, IssueResolved


class Issue(NamedTuple):
    """One problem; open while `resolved_on` is None."""

    org_id: str
    issue_id: str
    source: str
    title: str | None = None
    raised_on: date | None = None
    raised: UUID | None = None
    resolved_on: date | None = None
    resolved: UUID | None = None


def _keys(event: IssueRaised | IssueResolved, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.issue_id, entry.envelope.source)]


def _raised(row: Issue | None, event: IssueRaised, entry: Entry, key: Key) -> Issue:
    return (row or Issue(*key))._replace(
        title=event.title, raised_on=event.occurred_on, raised=entry.envelope.event_id
    )


def _resolved(row: Issue | None, event: IssueResolved, entry: Entry, key: Key) -> Issue:
    return (row or Issue(*key))._replace(
        resolved_on=event.occurred_on, resolved=entry.envelope.event_id
    )


ISSUES = Projection(
    name="issues",
    row=Issue,
    key=("org_id", "issue_id", "source"),
    on={IssueRaised: changing(_keys, _raised), IssueResolved: changing(_keys, _resolved)},
)
