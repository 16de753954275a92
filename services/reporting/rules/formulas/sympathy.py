"""What the rules on sympathy money (慰问金) share: hospital and bereavement claims.

The national text names the occasion and the member; the amount is left to the places.
"""

from datetime import date, timedelta

from services.reporting.projections.claims import Claim
from services.reporting.projections.register import Registration
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, named, nearest, told_once

NOT_MEMBER = Reason("recipient-not-member", "fail", "领取人当时不是会员", "high")
OVER = Reason("over-cap", "fail", "慰问金超过当地限额", "high")
OVER_LAST = Reason(
    "over-last-known-cap",
    "indeterminate",
    "当日限额未查到;按最后已知限额则已超过,须先查明",
    "medium",
)
ASSUMED = Reason("over-if-assumed", "indeterminate", "按假定金额则超过限额,须先查明金额", "medium")
ROLL_MISSING = Reason("roll-missing", "indeterminate", "没有会员名册记录,无法核对领取人", "medium")
CAP_UNKNOWN = Reason("cap-unknown", "indeterminate", "当地限额未查到,不能判为合规", "low")
AMOUNT_ASSUMED = Reason("amount-assumed", "indeterminate", "金额是假定的,不能据以判为合规", "low")
FUND_UNKNOWN = Reason(
    "fund-unknown", "indeterminate", "未注明经费来源,若由工会支付则不合规,须先查明", "medium"
)
WITHIN = Reason("within-cap", "pass", "事由与对象合于规定,金额不超过当地限额")
MONEY_REASONS = (
    NOT_MEMBER,
    OVER,
    OVER_LAST,
    ASSUMED,
    ROLL_MISSING,
    CAP_UNKNOWN,
    AMOUNT_ASSUMED,
    FUND_UNKNOWN,
    WITHIN,
)


def granted(facts: Facts, kind: str) -> list[Claim]:
    """Claims of a kind that were approved or paid and stand, each once: of union money, or of
    money that nobody says of whom it is."""
    return [
        claim
        for claim in told_once(facts.claims)
        if claim.kind == kind
        and claim.state in {"approved", "paid"}
        and claim.fund != "administration"
    ]


def case_day(claim: Claim) -> date:
    """The day by which a claim is judged: what happened, else its first record."""
    return claim.happened_on or claim.first_on


class Roll:
    """Who was a member, by the registers that there are."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._registers = {source: True for told in facts.roll.values() for source in told}

    def member(self, claim: Claim) -> bool | None:
        """Whether the claimant was a member on the day of the case or on its eve: a death ends
        membership that very day. None where no register says."""
        if not nearest(self._registers, claim.source):
            return None
        registered = self._of(claim)
        day = case_day(claim)
        eve = day if day == date.min else day - timedelta(days=1)
        return registered is not None and (registered.member_on(day) or registered.member_on(eve))

    def _of(self, claim: Claim) -> Registration | None:
        told = self._facts.roll.get(claim.person_id, {})
        joined = {source: row for source, row in told.items() if row.member_from is not None}
        return nearest(joined, claim.source) or nearest(told, claim.source)


def amount(claim: Claim, values: RuleValues, name: str) -> tuple[str, InForce | None]:
    """How what was paid, or approved so far, stands to the cap `name` of the case's day."""
    cap = values.on(name, case_day(claim))
    fen = claim.paid_fen if claim.paid_fen is not None else (claim.approved_fen or 0)
    if cap is not None and isinstance(cap.value, int):
        if fen > cap.value:
            return (ASSUMED if claim.amount_assumed else OVER).code, cap
        return (AMOUNT_ASSUMED if claim.amount_assumed else WITHIN).code, cap
    last = values.last_known(name, case_day(claim))
    over = last is not None and isinstance(last.value, int) and fen > last.value
    return (OVER_LAST if over else CAP_UNKNOWN).code, cap


def judged(
    claim: Claim, reason: str, used: tuple[InForce | None, ...], name: str, values: RuleValues
) -> Judgement:
    """The judgement of one claim, with what was paid and the cap it was held against. What would
    fail, were it union money, is open where nobody says whose it is."""
    if claim.fund is None and reason in {NOT_MEMBER.code, OVER.code}:
        reason = FUND_UNKNOWN.code
    told: dict[str, int | str] = {"fen": claim.paid_fen or claim.approved_fen or 0}
    last = values.last_known(name, case_day(claim))
    if last is not None and isinstance(last.value, int):
        told["cap_fen"] = last.value
        if reason in {OVER_LAST.code, CAP_UNKNOWN.code}:
            told["last_known_until"] = str(last.effective_to)
    day = case_day(claim)
    return Judgement(
        named("claim", claim.stream, claim.source),
        day,
        day,
        reason,
        tuple(value for value in used if value is not None),
        claim.events,
        told,
        (claim.person_id,),
    )
