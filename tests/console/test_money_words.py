"""Every budget line of the contract has its word."""

from typing import get_args

from services.console.money_words import BUDGET_LINES
from shared.contract.values import BudgetLine


def test_every_budget_line_has_its_word() -> None:
    assert list(BUDGET_LINES) == list(get_args(BudgetLine))
