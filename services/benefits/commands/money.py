"""What may be asked about money: the year's budget, what came in, what was paid."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contract.benefits import BudgetAmount, Posting
from shared.contract.values import (
    BudgetLine,
    BusinessDate,
    CorrectionReason,
    Flag,
    Fund,
    IncomeSource,
    Payer,
    PositiveFen,
    Slug,
)
from shared.decider.command import Sourced

BudgetYear = Annotated[int, Field(strict=True, ge=1950, le=2200)]
Lines = Annotated[tuple[BudgetAmount, ...], Field(min_length=1, max_length=100)]
ApprovedBy = Annotated[tuple[Slug, ...], Field(min_length=1, max_length=20)]
"""The bodies that agreed, such as `committee`, `audit-committee`, `superior` (BUD-04)."""

StreamName = Annotated[str, Field(pattern=r"^[a-z0-9./-]{3,120}$")]


class ApproveBudget(Sourced):
    """Record the year's budget as approved, line by line."""

    budget_year: BudgetYear
    lines: Lines
    approved_by: ApprovedBy
    approved_on: BusinessDate
    amount_assumed: Flag = False


class AdjustBudget(Sourced):
    """Record the budget's lines as they are from now on: all of them, not the differences."""

    budget_year: BudgetYear
    lines: Lines
    approved_by: ApprovedBy
    adjusted_on: BusinessDate
    amount_assumed: Flag = False


class ReceiveIncome(Sourced):
    """Record money the union received."""

    income_id: Slug
    source: IncomeSource
    fund: Fund
    amount_fen: PositiveFen
    amount_assumed: Flag = False
    received_on: BusinessDate


class RequestExpenditure(Sourced):
    """Ask for money to be paid; who asks is who sends this command.

    `refers_to` is the stream it is to pay for, such as `<org>/programme-spring-2022`.
    """

    payment_id: Slug
    fund: Fund
    payer: Payer
    budget_line: BudgetLine
    amount_fen: PositiveFen
    amount_assumed: Flag = False
    refers_to: StreamName | None = None
    requested_on: BusinessDate


class PayExpenditure(Sourced):
    """Approve what another person asked for, and record that it was paid; the approver is who sends
    this command."""

    payment_id: Slug
    decision_ref: Slug | None = None
    paid_on: BusinessDate


class CorrectIncome(Sourced):
    """Restate an income as it was. `posting`: in its own period, or, that being closed, as an
    adjustment on `corrected_on`."""

    income_id: Slug
    source: IncomeSource
    fund: Fund
    amount_fen: PositiveFen
    amount_assumed: Flag = False
    received_on: BusinessDate
    posting: Posting
    reason: CorrectionReason
    corrected_on: BusinessDate


class ReverseExpenditure(Sourced):
    """Undo a payment (all of it, unless `amount_fen` says how much), or record a refund."""

    payment_id: Slug
    amount_fen: PositiveFen | None = None
    posting: Posting
    reason: Literal["entered_in_error", "duplicate", "wrong_amount", "refunded"]
    reversed_on: BusinessDate
