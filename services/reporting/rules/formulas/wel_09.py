"""WEL-09: a gift for a birth is goods, to a member, within the cap for each child (生育慰问品).

Judged per gift. Another child is told by handing over again for it, and has a cap of its own; a
gift handed over again for anything else is EVD-06's.
"""

from collections.abc import Iterator

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, named
from services.reporting.rules.formulas.occasions import (
    GIFT_REASONS,
    Members,
    gifts_for,
    gravest,
    look,
)

REASONS: tuple[Reason, ...] = GIFT_REASONS


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per birth gift."""
    members = Members(facts)
    for gift in gifts_for(facts, "birth"):
        looked = look(gift, facts, values, member=members.has(gift))
        yield gravest(named("gift", gift.stream, gift.source), [looked])
