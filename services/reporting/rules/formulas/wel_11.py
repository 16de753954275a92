"""WEL-11: money at the death of a member, a spouse, a parent or a child (去世慰问金).

Judged per claim that was approved or paid. Parents-in-law are in no list that was read: some places
allow them, so they leave the question open.
"""

from collections.abc import Iterator

from services.reporting.projections.claims import Claim
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts
from services.reporting.rules.formulas.sympathy import (
    MONEY_REASONS,
    NOT_MEMBER,
    ROLL_MISSING,
    Roll,
    amount,
    case_day,
    granted,
    judged,
)

REASONS: tuple[Reason, ...] = (
    *MONEY_REASONS,
    Reason("relation-missing", "indeterminate", "未注明去世者与会员的关系,无法核对", "medium"),
    Reason(
        "relation-unlisted",
        "indeterminate",
        "去世者不在已见的直系亲属名单内(如岳父母、公婆),当地是否准许未查到",
        "medium",
    ),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per bereavement claim."""
    roll = Roll(facts)
    for claim in granted(facts, "bereavement"):
        name = "member_cap_fen" if claim.relation == "self" else "relative_cap_fen"
        listed, member = values.on("relations", case_day(claim)), roll.member(claim)
        reason, cap = None, None
        if listed is None:
            reason = "not-in-force"
        elif member is None:
            reason = ROLL_MISSING.code
        elif not member:
            reason = NOT_MEMBER.code
        else:
            reason = _relation(claim, listed.value)
        if reason is None:
            reason, cap = amount(claim, values, name)
        yield judged(claim, reason, (cap, listed), name, values)


def _relation(claim: Claim, listed: object) -> str | None:
    """Why the relation leaves the question open, if it does."""
    if claim.relation is None:
        return "relation-missing"
    allowed = listed if isinstance(listed, tuple) else ()
    return None if claim.relation in allowed else "relation-unlisted"
