"""The year's plan (规划): each item, when it is due and when it was done."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Index, Key, Projection, changing
from shared.contract.events import PlanItemDone, PlanItemSet


class PlanItem(NamedTuple):
    """One item; `evidence` are the streams that show it was done."""

    org_id: str
    item_id: str
    source: str
    plan_year: int | None = None
    section: str | None = None
    title: str | None = None
    due_on: date | None = None
    set_on: date | None = None
    done_on: date | None = None
    evidence: tuple[str, ...] = ()
    set_by: UUID | None = None
    done_by: UUID | None = None


def _keys(event: PlanItemSet | PlanItemDone, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.item_id, entry.envelope.source)]


def _set(row: PlanItem | None, event: PlanItemSet, entry: Entry, key: Key) -> PlanItem:
    return (row or PlanItem(*key))._replace(
        plan_year=event.plan_year,
        section=event.section,
        title=event.title,
        due_on=event.due_on,
        set_on=event.occurred_on,
        set_by=entry.envelope.event_id,
    )


def _done(row: PlanItem | None, event: PlanItemDone, entry: Entry, key: Key) -> PlanItem:
    return (row or PlanItem(*key))._replace(
        done_on=event.occurred_on,
        evidence=event.evidence,
        done_by=entry.envelope.event_id,
    )


PLAN_ITEMS = Projection(
    name="plan_items",
    row=PlanItem,
    key=("org_id", "item_id", "source"),
    on={PlanItemSet: changing(_keys, _set), PlanItemDone: changing(_keys, _done)},
    indexes=(Index(("org_id", "plan_year")),),
)
