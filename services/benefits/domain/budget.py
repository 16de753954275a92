"""A year's budget: approved once, adjusted by the same procedure. A payment beyond it is recorded.

Refusals stand in the docstrings, first come first.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.benefits.commands.money import AdjustBudget, ApproveBudget
from services.benefits.domain.money import Budget, Money, MoneyEvent
from shared.contract.benefits import BudgetAdjusted, BudgetAmount, BudgetApproved
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.decider.row_refusals import refused_row
from shared.errors import Conflict, Invalid, Unknown


def approve_budget(
    state: Money, command: ApproveBudget, org_id: str, today: date
) -> list[MoneyEvent]:
    """Raises Invalid `date-in-future`, `listed-twice`; Conflict `budget-exists`, whose `errors`
    tell of each line in what it `differs` from the budget as approved."""
    not_in_future(today, command.approved_on, command.source_recorded_on)
    _lines_once(command.lines)
    if isinstance(state, Budget):
        raise Conflict(
            "budget-exists",
            f"the budget of {command.budget_year} was approved: adjust",
            errors=_restated_lines(state.approved, command),
        )
    return [
        BudgetApproved(
            org_id=org_id,
            occurred_on=command.approved_on,
            budget_year=command.budget_year,
            lines=command.lines,
            approved_by=command.approved_by,
            amount_assumed=command.amount_assumed,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def _restated_lines(stands: BudgetApproved, command: ApproveBudget) -> list[dict[str, Any]]:
    of_all = differing(
        occurred_on=(stands.occurred_on, command.approved_on),
        approved_by=(set(stands.approved_by), set(command.approved_by)),
        amount_assumed=(stands.amount_assumed, command.amount_assumed),
    )
    approved = {line.budget_line: line.amount_fen for line in stands.lines}
    return [
        refused_row(
            number,
            "budget-exists",
            differs=[
                *differing(amount_fen=(approved.get(line.budget_line), line.amount_fen)),
                *of_all,
            ],
        )
        for number, line in enumerate(command.lines, start=1)
    ]


def adjust_budget(
    state: Money, command: AdjustBudget, org_id: str, today: date
) -> list[MoneyEvent]:
    """Raises Invalid `date-in-future`, `listed-twice`; Unknown `unknown-budget`."""
    not_in_future(today, command.adjusted_on, command.source_recorded_on)
    _lines_once(command.lines)
    if state is None:
        raise Unknown("unknown-budget", f"no budget of {command.budget_year}")
    return [
        BudgetAdjusted(
            org_id=org_id,
            occurred_on=command.adjusted_on,
            budget_year=command.budget_year,
            lines=command.lines,
            approved_by=command.approved_by,
            amount_assumed=command.amount_assumed,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def _lines_once(lines: Sequence[BudgetAmount]) -> None:
    named = [line.budget_line for line in lines]
    if len(set(named)) < len(named):
        raise Invalid("listed-twice", "a budget line stands in the list twice")
