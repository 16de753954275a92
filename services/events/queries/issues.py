"""Open issues as answered, with their age."""

from datetime import date
from typing import Any

from services.events.domain import issues
from services.events.queries.streams import Found, listed
from shared.contract.events import IssueRaised
from shared.eventstore.store import EventStore
from shared.eventstore.write import today_of


async def page(store: EventStore, org_id: str, cursor: str, limit: int) -> list[dict[str, Any]]:
    """At most `limit` issues that are open, beyond the id `cursor`."""
    found = await listed(
        store,
        org_id,
        IssueRaised.STREAM,
        issues.evolve,
        keep=lambda issue: issue.resolved_on is None,
        cursor=cursor,
        limit=limit,
    )
    return [view(one, today_of(store)) for one in found]


def view(found: Found[issues.Issue], today: date) -> dict[str, Any]:
    """An open issue as answered, with its age in days."""
    issue = found.state
    return {
        "issue_id": found.id,
        "version": found.version,
        "title": issue.title,
        "raised_on": issue.raised_on,
        "age_days": (today - issue.raised_on).days,
    }
