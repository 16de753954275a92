"""Budgets, income and the books, which are `ExpenditurePaid` alone."""

from typing import Literal

from shared.contract.benefits.benefits_event import BenefitsEvent
from shared.contract.envelope import Part
from shared.contract.values import (
    BudgetLine,
    BusinessDate,
    CorrectionReason,
    Count,
    Fen,
    Flag,
    Fund,
    IncomeSource,
    Line,
    Payer,
    PositiveFen,
    Slug,
)

Posting = Literal["in_period", "adjustment"]
"""Where a correction counts: in the period of what it corrects; or, that period being closed, as an
adjustment (以前年度调整) on its own day."""


class BudgetAmount(Part):
    """One line of a budget and its amount for the year, in fen."""

    budget_line: BudgetLine
    amount_fen: Fen


class BudgetApproved(BenefitsEvent, stream="budget-{budget_year}"):
    """The year's budget, line by line, after committee, audit committee and the union above."""

    budget_year: Count
    lines: tuple[BudgetAmount, ...]
    approved_by: tuple[Slug, ...]
    amount_assumed: Flag = False


class BudgetAdjusted(BenefitsEvent, stream="budget-{budget_year}"):
    """The budget's lines as they are from now on (in principle once a year, BUD-03)."""

    budget_year: Count
    lines: tuple[BudgetAmount, ...]
    approved_by: tuple[Slug, ...]
    amount_assumed: Flag = False


class IncomeReceived(BenefitsEvent, stream="income-{income_id}"):
    """Money the union received. No `fund`: the source does not know it."""

    income_id: Slug
    source: IncomeSource
    fund: Fund | None = None
    amount_fen: PositiveFen
    amount_assumed: Flag = False


class IncomeCorrected(BenefitsEvent, stream="income-{income_id}"):
    """What was entered of an income is corrected: source, fund, amount and day, as they are.

    `posting`: in the period of the income; or, where that is closed, as an adjustment on the day of
    the correction: the difference from `was_fen` of `was_source`, which stood before.
    No `fund`: the source does not know it.
    """

    income_id: Slug
    source: IncomeSource
    fund: Fund | None = None
    amount_fen: PositiveFen
    amount_assumed: Flag = False
    received_on: BusinessDate
    was_source: IncomeSource
    was_fen: PositiveFen
    posting: Posting
    reason: CorrectionReason


class ExpenditureRequested(BenefitsEvent, stream="payment-{payment_id}"):
    """Money asked for (申请支出). Who asked is the actor of this event, and is named nowhere else.

    `refers_to` is the stream it is to pay for, such as a programme.
    """

    payment_id: Slug
    fund: Fund
    payer: Payer
    budget_line: BudgetLine
    amount_fen: PositiveFen
    amount_assumed: Flag = False
    refers_to: Line | None = None


class ExpenditurePaid(BenefitsEvent, stream="payment-{payment_id}"):
    """Money the union paid: the books. `refers_to` is the stream it paid for, such as a programme.

    Only other sources may leave `budget_line` out; its absence is a finding, never a pass. Of ours,
    `requested_by` is the actor of its ExpenditureRequested and `approved_by` its own; of other
    sources both are what they say, and nobody has checked them. Who asked, who approved, the fund
    and the payer may be unknown to another source: absent, never guessed.
    """

    payment_id: Slug
    fund: Fund | None = None
    payer: Payer | None = None
    budget_line: BudgetLine | None = None
    amount_fen: PositiveFen
    amount_assumed: Flag = False
    refers_to: Line | None = None
    requested_by: Line | None = None
    approved_by: Line | None = None
    decision_ref: Slug | None = None


class ExpenditureReversed(BenefitsEvent, stream="payment-{payment_id}"):
    """A payment is undone (冲销), or money of it came back (退款): `amount_fen` of it.

    `posting`: the payment drops from its own period, where it never was due; or, where that period
    is closed or the money did move, the amount is taken off on the day of the reversal. A part is
    always taken off so. Fund and payer are those of the payment: unknown there, unknown here.
    """

    payment_id: Slug
    fund: Fund | None = None
    payer: Payer | None = None
    budget_line: BudgetLine | None = None
    amount_fen: PositiveFen
    posting: Posting
    reason: Literal["entered_in_error", "duplicate", "wrong_amount", "refunded"]
