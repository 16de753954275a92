"""WEL-12: at retirement a keepsake: goods, once, within the cap of the place (退休离岗纪念品).

Judged per gift. Who retired by the register may receive, a member or no longer; no text gives a
number of days between retirement and keepsake, so none is asked for.
"""

from collections.abc import Iterator

from services.reporting.projections.deliveries import Delivery
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, named
from services.reporting.rules.formulas.occasions import (
    GIFT_REASONS,
    NOT_MEMBER,
    TWICE,
    gifts_for,
    gravest,
    later_ones,
    look,
)

NOT_RETIRED = NOT_MEMBER._replace(zh="领取人没有退休记录")
REASONS: tuple[Reason, ...] = (
    *(NOT_RETIRED if reason is NOT_MEMBER else reason for reason in GIFT_REASONS),
    TWICE,
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per retirement gift."""
    gifts = gifts_for(facts, "retirement")
    later = later_ones(gifts, each_year=False)
    for gift in gifts:
        retired = _retired(gift, facts)
        looked = look(gift, facts, values, twice=gift.stream in later, member=retired)
        yield gravest(named("gift", gift.stream, gift.source), [looked])


def _retired(gift: Delivery, facts: Facts) -> bool | None:
    """Whether the register says that the recipient retired; None where it does not know them."""
    registered = facts.registered(gift)
    return None if registered is None else registered.retired_on is not None
