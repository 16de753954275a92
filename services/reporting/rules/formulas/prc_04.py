"""PRC-04: one supplier only, above the open-tender threshold: a public notice of 5 working days.

The threshold is set per city and year and is UNKNOWN for most. A notice that is long enough passes
without it; a short or missing one leaves the question open until the threshold is found.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from services.reporting.projections.procurements import Procurement
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import UNION_MONEY, Facts, named

REASONS: tuple[Reason, ...] = (
    Reason("notice-long-enough", "pass", "单一来源公示不少于规定的工作日"),
    Reason("notice-too-short", "fail", "达到公开招标限额,单一来源公示不足规定的工作日", "high"),
    Reason("notice-missing", "fail", "达到公开招标限额,没有单一来源公示记录", "high"),
    Reason("below-threshold", "not_applicable", "未达到公开招标限额,不要求公示"),
    Reason("threshold-unknown", "indeterminate", "当年公开招标限额未查到,且没有足期公示", "medium"),
    Reason(
        "fund-nature-unknown", "indeterminate", "资金是否属财政性资金不明,且没有足期公示", "medium"
    ),
    Reason("amount-missing", "indeterminate", "采购金额未记,无法与公开招标限额比较", "medium"),
    Reason("calendar-unknown", "indeterminate", "公示期内或有法定假期,无法核实工作日数", "low"),
)

LONGEST_COUNTED = 62
"""Days; a longer notice runs into a month with holidays."""


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per single-source procurement for want of another supplier."""
    for procurement in facts.procurements:
        fiscal = procurement.fund not in UNION_MONEY
        if fiscal and (procurement.method, procurement.basis) == ("single_source", "only_supplier"):
            reason, used = _find(procurement, values)
            yield Judgement(
                named("procurement", procurement.stream, procurement.source),
                procurement.decided_on,
                procurement.decided_on,
                reason,
                used,
                (procurement.decided,),
                _told(procurement),
            )


def _find(procurement: Procurement, values: RuleValues) -> tuple[str, tuple[InForce, ...]]:
    """The reason, and the values it stands on."""
    day = procurement.decided_on
    needed, threshold = values.on("notice_days", day), values.on("open_tender_threshold_fen", day)
    free = values.on("months_without_holidays", day)
    if needed is None or threshold is None or free is None:
        return "not-in-force", ()
    if not isinstance(needed.value, int) or not isinstance(free.value, tuple):
        return "value-unknown", (needed, free)
    notice = _notice(procurement.notice_from, procurement.notice_to, needed.value, free.value)
    if notice == "notice-long-enough":
        return notice, (needed, free)
    used = (threshold, needed, free)
    if not isinstance(threshold.value, int):
        return "threshold-unknown", used
    if procurement.amount_fen is None:
        return "amount-missing", used
    if procurement.amount_fen < threshold.value:
        return "below-threshold", used
    if procurement.fund is None:
        return "fund-nature-unknown", (needed, threshold, free)
    return notice, (needed, threshold, free)


def _notice(
    first: date | None, last: date | None, needed: int, free_months: tuple[str, ...]
) -> str:
    """How long the notice stood, where its working days can be told."""
    if first is None or last is None:
        return "notice-missing"
    span = (last - first).days + 1
    if span < needed:
        return "notice-too-short"
    days = [first + timedelta(n) for n in range(min(span, LONGEST_COUNTED))]
    if span > LONGEST_COUNTED or any(str(day.month) not in free_months for day in days):
        return "calendar-unknown"
    working = sum(day.weekday() < 5 for day in days)
    return "notice-long-enough" if working >= needed else "notice-too-short"


def _told(procurement: Procurement) -> dict[str, int | str]:
    told: dict[str, int | str] = {}
    if procurement.notice_from and procurement.notice_to:
        told["notice"] = f"{procurement.notice_from}..{procurement.notice_to}"
    if procurement.amount_fen is not None:
        told["amount_fen"] = procurement.amount_fen
    return told
