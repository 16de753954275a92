"""Income corrected and payments reversed: by another person than who recorded them.

In the period of what is corrected, as it should have been; or, that period being closed or the
money having moved, as an adjustment (以前年度调整) on the day of the correction.
"""

from datetime import date

from services.benefits.commands.money import CorrectIncome, ReverseExpenditure
from services.benefits.domain.money import Booked, Money, MoneyEvent
from shared.contract.benefits import (
    ExpenditurePaid,
    ExpenditureReversed,
    IncomeCorrected,
    IncomeReceived,
)
from shared.decider.dates import not_in_future
from shared.errors import Conflict, Invalid, NotPermitted, Unknown


def correct_income(
    state: Money,
    command: CorrectIncome,
    org_id: str,
    today: date,
    *,
    corrector: str,
    recorded_by: str,
) -> list[MoneyEvent]:
    """Restate an income; `corrector` and `recorded_by` are logins.

    Raises Invalid `date-in-future`; Unknown `unknown-income`; NotPermitted `own-entry`; Conflict
    `adjusted-before`, `nothing-changes`.
    """
    not_in_future(today, command.corrected_on, command.received_on, command.source_recorded_on)
    if not isinstance(state, Booked) or not isinstance(state.event, IncomeReceived):
        raise Unknown("unknown-income", f"no income {command.income_id}")
    income = state.event
    if corrector == recorded_by:
        raise NotPermitted("own-entry", f"{corrector} recorded {command.income_id}: another must")
    if state.adjusted and command.posting == "in_period":
        raise Conflict(
            "adjusted-before", f"{command.income_id} was adjusted on a later day: adjust it again"
        )
    stated = (command.source, command.fund, command.amount_fen, command.received_on)
    if stated == (income.source, income.fund, income.amount_fen, income.occurred_on):
        raise Conflict("nothing-changes", f"{command.income_id} stands in the books so already")
    return [
        IncomeCorrected(
            org_id=org_id,
            occurred_on=command.corrected_on,
            income_id=command.income_id,
            source=command.source,
            fund=command.fund,
            amount_fen=command.amount_fen,
            amount_assumed=command.amount_assumed,
            received_on=command.received_on,
            was_source=income.source,
            was_fen=income.amount_fen,
            posting=command.posting,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def reverse_expenditure(
    state: Money,
    command: ReverseExpenditure,
    org_id: str,
    today: date,
    *,
    reverser: str,
    paid_by: str,
) -> list[MoneyEvent]:
    """Undo a payment, or take off what of it came back; `reverser` and `paid_by` are logins.

    Raises Invalid `date-in-future`; Unknown `unknown-payment`; Conflict `payment-not-paid`,
    `payment-reversed`; NotPermitted `own-entry`; Conflict `reversed-before-paid`; Invalid
    `more-than-paid`, `part-is-adjustment`.
    """
    not_in_future(today, command.reversed_on, command.source_recorded_on)
    if state is None:
        raise Unknown("unknown-payment", f"no payment {command.payment_id}")
    if not isinstance(state, Booked) or not isinstance(state.event, ExpenditurePaid):
        raise Conflict("payment-not-paid", f"{command.payment_id} was asked for and not paid")
    paid, left = state.event, state.event.amount_fen - state.reversed_fen
    if not left:
        raise Conflict("payment-reversed", f"all of {command.payment_id} was reversed before")
    if reverser == paid_by:
        raise NotPermitted("own-entry", f"{reverser} recorded {command.payment_id}: another must")
    if command.reversed_on < paid.occurred_on:
        raise Conflict("reversed-before-paid", f"{command.payment_id}: paid on {paid.occurred_on}")
    amount = left if command.amount_fen is None else command.amount_fen
    if amount > left:
        raise Invalid("more-than-paid", f"{left} fen are left of {command.payment_id}")
    whole = amount == paid.amount_fen and command.reason != "refunded"
    if command.posting == "in_period" and not whole:
        raise Invalid("part-is-adjustment", "money that came back did so on a day of its own")
    return [
        ExpenditureReversed(
            org_id=org_id,
            occurred_on=command.reversed_on,
            payment_id=command.payment_id,
            fund=paid.fund,
            payer=paid.payer,
            budget_line=paid.budget_line,
            amount_fen=amount,
            posting=command.posting,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]
