"""WEL-06: holiday gifts go to members only, all of the same standard (发放范围为全体会员,标准一致).

Judged per programme: each recipient against the roll of the day of issue and the frozen roster, and
the portions against one another. Every recipient who does not fit is named. Facts decide, whatever
the producer of a gift said of its recipient; for people named one by one there is no roster.
"""

from collections import Counter
from collections.abc import Iterator

from services.reporting.projections.deliveries import Delivery
from services.reporting.projections.programmes import Programme
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, nearest
from services.reporting.rules.formulas.shared_terms import (
    PAYER_UNKNOWN,
    Handout,
    by_programme,
    days_of,
    holiday_gifts,
    in_force,
    issued_of,
    payer_unknown,
)

REASONS: tuple[Reason, ...] = (
    Reason("members-only", "pass", "领取人发放当日均为会员且在名册内,标准一致"),
    Reason("recipient-not-member", "fail", "有人发放当日不是会员而领取了节日慰问品", "block"),
    Reason("received-twice", "fail", "有人在同一项目中重复领取节日慰问品", "high"),
    Reason("standard-differs", "fail", "同一项目的节日慰问品份数或金额不一致", "high"),
    Reason("recipient-off-roster", "fail", "有会员不在冻结的名册内而领取,须说明", "medium"),
    Reason("roll-missing", "indeterminate", "没有会员名册记录,无法核对领取人", "high"),
    Reason("roster-missing", "indeterminate", "没有完整的冻结名册,无法核对领取人", "medium"),
    PAYER_UNKNOWN,
    Reason("amount-missing", "indeterminate", "有慰问品未记金额,无法核对标准是否一致", "low"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per programme with holiday gifts."""
    for handout in by_programme(facts, holiday_gifts(facts)):
        gifts = handout.gifts
        reason, concerned = _find(facts, handout)
        used = in_force(gifts, values, "recipients", "standards")
        yield Judgement(
            handout.subject,
            *days_of(gifts),
            reason if used else "not-in-force",
            used,
            issued_of(concerned or gifts),
            {"recipients": len({gift.person_id for gift in gifts}), "concerned": len(concerned)},
            tuple(gift.person_id for gift in concerned),
        )


def _find(facts: Facts, handout: Handout) -> tuple[str, list[Delivery]]:
    """The gravest reason, and the deliveries it concerns."""
    _, programme, gifts = handout
    registers = {source: True for told in facts.roll.values() for source in told}
    if not all(nearest(registers, gift.source) for gift in gifts):
        return "roll-missing", []
    outside = [gift for gift in gifts if not _member(facts, gift)]
    known = [gift for gift in outside if gift.payer is not None]
    if known:
        return "recipient-not-member", known
    if outside:
        return PAYER_UNKNOWN.code, outside
    times = Counter(gift.person_id for gift in gifts)
    twice = [gift for gift in gifts if gift.again or times[gift.person_id] > 1]
    if twice:
        return "received-twice", twice
    # Equal portions are not yet equal worth: amounts are compared where they are told.
    if len({gift.quantity for gift in gifts}) > 1 or len(_amounts(gifts)) > 1:
        return "standard-differs", _unlike_most(gifts)
    if programme is None or programme.population != "named":
        roster = _roster(facts, programme)
        if roster is None or programme is None or not programme.roster_complete:
            return "roster-missing", []
        off_roster = [gift for gift in gifts if gift.person_id not in roster]
        if off_roster:
            return "recipient-off-roster", off_roster
    if payer_unknown(gifts):
        return PAYER_UNKNOWN.code, payer_unknown(gifts)
    missing = [gift for gift in gifts if gift.amount_fen is None]
    return ("amount-missing", missing) if missing else ("members-only", [])


def _member(facts: Facts, gift: Delivery) -> bool:
    registered = facts.registered(gift)
    return registered is not None and registered.member_on(gift.issued_on)


def _roster(facts: Facts, programme: Programme | None) -> frozenset[str] | None:
    if programme is None:
        return None
    return facts.rosters.get(programme.programme_id, {}).get(programme.source)


def _amounts(gifts: list[Delivery]) -> set[int]:
    return {gift.amount_fen for gift in gifts if gift.amount_fen is not None}


def _unlike_most(gifts: list[Delivery]) -> list[Delivery]:
    """Those whose portion is not the commonest one; the smaller where two are as common."""
    portions = [(gift.quantity, gift.amount_fen or 0) for gift in gifts]
    common = Counter(portions)
    usual = min(common, key=lambda portion: (-common[portion], portion))
    return [gift for gift, portion in zip(gifts, portions, strict=True) if portion != usual]
