"""An item of a year's plan: set, then done."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.events.commands.plans import CompletePlanItem, SetPlanItem
from shared.contract.events import PlanItemDone, PlanItemSet
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.decider.row_refusals import refused_row
from shared.errors import Conflict, Unknown


@dataclass(frozen=True, slots=True)
class PlanItem:
    """An item of a plan; `done_on` is None while it is open."""

    plan_year: int
    section: str
    title: str
    due_on: date | None
    set_on: date
    done_on: date | None = None
    evidence: tuple[str, ...] = ()


def evolve(item: PlanItem | None, event: PlanItemSet | PlanItemDone) -> PlanItem:
    """The item after one more event."""
    match event:
        case PlanItemSet():
            terms = (event.plan_year, event.section, event.title, event.due_on)
            return PlanItem(*terms, event.occurred_on)
        case PlanItemDone():
            assert item is not None, "PlanItemDone before PlanItemSet"
            return replace(item, done_on=event.occurred_on, evidence=event.evidence)
        case _:
            assert_never(event)


def set_plan_item(
    item: PlanItem | None, command: SetPlanItem, org_id: str, today: date
) -> list[PlanItemSet]:
    """Put an item on the plan. Refuses date-in-future, plan-item-exists (with what differs)."""
    not_in_future(today, command.set_on, command.source_recorded_on)
    if item is not None:
        raise Conflict(
            "plan-item-exists",
            f"the plan item {command.item_id} was set before",
            differs=differing(
                plan_year=(item.plan_year, command.plan_year),
                section=(item.section, command.section),
                title=(item.title, command.title),
                due_on=(item.due_on, command.due_on),
                set_on=(item.set_on, command.set_on),
            ),
        )
    return [
        PlanItemSet(
            org_id=org_id,
            occurred_on=command.set_on,
            source_recorded_on=command.source_recorded_on,
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
    *,
    missing: frozenset[str],
) -> list[PlanItemDone]:
    """Record that an item was done. `missing` are streams of this context that do not exist.

    Refuses date-in-future, unknown-plan-item, plan-item-done, unknown-evidence.
    """
    not_in_future(today, command.done_on, command.source_recorded_on)
    if item is None:
        raise Unknown("unknown-plan-item", f"no plan item {command.item_id} was set")
    if item.done_on is not None:
        raise Conflict(
            "plan-item-done",
            f"the plan item {command.item_id} was done on {item.done_on}",
            differs=differing(
                done_on=(item.done_on, command.done_on),
                evidence=(set(item.evidence), set(command.evidence)),
            ),
        )
    if missing:
        raise Unknown(
            "unknown-evidence",
            f"{len(missing)} of {len(command.evidence)} streams do not exist",
            errors=[
                refused_row(row, "unknown-evidence", stream=stream)
                for row, stream in enumerate(command.evidence, start=1)
                if stream in missing
            ],
        )
    return [
        PlanItemDone(
            org_id=org_id,
            occurred_on=command.done_on,
            source_recorded_on=command.source_recorded_on,
            item_id=command.item_id,
            evidence=command.evidence,
        )
    ]
