"""WEL-01: what goes to all members is for a statutory holiday (节日慰问限于法定节日).

Judged per programme for all members that is no gift to single people and none of another rule
(birthday, marriage, summer, Women's Day: WEL-02). Festivals of minorities are lawful too and no
event can name one, so an occasion given as "other" is a question, not yet a breach.
"""

from collections.abc import Iterator

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, told_once
from services.reporting.rules.formulas.shared_terms import (
    PAYER_UNKNOWN,
    Handout,
    by_programme,
    days_of,
    gifts_kept,
    in_force,
    issued_of,
    payer_unknown,
)
from shared.contract.values import HOLIDAYS

REASONS: tuple[Reason, ...] = (
    Reason("statutory-holiday", "pass", "面向会员的慰问属法定节日"),
    Reason(
        "ground-unknown",
        "indeterminate",
        "面向全体会员的慰问不属七个法定节日,须说明依据(如经批准的少数民族节日)",
        "high",
    ),
    PAYER_UNKNOWN,
)
FOR_ALL = frozenset({"members", "staff"})


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per programme for all members with gifts of a union."""
    gifts = [g for g in told_once(gifts_kept(facts)) if g.payer != "administration"]
    for handout in by_programme(facts, gifts):
        occasions = {gift.occasion for gift in handout.gifts}
        if occasions & HOLIDAYS or (occasions == {"other"} and _for_all(handout)):
            yield _judge(handout, occasions, values)


def _for_all(handout: Handout) -> bool:
    programme = handout.programme
    return programme is None or programme.population is None or programme.population in FOR_ALL


def _judge(handout: Handout, occasions: set[str], values: RuleValues) -> Judgement:
    gifts = handout.gifts
    used = in_force(gifts, values, "grounds", "holidays")
    listed = [set(value.value) for value in used if isinstance(value.value, tuple)]
    unsaid = payer_unknown(gifts)
    if not used:
        reason = "not-in-force"
    elif not all(occasions <= names for names in (HOLIDAYS, *listed)):
        reason = "ground-unknown"
    else:
        reason = PAYER_UNKNOWN.code if unsaid else "statutory-holiday"
    return Judgement(
        handout.subject,
        *days_of(gifts),
        reason,
        used,
        issued_of(unsaid if reason == PAYER_UNKNOWN.code else gifts),
        {"gifts": len(gifts), "occasion": ", ".join(sorted(occasions))},
    )
