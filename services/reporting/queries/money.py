"""Money of a period by month, from the lines of its figures, and against the year's budget.

Only what the union itself paid is its own spending; what a source did not say who paid stands
beside it, never in it. A month or a budget that no event states is unknown, not nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from services.reporting.figures import BY_NAME
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.books import BUDGET_LINES, PAYMENTS, BudgetLineVersion, Payment
from services.reporting.queries.conflicts import of_lists
from services.reporting.queries.knowledge import Period
from services.reporting.queries.rows import row_of
from services.reporting.rules.facts import once_each, told_once

FIGURES = {
    "income": "income_received",
    "spent": "own_expenditure_paid",
    "payer_unknown": "expenditure_payer_unknown",
}
"""The figures whose amounts the months add up to."""

BY_MONTH = f"""
SELECT to_char(occurred_on, 'YYYY-MM') AS month, list, count(*) AS lines,
    sum(amount_fen)::bigint AS amount_fen, count(*) FILTER (WHERE assumed) AS assumed
FROM {LIVE}.figure_lines
WHERE org_id = $1 AND list = ANY($2) AND occurred_on BETWEEN $3 AND $4 AND {known_at("$5")}
    AND item <> ALL($6)
GROUP BY 1, 2
"""
BUDGET = f"""
SELECT {", ".join(BUDGET_LINES.columns)} FROM {LIVE}.budget_lines
WHERE org_id = $1 AND budget_year = $2 AND in_force_from <= $3 AND {known_at("$4")}
"""
PAID = f"""
SELECT {", ".join(PAYMENTS.columns)} FROM {LIVE}.payments
WHERE org_id = $1 AND paid_on BETWEEN $2 AND $3 AND {known_at("$4")}
    AND (payer IS NULL OR payer = 'own')
"""


class Month(NamedTuple):
    """Fen of one month (`2022-01`); None where no event of the month states any. `assumed` counts
    the lines whose amount is an assumption."""

    month: str
    income_fen: int | None = None
    spent_fen: int | None = None
    payer_unknown_fen: int | None = None
    assumed: int = 0


class BudgetLine(NamedTuple):
    """A line of the budget in force at the period's end against what was paid on it in the period:
    `budget_fen` is None for a line that it does not have, `budget_line` None for payments that name
    none. What came back is taken off. `assumed`: an amount of either is an assumption."""

    budget_line: str | None
    budget_fen: int | None
    spent_fen: int
    payments: int
    assumed: bool


class Budget(NamedTuple):
    """The version of a year's budget in force at its end: since when, approved or adjusted."""

    in_force_from: date
    kind: str
    lines: list[BudgetLine]


class Money(NamedTuple):
    """The money of a period. `budget` is None where no event states one, or where the period is no
    calendar year."""

    months: list[Month]
    budget: Budget | None


async def money(connection: Any, org_id: str, period: Period, at: int) -> Money:
    """Money in and out as known at `at`."""
    return Money(
        await _months(connection, org_id, period, at),
        await _budget(connection, org_id, period, at),
    )


async def _months(connection: Any, org_id: str, period: Period, at: int) -> list[Month]:
    of_list = {name: column for column, figure in FIGURES.items() for name in BY_NAME[figure].lists}
    twice = [each.item for each in await of_lists(connection, org_id, of_list, period, at)]
    rows = await connection.fetch(BY_MONTH, org_id, list(of_list), *period, at, twice)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        month = found[row["month"]]
        month["assumed"] = month.get("assumed", 0) + row["assumed"]
        if row["amount_fen"] is not None:
            column = f"{of_list[row['list']]}_fen"
            month[column] = month.get(column, 0) + row["amount_fen"]
    return [Month(name, **found.get(name, {})) for name in _names(period)]


def _names(period: Period) -> list[str]:
    first, last = (each.year * 12 + each.month - 1 for each in period)
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(first, last + 1)]


async def _budget(connection: Any, org_id: str, period: Period, at: int) -> Budget | None:
    year = period.first.year
    if period != (date(year, 1, 1), date(year, 12, 31)):
        return None
    rows = await connection.fetch(BUDGET, org_id, year, period.last, at)
    version = _in_force([row_of(BUDGET_LINES, row) for row in rows])
    if not version:
        return None
    paid = await connection.fetch(PAID, org_id, *period, at)
    lines = against(version, told_once([row_of(PAYMENTS, row) for row in paid]))
    return Budget(version[0].in_force_from, version[0].kind, lines)


def _in_force(rows: Iterable[BudgetLineVersion]) -> list[BudgetLineVersion]:
    """The lines of the last version; of two sources' budgets ours is the union's."""
    own = once_each(rows, lambda row: row.budget_year)
    last = max((_order(row) for row in own), default=None)
    return [row for row in own if _order(row) == last]


def _order(row: BudgetLineVersion) -> tuple[date, int, str]:
    return row.in_force_from, row.version, str(row.decided)


def against(version: Iterable[BudgetLineVersion], payments: Iterable[Payment]) -> list[BudgetLine]:
    """Every line of a budget with what was paid on it, then what was paid on no line of it."""
    spent: dict[str | None, list[Payment]] = defaultdict(list)
    for payment in payments:
        spent[payment.budget_line].append(payment)
    lines = [_line(row.budget_line, row, spent.pop(row.budget_line, [])) for row in version]
    rest = sorted(spent.items(), key=lambda each: each[0] or "")
    return lines + [_line(name, None, paid) for name, paid in rest]


def _line(name: str | None, budgeted: BudgetLineVersion | None, paid: list[Payment]) -> BudgetLine:
    return BudgetLine(
        budget_line=name,
        budget_fen=budgeted.amount_fen if budgeted else None,
        spent_fen=sum(each.left_fen for each in paid),
        payments=len(paid),
        assumed=any(each.amount_assumed for each in paid)
        or (budgeted is not None and budgeted.amount_assumed),
    )
