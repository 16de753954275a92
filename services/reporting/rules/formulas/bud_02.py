"""BUD-02: no spending without a budget or above it (严禁无预算、超预算使用工会经费).

Judged per budget line and year, on the union's own payments: the running total on each payment day
against the version of the budget in force that day. A payment that names no line is without budget.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from services.reporting.projections.books import BudgetLineVersion, Payment
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, once_each, told_once
from services.reporting.rules.formulas.shared_terms import whole_year

REASONS: tuple[Reason, ...] = (
    Reason("within-budget", "pass", "累计支出未超过支付日有效预算"),
    Reason("line-missing", "fail", "支出未注明预算科目,视为无预算支出", "block"),
    Reason("no-budget", "fail", "支付日尚无该年度预算", "block"),
    Reason("line-not-budgeted", "fail", "支付日有效预算中没有该科目", "block"),
    Reason("over-budget", "fail", "累计支出超过支付日有效预算", "block"),
    Reason("over-if-assumed", "indeterminate", "计入假定金额后超过预算,须先查明金额", "high"),
    Reason("payer-unknown", "indeterminate", "支出未注明支付方,无法核对是否为本级支出", "medium"),
    Reason("amount-assumed", "indeterminate", "支出或预算金额有假定的,不能判为合规", "medium"),
)

GRAVEST_FIRST = (
    "line-missing",
    "no-budget",
    "line-not-budgeted",
    "over-budget",
    "over-if-assumed",
    "payer-unknown",
    "amount-assumed",
    "within-budget",
)

Version = list[BudgetLineVersion]


class Line:
    """One budget line of one year: its payments in order, against the budget of their days."""

    def __init__(self, name: str | None, versions: list[Version]) -> None:
        self.name, self.versions = name, versions
        self.proven = self.stated = 0
        self.found: dict[str, list[Payment]] = defaultdict(list)
        self.budgets: dict[BudgetLineVersion, None] = {}
        self.used: dict[InForce, None] = {}

    def add(self, payment: Payment, tolerance: InForce | None) -> None:
        """Add the next payment; `tolerance` is None before the rule was in force."""
        self.stated += payment.left_fen
        unproven = payment.amount_assumed or payment.payer is None
        self.proven += 0 if unproven else payment.left_fen
        if tolerance is None:
            return
        self.used[tolerance] = None
        allowed = tolerance.value if isinstance(tolerance.value, int) else 0
        code = self._against_budget(payment, allowed)
        if payment.payer is None and code != "over-if-assumed":
            code = "payer-unknown"
        self.found[code].append(payment)

    def _against_budget(self, payment: Payment, tolerance: int) -> str:
        if self.name is None:
            return "line-missing"
        version = next(
            (v for v in reversed(self.versions) if v[0].in_force_from <= payment.paid_on), None
        )
        if version is None:
            return "no-budget"
        budget = next((row for row in version if row.budget_line == self.name), None)
        if budget is None:
            return "line-not-budgeted"
        self.budgets[budget] = None
        allowed = budget.amount_fen + tolerance
        if self.proven > allowed and not budget.amount_assumed:
            return "over-budget"
        if self.stated > allowed:
            return "over-if-assumed"
        assumed = budget.amount_assumed or self.proven < self.stated
        return "amount-assumed" if assumed else "within-budget"


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per year and budget line on which the union paid."""
    versions = _versions(facts)
    lines: dict[tuple[int, str | None], Line] = {}
    payments = told_once(facts.payments)
    for payment in sorted(payments, key=lambda payment: (payment.paid_on, payment.paid)):
        if payment.payer in {"own", None}:
            year, name = payment.paid_on.year, payment.budget_line
            line = lines.setdefault((year, name), Line(name, versions[year]))
            line.add(payment, values.on("tolerance_fen", payment.paid_on))
    for (year, name), line in lines.items():
        reason = next((code for code in GRAVEST_FIRST if line.found[code]), "not-in-force")
        concerned = line.found[reason]
        yield Judgement(
            f"budget:{year}.{name or 'none'}",
            *whole_year(year),
            reason,
            tuple(line.used),
            (*(payment.paid for payment in concerned), *(row.decided for row in line.budgets)),
            {
                "spent_fen": line.stated,
                "budget_fen": max(line.budgets, key=_order).amount_fen if line.budgets else 0,
                "payments": len(concerned),
            },
        )


def _versions(facts: Facts) -> dict[int, list[Version]]:
    """Every version of each year's budget, whole, in the order in which they came into force. Of
    two sources' budgets of a year ours is the union's."""
    whole: dict[tuple[int, date, int, str], Version] = defaultdict(list)
    for row in sorted(once_each(facts.budget_lines, lambda row: row.budget_year), key=_order):
        whole[row.budget_year, *_order(row)].append(row)
    years: dict[int, list[Version]] = defaultdict(list)
    for version in whole.values():
        years[version[0].budget_year].append(version)
    return years


def _order(row: BudgetLineVersion) -> tuple[date, int, str]:
    return row.in_force_from, row.version, str(row.decided)
