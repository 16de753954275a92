"""RPT-01: what an issued report states is still what the records give (签发后数字变动).

Judged per number that moved since, of every report that stands: a late or corrected fact moves a
number, and the report that was handed in says another. One judgement says of a report that none
did. A report that another superseded is not judged. The law is that of the day of issue, which for
a year's report lies after the year.
"""

from collections.abc import Iterator

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts

REASONS: tuple[Reason, ...] = (
    Reason("as-issued", "pass", "签发报告所载数字与现有记录一致"),
    Reason("number-moved", "fail", "签发报告所载数字与现有记录不一致", "high"),
    Reason(
        "figure-gone",
        "indeterminate",
        "签发报告所载指标已不再统计,无法核对",
        "medium",
    ),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per number that moved, and one per report of which none did."""
    for report in facts.reports:
        moved = [each for each in facts.moved if each.report_id == report.report_id]
        agreement = values.on("moved", report.issued_on)
        used = () if agreement is None else (agreement,)
        days = (report.period_from, report.period_to)
        if not moved or not used:
            reason = "as-issued" if used else "not-in-force"
            subject = f"report:{report.report_id}"
            yield Judgement(
                subject, *days, reason, used, (report.issued,), acted_on=report.issued_on
            )
            continue
        for number in moved:
            told: dict[str, int | str] = {"figure": number.figure, "stated": number.stated}
            if number.found is not None:
                told["found"] = number.found
            yield Judgement(
                f"report:{report.report_id}/{number.figure}",
                *days,
                "figure-gone" if number.found is None else "number-moved",
                used,
                (report.issued, *number.events),
                told,
                acted_on=report.issued_on,
            )
