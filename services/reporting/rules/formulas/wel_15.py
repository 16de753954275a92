"""WEL-15: who left before a programme's cut-off day does not receive (截止日前离开者不领).

Judged per programme with a frozen roster; its as-of day is the union's own cut-off. Who was never a
member is WEL-06's.
"""

from collections.abc import Iterator
from datetime import date

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
    Reason("none-had-left", "pass", "领取人在名册截止日均未离开"),
    Reason("left-before-the-day", "fail", "有人在名册截止日前已离开而领取", "medium"),
    Reason("roll-missing", "indeterminate", "有领取人不在会员名册记录内,无法核对是否离开", "low"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per programme with gifts and a frozen roster."""
    for name, programme, gifts in by_programme(facts, told_once(gifts_kept(facts))):
        if programme is None or programme.roster_as_of is None:
            continue
        left, unknown = [], []
        for gift in gifts:
            registered = facts.registered(gift)
            if registered is None:
                unknown.append(gift)
            elif (registered.member_until or date.max) <= programme.roster_as_of:
                left.append(gift)
        concerned: list[Delivery] = left or unknown
        reason = "left-before-the-day" if left else "roll-missing" if unknown else "none-had-left"
        used = in_force(gifts, values, "cut_off")
        yield Judgement(
            name,
            *days_of(gifts),
            reason if used else "not-in-force",
            used,
            issued_of(concerned or gifts),
            {"recipients": len(gifts), "left": len(left), "cut_off": str(programme.roster_as_of)},
            tuple(gift.person_id for gift in concerned),
        )
