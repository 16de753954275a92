"""WEL-13: after retirement no gift from union money (退休后不得由工会经费慰问).

Judged per person and year, on gifts from the day after retirement other than the keepsake. Only
Anhui's rule of 2025 is known: elsewhere the question stays open.
"""

from collections import defaultdict
from collections.abc import Iterator

from services.reporting.projections.deliveries import Delivery
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, subject, told_once
from services.reporting.rules.formulas.shared_terms import (
    PAYER_UNKNOWN,
    days_of,
    gifts_kept,
    in_force,
    issued_of,
)

REASONS: tuple[Reason, ...] = (
    Reason("retired-at-union-cost", "fail", "退休以后的慰问由工会经费列支", "high"),
    Reason(
        "payer-rule-unknown",
        "indeterminate",
        "退休以后仍由工会经费慰问;当地是否准许未查到(安徽2025年规定由行政列支)",
        "medium",
    ),
    PAYER_UNKNOWN,
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per retired person and year in which a union gave."""
    given: dict[str, list[Delivery]] = defaultdict(list)
    for gift in told_once(gifts_kept(facts)):
        if gift.payer in {"own", None} and gift.occasion != "retirement" and _retired(gift, facts):
            name = f"{gift.person_id}.{gift.issued_on.year}"
            given[subject("retired", name, gift.source)].append(gift)
    for name, gifts in given.items():
        used = in_force(gifts, values, "payer")
        known = [gift for gift in gifts if gift.payer is not None]
        if not known:
            reason = PAYER_UNKNOWN.code
        elif any(isinstance(value.value, tuple) for value in used):
            used = tuple(value for value in used if value.value is not None)
            reason = "retired-at-union-cost"
            known = [g for g in known if values.on("payer", g.issued_on) in used] or known
        else:
            reason = "payer-rule-unknown"
        yield Judgement(
            name,
            *days_of(gifts),
            reason,
            used,
            issued_of(known or gifts),
            {"gifts": len(gifts)},
            (gifts[0].person_id,),
        )


def _retired(gift: Delivery, facts: Facts) -> bool:
    registered = facts.registered(gift)
    retired = registered.retired_on if registered is not None else None
    return retired is not None and gift.issued_on > retired
