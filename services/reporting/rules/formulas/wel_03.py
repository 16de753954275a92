"""WEL-03: holiday gifts are goods: never cash, a transfer or a shopping card (只发实物).

Judged per programme. A form that is neither allowed nor forbidden by anything confirmed, such as a
pick-up voucher in Tianjin, leaves the question open.
"""

from collections.abc import Iterator

from services.reporting.projections.deliveries import Delivery
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts
from services.reporting.rules.formulas.shared_terms import (
    PAYER_UNKNOWN,
    by_programme,
    days_of,
    holiday_gifts,
    issued_of,
    payer_unknown,
)

REASONS: tuple[Reason, ...] = (
    Reason("goods-only", "pass", "节日慰问品全部为实物"),
    Reason("forbidden-form", "fail", "节日慰问以现金、转账或购物卡发放,只准发放实物", "block"),
    PAYER_UNKNOWN,
    Reason("form-unknown", "indeterminate", "发放形式(如提货券)在天津是否准许,尚无依据", "medium"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per programme with holiday gifts."""
    for subject, _, gifts in by_programme(facts, holiday_gifts(facts)):
        yield _judge_programme(subject, gifts, values)


def _judge_programme(subject: str, gifts: list[Delivery], values: RuleValues) -> Judgement:
    forbidden: list[Delivery] = []
    unknown: list[Delivery] = []
    allowing: dict[InForce, None] = {}
    forbidding: dict[InForce, None] = {}
    unconfirmed: dict[InForce, None] = {}
    for gift in gifts:
        allowed = values.on("allowed_forms", gift.issued_on)
        banned = values.on("forbidden_forms", gift.issued_on)
        if banned is not None and _lists(banned, gift.payment_form):
            forbidden.append(gift)
            forbidding[banned] = None
        elif allowed is not None and not _lists(allowed, gift.payment_form):
            unknown.append(gift)
            other = values.on("other_forms", gift.issued_on)
            unconfirmed[other or allowed] = None
        elif allowed is not None:
            allowing[allowed] = None
    # Where nobody says who paid, it may be no union's gift: that fails nothing, and passes nothing.
    known = [gift for gift in forbidden if gift.payer is not None]
    unsaid = payer_unknown(gifts)
    if known:
        reason, used, evidence = "forbidden-form", forbidding, known
    elif unknown:
        reason, used, evidence = "form-unknown", unconfirmed, unknown
    elif unsaid and (forbidden or allowing):
        reason, used, evidence = PAYER_UNKNOWN.code, forbidding or allowing, unsaid
    elif allowing:
        reason, used, evidence = "goods-only", allowing, gifts
    else:
        reason, used, evidence = "not-in-force", {}, gifts
    return Judgement(
        subject,
        *days_of(gifts),
        reason,
        tuple(used),
        issued_of(evidence),
        {"gifts": len(gifts), "forbidden": len(forbidden), "unknown": len(unknown)},
        tuple(gift.person_id for gift in evidence) if evidence is not gifts else (),
    )


def _lists(entry: InForce, form: str) -> bool:
    return isinstance(entry.value, tuple) and form in entry.value
