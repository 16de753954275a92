"""What the rules on gifts to single people share: birthday, marriage, birth, retirement.

The national text names the form (goods), the recipients (members) and the occasion; the amount is
left to the places. So form and recipient can fail everywhere, while nothing passes where the cap of
the place is not known.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.reporting.projections.deliveries import Delivery
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, nearest, told_once
from services.reporting.rules.formulas.shared_terms import (
    PAYER_UNKNOWN,
    days_of,
    gifts_kept,
    issued_of,
)

MONEY = frozenset({"cash", "transfer", "shopping_card"})
"""Forms that are no goods, whatever is read into the text."""

MONEY_GIVEN = Reason("money-given", "fail", "以现金、转账或购物卡发放,只准发放实物", "high")
NOT_MEMBER = Reason("recipient-not-member", "fail", "发放当日领取人不是会员", "high")
TWICE = Reason("given-twice", "fail", "同一人同一事由发了两次以上", "high")
OVER = Reason("over-cap", "fail", "超过当地限额", "high")
FORM_UNKNOWN = Reason(
    "form-unknown", "indeterminate", "发放形式(如提货券)是否准许,尚无依据", "medium"
)
ROLL_MISSING = Reason("roll-missing", "indeterminate", "没有会员名册记录,无法核对领取人", "medium")
OVER_LAST = Reason(
    "over-last-known-cap",
    "indeterminate",
    "当日限额未查到;按最后已知限额则已超过,须先查明",
    "medium",
)
ASSUMED = Reason(
    "over-if-assumed", "indeterminate", "计入假定金额后超过限额,须先查明金额", "medium"
)
CAP_UNKNOWN = Reason("cap-unknown", "indeterminate", "当地限额未查到,不能判为合规", "low")
AMOUNT_MISSING = Reason("amount-missing", "indeterminate", "未记金额,无法与限额比较", "low")
AMOUNT_ASSUMED = Reason("amount-assumed", "indeterminate", "金额是假定的,不能据以判为合规", "low")
WITHIN = Reason("within-cap", "pass", "形式、对象、次数合于规定,金额不超过当地限额")

GIFT_REASONS: tuple[Reason, ...] = (
    MONEY_GIVEN,
    NOT_MEMBER,
    OVER,
    PAYER_UNKNOWN,
    OVER_LAST,
    ASSUMED,
    FORM_UNKNOWN,
    ROLL_MISSING,
    CAP_UNKNOWN,
    AMOUNT_MISSING,
    AMOUNT_ASSUMED,
    WITHIN,
)
GRAVEST_FIRST = tuple(reason.code for reason in (MONEY_GIVEN, NOT_MEMBER, TWICE, *GIFT_REASONS[2:]))
FAILS = frozenset({MONEY_GIVEN.code, NOT_MEMBER.code, TWICE.code, OVER.code})


class Looked(NamedTuple):
    """One gift looked at: the gravest reason, the values it stands on, the cap applied or named."""

    gift: Delivery
    reason: str
    used: tuple[InForce, ...]
    cap: InForce | None


def gifts_for(facts: Facts, occasion: str) -> list[Delivery]:
    """Gifts on an occasion that are, or may be, a union's, each once, by day and event."""
    return [
        gift
        for gift in told_once(gifts_kept(facts, occasion))
        if gift.occasion == occasion and gift.payer != "administration"
    ]


def later_ones(gifts: Iterable[Delivery], *, each_year: bool) -> set[str]:
    """The streams of those that a person got after the first, ever or in one calendar year; also
    what was handed over again."""
    had: set[tuple[str, int]] = set()
    later: set[str] = set()
    for gift in gifts:
        key = (gift.person_id, gift.issued_on.year if each_year else 0)
        if key in had or gift.again:
            later.add(gift.stream)
        had.add(key)
    return later


def look(
    gift: Delivery,
    facts: Facts,
    values: RuleValues,
    *,
    twice: bool = False,
    member: bool | None = None,
) -> Looked:
    """A gift against form, recipient, number and cap of its day. `member` says whether it went to
    whom it may (None: nobody can say)."""
    day = gift.issued_on
    forms, cap = values.on("forms", day), values.on("cap_fen", day)
    if forms is None or cap is None:
        return Looked(gift, "not-in-force", (), None)
    allowed = forms.value if isinstance(forms.value, tuple) else ()
    if gift.payment_form in MONEY:
        reason = MONEY_GIVEN.code
    elif member is False:
        reason = NOT_MEMBER.code
    elif twice:
        reason = TWICE.code
    elif gift.payment_form not in allowed:
        return Looked(gift, _unsaid(gift, FORM_UNKNOWN.code), (forms,), None)
    elif member is None:
        return Looked(gift, ROLL_MISSING.code, (forms,), None)
    else:
        reason, named = _amount(gift, facts, values, cap)
        return Looked(gift, _unsaid(gift, reason), (cap, forms), named)
    return Looked(gift, _unsaid(gift, reason), (forms,), None)


def _unsaid(gift: Delivery, reason: str) -> str:
    """Where nobody says who paid, it may be no union's gift: that fails nothing, passes nothing."""
    decides = reason in FAILS or reason == WITHIN.code
    return PAYER_UNKNOWN.code if gift.payer is None and decides else reason


def _amount(
    gift: Delivery, facts: Facts, values: RuleValues, cap: InForce
) -> tuple[str, InForce | None]:
    """How the gift's worth stands to the cap; two children are two gifts in one."""
    times = 1 + (gift.again if gift.again_why == "another_birth" else 0)
    programme = facts.programme_of(gift)
    assumed = programme is not None and programme.amount_assumed
    amount = gift.amount_fen
    if not isinstance(cap.value, int):
        last = values.last_known("cap_fen", gift.issued_on)
        limit = last.value if last is not None else None
        over = isinstance(limit, int) and amount is not None and amount > limit * times
        return (OVER_LAST if over else CAP_UNKNOWN).code, last
    if amount is None:
        return AMOUNT_MISSING.code, cap
    if amount > cap.value * times:
        return (ASSUMED if assumed else OVER).code, cap
    return (AMOUNT_ASSUMED if assumed else WITHIN).code, cap


class Members:
    """Who is a member, by the registers that there are."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._registers = {source: True for told in facts.roll.values() for source in told}

    def has(self, gift: Delivery) -> bool | None:
        """Whether the recipient was a member on the day of issue; None where no register says."""
        if not nearest(self._registers, gift.source):
            return None
        registered = self._facts.registered(gift)
        return registered is not None and registered.member_on(gift.issued_on)


def gravest(subject: str, looked: list[Looked]) -> Judgement:
    """One judgement of several gifts: the gravest reason, and whom it concerns."""
    by_reason: dict[str, list[Looked]] = defaultdict(list)
    for each in looked:
        by_reason[each.reason].append(each)
    reason = next((code for code in GRAVEST_FIRST if code in by_reason), "not-in-force")
    concerned = by_reason[reason]
    gifts = [each.gift for each in concerned]
    used = tuple(dict.fromkeys(value for each in concerned for value in each.used))
    return Judgement(
        subject,
        *days_of(gifts),
        reason,
        used,
        issued_of(gifts),
        _numbers(looked, concerned),
        tuple(gift.person_id for gift in gifts),
    )


def _numbers(looked: list[Looked], concerned: list[Looked]) -> Mapping[str, int | str]:
    told: dict[str, int | str] = {"gifts": len(looked), "concerned": len(concerned)}
    amounts = [each.gift.amount_fen for each in looked if each.gift.amount_fen is not None]
    if amounts:
        told["highest_fen"] = max(amounts)
    caps = [each.cap for each in concerned if each.cap is not None]
    if caps and isinstance(caps[0].value, int):
        told["cap_fen"] = caps[0].value
        if concerned[0].reason in {OVER_LAST.code, CAP_UNKNOWN.code}:
            told["last_known_until"] = str(caps[0].effective_to)
    return told
