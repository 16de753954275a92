"""WEL-10: a member in hospital may have sympathy money, within the cap of the place (住院慰问金).

Judged per claim that was approved or paid. That one illness is not paid twice is EVD-06's.
"""

from collections.abc import Iterator

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

REASONS: tuple[Reason, ...] = MONEY_REASONS


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per hospital claim."""
    roll = Roll(facts)
    for claim in granted(facts, "hospital"):
        allowed, member = values.on("recipients", case_day(claim)), roll.member(claim)
        if allowed is None:
            reason, cap = "not-in-force", None
        elif member is None:
            reason, cap = ROLL_MISSING.code, None
        elif not member:
            reason, cap = NOT_MEMBER.code, None
        else:
            reason, cap = amount(claim, values, "cap_fen")
        yield judged(claim, reason, (cap, allowed), "cap_fen", values)
