"""EVD-01: every gift has a real-name receipt by its recipient (实名发放、实名签收).

Judged per programme. No source gives a number of days for signing, so none is invented: while the
programme is open a missing receipt is awaited, and overdue once the year of issue is over; when the
programme is closed it is missing. A gift that two sources tell is one gift.
"""

from collections.abc import Iterator

from services.reporting.projections.deliveries import Delivery
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, told_once
from services.reporting.rules.formulas.shared_terms import (
    by_programme,
    days_of,
    gifts_kept,
    in_force,
    issued_of,
)

REASONS: tuple[Reason, ...] = (
    Reason("all-signed", "pass", "全部由领取人本人实名签收"),
    Reason("signed-before-issue", "fail", "签收日期早于发放日期", "block"),
    Reason("signed-by-another", "fail", "由他人代签,不是领取人本人签收", "block"),
    Reason("receipt-missing", "fail", "项目已结束,仍有领取人未签收", "block"),
    Reason("receipt-overdue", "indeterminate", "发放年度已过,项目未结束,仍有领取人未签收", "high"),
    Reason("receipt-awaited", "indeterminate", "项目未结束,尚有领取人未签收", "info"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per programme with gifts."""
    for subject, programme, gifts in by_programme(facts, told_once(gifts_kept(facts))):
        closed = programme is not None and programme.closed_on is not None
        reason, concerned = _find(gifts)
        if reason == "receipt-missing" and not closed:
            year_over = all(gift.issued_on.year < facts.known_on.year for gift in concerned)
            reason = "receipt-overdue" if year_over else "receipt-awaited"
        used = in_force(gifts, values, "receipts")
        signed = tuple(gift.signed for gift in concerned or gifts if gift.signed is not None)
        yield Judgement(
            subject,
            *days_of(gifts),
            reason if used else "not-in-force",
            used,
            (*issued_of(concerned or gifts), *signed),
            {
                "gifts": len(gifts),
                "signed": sum(gift.signed is not None for gift in gifts),
                "concerned": len(concerned),
            },
            tuple(gift.person_id for gift in concerned),
        )


def _find(gifts: list[Delivery]) -> tuple[str, list[Delivery]]:
    """The gravest reason, and the deliveries it concerns."""
    early = [gift for gift in gifts if gift.signed_on and gift.signed_on < gift.issued_on]
    if early:
        return "signed-before-issue", early
    other = [gift for gift in gifts if gift.signed and gift.signed_by != gift.person_id]
    if other:
        return "signed-by-another", other
    missing = [gift for gift in gifts if gift.signed is None]
    if missing:
        return "receipt-missing", missing
    return "all-signed", []
