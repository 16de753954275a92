"""The books: every version of a budget stays, and a payment is one event."""

from datetime import date

from services.reporting.projections.books import BUDGET_LINES, PAYMENTS
from shared.contract.benefits import BudgetAmount
from shared.contract.values import BudgetLine
from tests.examples.benefits import budget_adjusted, budget_approved, expenditure_paid
from tests.reporting.history import History, current_rows, folded


def amounts(**fen: int) -> tuple[BudgetAmount, ...]:
    names: dict[str, BudgetLine] = {
        "welfare": "staff_activity.welfare",
        "warmth": "rights.warmth",
    }
    return tuple(
        BudgetAmount(budget_line=names[name], amount_fen=amount) for name, amount in fen.items()
    )


def test_an_adjustment_adds_a_version_and_leaves_the_one_before() -> None:
    approved = budget_approved(
        occurred_on=date(2022, 1, 5),
        lines=amounts(welfare=500, warmth=100),
        approved_by=("committee",),
    )
    adjusted = budget_adjusted(
        occurred_on=date(2022, 9, 1),
        lines=amounts(welfare=700),
        approved_by=("committee", "superior"),
    )
    entries = History()(approved, adjusted).entries()
    rows = current_rows(folded(BUDGET_LINES, entries)).values()
    told = sorted((r.version, r.kind, r.budget_line, r.amount_fen, r.in_force_from) for r in rows)
    assert told == [
        (1, "approved", "rights.warmth", 100, date(2022, 1, 5)),
        (1, "approved", "staff_activity.welfare", 500, date(2022, 1, 5)),
        (2, "adjusted", "staff_activity.welfare", 700, date(2022, 9, 1)),
    ]


def test_a_line_listed_twice_is_worth_both() -> None:
    approved = budget_approved(
        occurred_on=date(2022, 1, 5),
        lines=(*amounts(welfare=500), *amounts(welfare=200)),
        approved_by=("committee",),
    )
    (row,) = current_rows(folded(BUDGET_LINES, History()(approved).entries())).values()
    assert row.amount_fen == 700


def test_two_sources_with_one_payment_id_are_two_payments() -> None:
    paid = expenditure_paid(
        occurred_on=date(2022, 3, 1),
        payment_id="p1",
        amount_fen=100,
        requested_by="clerk-1",
        approved_by="chair-1",
        budget_line=None,
        refers_to=None,
        decision_ref=None,
    )
    rows = current_rows(folded(PAYMENTS, History()(paid).from_outside(paid).entries()))
    assert [row.amount_fen for row in rows.values()] == [100, 100]
