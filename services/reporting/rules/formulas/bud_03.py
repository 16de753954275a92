"""BUD-03: a budget is adjusted once a year, by the procedure that made it (预算一年调整一次).

Judged per budget year that was adjusted. "In principle once": a second time is a finding to be
explained. Every body that approved the budget approves the adjustment.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from services.reporting.projections.books import BudgetLineVersion
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, once_each

REASONS: tuple[Reason, ...] = (
    Reason("once-and-alike", "pass", "当年预算调整不超过规定次数,审批机构不少于编制时"),
    Reason("adjusted-again", "fail", "当年预算调整超过规定次数(原则上一年一次)", "medium"),
    Reason("fewer-approvals", "fail", "预算调整的审批机构少于编制时", "medium"),
    Reason("original-missing", "indeterminate", "没有编制预算的记录,无法核对调整的程序", "low"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per budget year with an adjustment."""
    years: dict[int, dict[UUID, BudgetLineVersion]] = defaultdict(dict)
    rows = once_each(facts.budget_lines, lambda row: row.budget_year)
    for row in sorted(rows, key=_order):
        years[row.budget_year].setdefault(row.decided, row)
    for year, decisions in years.items():
        adjusted = [row for row in decisions.values() if row.kind == "adjusted"]
        if adjusted:
            made = [row for row in decisions.values() if row.kind == "approved"]
            yield _judge(year, made, adjusted, values)


def _judge(
    year: int,
    made: list[BudgetLineVersion],
    adjusted: list[BudgetLineVersion],
    values: RuleValues,
) -> Judgement:
    last = adjusted[-1]
    times = values.on("times_a_year", last.in_force_from)
    allowed = times.value if times is not None and isinstance(times.value, int) else 0
    needed = set(made[0].approved_by) if made else set()
    fewer = [row for row in adjusted if not needed <= set(row.approved_by)]
    concerned = adjusted
    if times is None:
        reason = "not-in-force"
    elif len(adjusted) > allowed:
        reason, concerned = "adjusted-again", adjusted[allowed:]
    elif not made:
        reason = "original-missing"
    elif fewer:
        reason, concerned = "fewer-approvals", fewer
    else:
        reason = "once-and-alike"
    days = [row.in_force_from for row in (*made, *adjusted)]
    return Judgement(
        f"budget:{year}",
        min(days),
        max(days),
        reason,
        (times,) if times is not None else (),
        tuple(row.decided for row in (*made, *concerned)),
        {"adjustments": len(adjusted)},
    )


def _order(row: BudgetLineVersion) -> tuple[date, int, str, str]:
    return row.in_force_from, row.version, str(row.decided), row.budget_line
