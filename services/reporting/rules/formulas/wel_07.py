"""WEL-07: a birthday gift is goods or a named shop's cake voucher, once a year, to members.

Judged per calendar year, as the holiday gifts are: hundreds of people have a birthday, and one
question about the cap of a place is one question. Whoever received otherwise is named.
"""

from collections.abc import Iterator

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts
from services.reporting.rules.formulas.occasions import (
    GIFT_REASONS,
    TWICE,
    Members,
    gifts_for,
    gravest,
    later_ones,
    look,
)
from services.reporting.rules.formulas.shared_terms import by_year

REASONS: tuple[Reason, ...] = (*GIFT_REASONS, TWICE)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per calendar year with birthday gifts."""
    gifts = gifts_for(facts, "birthday")
    later, members = later_ones(gifts, each_year=True), Members(facts)
    for year, of_year in by_year(gifts).items():
        looked = [
            look(gift, facts, values, twice=gift.stream in later, member=members.has(gift))
            for gift in of_year
        ]
        yield gravest(f"birthdays:{year}", looked)
