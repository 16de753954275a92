"""WEL-02: no holiday gift for Women's Day (三八节不发节日慰问).

Judged per programme of Women's Day with gifts of a union. The text says that the day is for part of
the people; that no gift may follow is inference, and the finding says so. A contest on that day is
an activity, and its prizes are no gifts. Teachers' Day is no occasion that an event can name.
"""

from collections.abc import Iterator

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, told_once
from services.reporting.rules.formulas.shared_terms import (
    PAYER_UNKNOWN,
    by_programme,
    days_of,
    gifts_kept,
    in_force,
    issued_of,
    payer_unknown,
)

REASONS: tuple[Reason, ...] = (
    Reason(
        "gift-on-a-part-day",
        "fail",
        "三八节属部分公民放假的节日,不属逢年过节而发了慰问品(不得发放为推断,可说明)",
        "high",
    ),
    PAYER_UNKNOWN,
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per programme of Women's Day."""
    gifts = [
        gift
        for gift in told_once(gifts_kept(facts, "womens_day"))
        if gift.occasion == "womens_day" and gift.payer != "administration"
    ]
    for subject, _, given in by_programme(facts, gifts):
        used = in_force(given, values, "part_days")
        known = [gift for gift in given if gift.payer is not None]
        if not used:
            reason = "not-in-force"
        else:
            reason = "gift-on-a-part-day" if known else PAYER_UNKNOWN.code
        yield Judgement(
            subject,
            *days_of(given),
            reason,
            used,
            issued_of(known or payer_unknown(given)),
            {"gifts": len(given)},
        )
