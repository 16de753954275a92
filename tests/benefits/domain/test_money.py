"""Budgets, income and the books."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.benefits.commands.money import (
    AdjustBudget,
    ApproveBudget,
    PayExpenditure,
    ReceiveIncome,
    RequestExpenditure,
)
from services.benefits.domain import money
from services.benefits.domain.incomes import receive_income
from services.benefits.domain.money import (
    Budget,
    adjust_budget,
    approve_budget,
    pay_expenditure,
    request_expenditure,
)
from shared.contract.benefits import (
    BudgetAmount,
)
from shared.testing.decider import Given, given
from tests.benefits.requests import BODIES, ORG, TODAY
from tests.examples.benefits import (
    budget_adjusted,
    budget_approved,
    expenditure_paid,
    expenditure_requested,
    income_received,
)

TOMORROW = date(2022, 12, 16)
APPROVE = ApproveBudget.model_validate(BODIES["approve-budget"][1])
ADJUST = AdjustBudget.model_validate(BODIES["adjust-budget"][1])
RECEIVE = ReceiveIncome.model_validate(BODIES["receive-income"][1])
REQUESTING, PAYING = BODIES["request-expenditure"][1], BODIES["pay-expenditure"][1]
REQUEST = RequestExpenditure.model_validate(BODIES["request-expenditure"][1])
PAY = PayExpenditure.model_validate(BODIES["pay-expenditure"][1])

WELFARE = BudgetAmount(budget_line="staff_activity.welfare", amount_fen=30_000_000)
MORE = BudgetAmount(budget_line="staff_activity.welfare", amount_fen=35_000_000)

APPROVED = budget_approved(
    occurred_on=date(2022, 1, 5), lines=(WELFARE,), approved_by=("committee", "superior")
)
ADJUSTED = budget_adjusted(occurred_on=date(2022, 7, 5), lines=(MORE,), approved_by=("committee",))
RECEIVED = income_received(
    occurred_on=date(2022, 1, 31), income_id="dues-2022-01", source="dues", amount_fen=1_200_000
)
REQUESTED = expenditure_requested(
    occurred_on=date(2022, 3, 18),
    payment_id="pay-9",
    fund="care_fund",
    amount_fen=80000,
    refers_to=f"{ORG}/claim-care-1",
)
TWO = {"approver": "approver-1", "requested_by": "clerk-1"}
ONE = {"approver": "clerk-1", "requested_by": "clerk-1"}
PAID = expenditure_paid(
    occurred_on=date(2022, 3, 20),
    payment_id="pay-9",
    fund="care_fund",
    amount_fen=80000,
    refers_to=f"{ORG}/claim-care-1",
    requested_by="clerk-1",
    approved_by="approver-1",
    decision_ref=None,
)


def books(*events: Any) -> Given:
    return given(money, None, *events)


def test_a_budget_is_approved_once_and_adjusted_after() -> None:
    books().when(approve_budget, APPROVE, ORG, TODAY).then(APPROVED)
    books(APPROVED).when(approve_budget, APPROVE, ORG, TODAY).then_refused("budget-exists")
    books(APPROVED).when(adjust_budget, ADJUST, ORG, TODAY).then(ADJUSTED)
    books().when(adjust_budget, ADJUST, ORG, TODAY).then_refused("unknown-budget")


def test_an_adjustment_replaces_the_lines_and_is_counted() -> None:
    assert books(APPROVED, ADJUSTED).state == Budget((MORE,), APPROVED, adjusted=1)


def test_a_second_adjustment_in_the_year_is_recorded_for_the_auditor_to_find() -> None:
    books(APPROVED, ADJUSTED).when(adjust_budget, ADJUST, ORG, TODAY).then(ADJUSTED)


@pytest.mark.parametrize("decide", [approve_budget, adjust_budget])
def test_a_budget_line_stands_in_a_budget_once(decide: Any) -> None:
    command = APPROVE if decide is approve_budget else ADJUST
    twice = command.model_copy(update={"lines": (WELFARE, MORE)})
    books(APPROVED).when(decide, twice, ORG, TODAY).then_refused("listed-twice")


def test_an_income_and_a_payment_are_booked_once() -> None:
    books().when(receive_income, RECEIVE, ORG, TODAY).then(RECEIVED)
    books(RECEIVED).when(receive_income, RECEIVE, ORG, TODAY).then_refused("income-exists")
    books().when(request_expenditure, REQUEST, ORG, TODAY).then(REQUESTED)
    books(REQUESTED).when(request_expenditure, REQUEST, ORG, TODAY).then_refused(
        "payment-requested"
    )
    books(REQUESTED).when(pay_expenditure, PAY, ORG, TODAY, **TWO).then(PAID)
    both = books(REQUESTED, PAID)
    both.when(pay_expenditure, PAY, ORG, TODAY, **TWO).then_refused("payment-exists")
    both.when(request_expenditure, REQUEST, ORG, TODAY).then_refused("payment-exists")


@pytest.mark.parametrize(
    ("before", "changes", "people", "code"),
    [
        ((), {"paid_on": TOMORROW}, ONE, "date-in-future"),
        ((), {}, ONE, "unknown-payment"),
        ((REQUESTED, PAID), {}, ONE, "maker-is-approver"),
        ((REQUESTED, PAID), {}, TWO, "payment-exists"),
    ],
)
def test_a_payment_is_refused_for_the_first_of_these(
    before: tuple[Any, ...], changes: dict[str, Any], people: dict[str, str], code: str
) -> None:
    command = PAY.model_copy(update=changes)
    books(*before).when(pay_expenditure, command, ORG, TODAY, **people).then_refused(code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"requested_on": TOMORROW, "refers_to": "tjjt/x"}, "date-in-future"),
        ({"refers_to": "tjjt/programme-1"}, "refers-elsewhere"),
        ({}, "payment-requested"),
    ],
)
def test_a_request_is_refused_for_the_first_of_these(changes: dict[str, Any], code: str) -> None:
    command = REQUEST.model_copy(update=changes)
    books(REQUESTED).when(request_expenditure, command, ORG, TODAY).then_refused(code)


@pytest.mark.parametrize(
    ("decide", "command", "day"),
    [
        (approve_budget, APPROVE, "approved_on"),
        (adjust_budget, ADJUST, "adjusted_on"),
        (receive_income, RECEIVE, "received_on"),
    ],
)
def test_money_of_tomorrow_is_refused(decide: Any, command: Any, day: str) -> None:
    early = command.model_copy(update={day: TOMORROW})
    books().when(decide, early, ORG, TODAY).then_refused("date-in-future")


@pytest.mark.parametrize("amount", [0, -1, 1.5, 100.0, "100", None])
def test_an_amount_is_a_positive_whole_number_of_fen(amount: Any) -> None:
    with pytest.raises(ValidationError):
        RequestExpenditure.model_validate({**REQUESTING, "amount_fen": amount})


@pytest.mark.parametrize("name", ["requested_by", "approved_by"])
def test_who_asked_and_who_approved_is_nobody_s_text(name: str) -> None:
    for command, body in ((RequestExpenditure, REQUESTING), (PayExpenditure, PAYING)):
        with pytest.raises(ValidationError):
            command.model_validate({**body, name: "clerk-1"})


def test_a_payment_names_its_budget_line() -> None:
    body = {name: value for name, value in REQUESTING.items() if name != "budget_line"}
    with pytest.raises(ValidationError):
        RequestExpenditure.model_validate(body)
