"""Money: the year's budget, income, and the books, which are `ExpenditurePaid` alone.

A payment beyond its budget line, or without a budget, is recorded: it happened, and BUD-02 is an
audit rule, not a lock on the past. Refusals stand in the docstrings, first come first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from services.benefits.commands.money import (
    AdjustBudget,
    ApproveBudget,
    PayExpenditure,
    RequestExpenditure,
)
from shared.contract.benefits import (
    BudgetAdjusted,
    BudgetAmount,
    BudgetApproved,
    ExpenditurePaid,
    ExpenditureRequested,
    ExpenditureReversed,
    IncomeCorrected,
    IncomeReceived,
)
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.decider.row_refusals import refused_row
from shared.errors import Conflict, Invalid, NotPermitted, Unknown

MoneyEvent = (
    BudgetApproved
    | BudgetAdjusted
    | IncomeReceived
    | IncomeCorrected
    | ExpenditureRequested
    | ExpenditurePaid
    | ExpenditureReversed
)


@dataclass(frozen=True, slots=True)
class Budget:
    """A year's lines as they are now, and how often they were adjusted."""

    lines: tuple[BudgetAmount, ...]
    approved: BudgetApproved
    adjusted: int = 0


@dataclass(frozen=True, slots=True)
class Requested:
    """Money somebody asked for; not paid."""

    terms: ExpenditureRequested


@dataclass(frozen=True, slots=True)
class Booked:
    """An income or a payment, as corrected by now, and how a payment was asked for.

    `adjusted`: a correction of an income was posted on its own day. `reversed_fen`: what of a
    payment came back.
    """

    event: IncomeReceived | ExpenditurePaid
    requested: ExpenditureRequested | None = None
    adjusted: bool = False
    reversed_fen: int = 0


Money = Budget | Requested | Booked | None
"""None: nothing of this id."""


def evolve(state: Money, event: MoneyEvent) -> Money:
    """The budget, the income or the payment after one more event."""
    match event:
        case BudgetApproved():
            return Budget(event.lines, event)
        case BudgetAdjusted():
            assert isinstance(state, Budget), "adjusted before it was approved"
            return Budget(event.lines, state.approved, state.adjusted + 1)
        case ExpenditureRequested():
            return Requested(event)
        case IncomeReceived() | ExpenditurePaid():
            return Booked(event, state.terms if isinstance(state, Requested) else None)
        case IncomeCorrected():
            assert isinstance(state, Booked), "corrected before it was received"
            said = event.model_dump(include={"source", "fund", "amount_fen", "amount_assumed"})
            corrected = state.event.model_copy(update=said | {"occurred_on": event.received_on})
            adjusted = state.adjusted or event.posting == "adjustment"
            return replace(state, event=corrected, adjusted=adjusted)
        case ExpenditureReversed():
            assert isinstance(state, Booked), "reversed before it was paid"
            if event.posting == "in_period":
                return None  # it never was, and may be asked for anew
            return replace(state, reversed_fen=state.reversed_fen + event.amount_fen)
        case _:
            assert_never(event)


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


def request_expenditure(
    state: Money, command: RequestExpenditure, org_id: str, today: date
) -> list[MoneyEvent]:
    """Ask for a payment.

    Raises Invalid `date-in-future`, `refers-elsewhere`; Conflict `payment-requested`,
    `payment-exists`, both with `differs`.
    """
    not_in_future(today, command.requested_on, command.source_recorded_on)
    if command.refers_to is not None and not command.refers_to.startswith(f"{org_id}/"):
        raise Invalid("refers-elsewhere", f"{command.refers_to} is no stream of {org_id}")
    if isinstance(state, Requested):
        raise Conflict(
            "payment-requested",
            f"{command.payment_id} was asked for before",
            differs=_asked_differently(state.terms, command),
        )
    if isinstance(state, Booked) and state.requested is not None:
        raise Conflict(
            "payment-exists",
            f"{command.payment_id} is in the books",
            differs=_asked_differently(state.requested, command),
        )
    return [
        ExpenditureRequested(
            org_id=org_id,
            occurred_on=command.requested_on,
            payment_id=command.payment_id,
            fund=command.fund,
            payer=command.payer,
            budget_line=command.budget_line,
            amount_fen=command.amount_fen,
            amount_assumed=command.amount_assumed,
            refers_to=command.refers_to,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def _asked_differently(stands: ExpenditureRequested, command: RequestExpenditure) -> list[str]:
    return differing(
        occurred_on=(stands.occurred_on, command.requested_on),
        fund=(stands.fund, command.fund),
        payer=(stands.payer, command.payer),
        budget_line=(stands.budget_line, command.budget_line),
        amount_fen=(stands.amount_fen, command.amount_fen),
        amount_assumed=(stands.amount_assumed, command.amount_assumed),
        refers_to=(stands.refers_to, command.refers_to),
    )


def pay_expenditure(
    state: Money,
    command: PayExpenditure,
    org_id: str,
    today: date,
    *,
    approver: str,
    requested_by: str,
) -> list[MoneyEvent]:
    """Book a payment that `approver` allows and another person asked for; both are logins.

    Raises Invalid `date-in-future`; Unknown `unknown-payment`; NotPermitted `maker-is-approver`;
    Conflict `payment-exists` (`differs`).
    """
    not_in_future(today, command.paid_on, command.source_recorded_on)
    if state is None:
        raise Unknown("unknown-payment", f"nobody asked for {command.payment_id}")
    if approver == requested_by:
        raise NotPermitted(
            "maker-is-approver", f"{approver} asked for {command.payment_id}: another approves it"
        )
    if isinstance(state, Booked) and isinstance(state.event, ExpenditurePaid):
        raise Conflict(
            "payment-exists",
            f"{command.payment_id} is in the books",
            differs=differing(
                occurred_on=(state.event.occurred_on, command.paid_on),
                decision_ref=(state.event.decision_ref, command.decision_ref),
            ),
        )
    assert isinstance(state, Requested), f"paid in state {state}"
    terms = state.terms
    return [
        ExpenditurePaid(
            org_id=org_id,
            occurred_on=command.paid_on,
            payment_id=command.payment_id,
            fund=terms.fund,
            payer=terms.payer,
            budget_line=terms.budget_line,
            amount_fen=terms.amount_fen,
            amount_assumed=terms.amount_assumed,
            refers_to=terms.refers_to,
            requested_by=requested_by,
            approved_by=approver,
            decision_ref=command.decision_ref,
            source_recorded_on=command.source_recorded_on,
        )
    ]
