"""WEL-08: a marriage gift is goods, to a member, once, within the cap of the place (结婚慰问品).

Judged per gift. No event says yet which marriage a gift is for: a second one in the same year is
a second gift for one.
"""

from collections.abc import Iterator

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, named
from services.reporting.rules.formulas.occasions import (
    GIFT_REASONS,
    TWICE,
    Members,
    gifts_for,
    gravest,
    later_ones,
    look,
)

REASONS: tuple[Reason, ...] = (*GIFT_REASONS, TWICE)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per marriage gift."""
    gifts = gifts_for(facts, "marriage")
    later = later_ones(gifts, each_year=True)
    members = Members(facts)
    for gift in gifts:
        member, twice = members.has(gift), gift.stream in later
        looked = look(gift, facts, values, twice=twice, member=member)
        yield gravest(named("gift", gift.stream, gift.source), [looked])
