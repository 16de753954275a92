"""Items of a year's plan as answered: open, overdue or done."""

from datetime import date
from typing import Any

from services.events.domain import plan_items
from services.events.queries.streams import Found, listed
from shared.contract.events import PlanItemSet
from shared.eventstore.store import EventStore
from shared.eventstore.write import today_of


async def page(
    store: EventStore, org_id: str, year: int | None, cursor: str, limit: int
) -> list[dict[str, Any]]:
    """At most `limit` items beyond the id `cursor`, of one plan year or of all (None)."""
    found = await listed(
        store,
        org_id,
        PlanItemSet.STREAM,
        plan_items.evolve,
        keep=lambda item: year is None or item.plan_year == year,
        cursor=cursor,
        limit=limit,
    )
    return [view(one, today_of(store)) for one in found]


def view(found: Found[plan_items.PlanItem], today: date) -> dict[str, Any]:
    """A plan item as answered; `state` is done, open, or overdue when its day has passed."""
    item = found.state
    overdue = item.due_on is not None and item.due_on < today
    return {
        "item_id": found.id,
        "version": found.version,
        "plan_year": item.plan_year,
        "section": item.section,
        "title": item.title,
        "due_on": item.due_on,
        "done_on": item.done_on,
        "state": "done" if item.done_on else "overdue" if overdue else "open",
        "evidence": item.evidence,
    }
