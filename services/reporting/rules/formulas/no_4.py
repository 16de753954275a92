"""NO-4: the union's account is nobody's slush fund (不准利用工会账户设“小金库”).

Judged per sum from the administration. The pattern that auditors found is money in and gifts out
soon after; how soon no text says, so the same calendar year is looked at and the days are told. A
machine can ask, and cannot clear.
"""

from collections.abc import Iterator

from services.reporting.projections.books import Income, Payment
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, named, told_once
from shared.contract.values import HOLIDAYS

REASONS: tuple[Reason, ...] = (
    Reason(
        "gifts-after-it",
        "indeterminate",
        "行政补助到账后,当年由工会账户支付了节日慰问品,须说明该补助的用途",
        "high",
    ),
    Reason(
        "same-sum-after-it",
        "indeterminate",
        "行政补助到账后,当年由工会账户付出同样金额,须说明该补助的用途",
        "high",
    ),
    Reason("no-pattern", "not_applicable", "行政补助到账后当年未见相应的转出(不等于没有)"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per sum received from the administration."""
    holiday = {
        f"{facts.org_id}/programme-{gift.programme_id}"
        for gift in facts.deliveries
        if gift.occasion in HOLIDAYS
    }
    own = [each for each in told_once(facts.payments) if each.payer in {"own", None}]
    for income in told_once(facts.incomes):
        if income.income_source == "administrative_subsidy":
            later = [payment for payment in own if _follows(payment, income)]
            gifts = [payment for payment in later if payment.refers_to in holiday]
            same = [payment for payment in later if payment.amount_fen == income.amount_fen]
            yield _judge(income, gifts, same, values)


def _follows(payment: Payment, income: Income) -> bool:
    same_year = payment.paid_on.year == income.received_on.year
    return same_year and payment.paid_on >= income.received_on


def _judge(
    income: Income, gifts: list[Payment], same: list[Payment], values: RuleValues
) -> Judgement:
    out = same or gifts
    reason = "same-sum-after-it" if same else "gifts-after-it" if gifts else "no-pattern"
    prohibited = values.on("prohibited", income.received_on)
    told: dict[str, int | str] = {"received_fen": income.amount_fen}
    if out:
        first = min(payment.paid_on for payment in out)
        told["paid_out_fen"] = sum(payment.left_fen for payment in out)
        told["days_between"] = (first - income.received_on).days
    return Judgement(
        named("income", income.stream, income.source),
        income.received_on,
        income.received_on,
        reason if prohibited is not None else "not-in-force",
        (prohibited,) if prohibited is not None else (),
        (income.received, *(payment.paid for payment in out)),
        told,
    )
