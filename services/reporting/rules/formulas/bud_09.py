"""BUD-09: who asks and who approves are different people (经办与审批分离).

Judged per claim (who filed it, who approved it, who paid it) and per payment (who asked, who
approved). Judged is who acted: the logins of our own services' events. What another source says of
people is its own word, and its one service account acts for all of them: that is indeterminate.
"""

from collections.abc import Iterator

from services.reporting.projections.books import Payment
from services.reporting.projections.claims import Claim
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, named
from shared.contract.catalogue import source_of

OWN = source_of("benefits")

REASONS: tuple[Reason, ...] = (
    Reason("separated", "pass", "经办人与审批人不是同一人"),
    Reason("maker-is-approver", "fail", "经办人与审批人是同一人", "block"),
    Reason("approver-is-payer", "fail", "审批人与支付人是同一人", "block"),
    Reason("approval-missing", "indeterminate", "已支付而没有审批记录,无法核对职务分离", "high"),
    Reason(
        "self-declared",
        "indeterminate",
        "经办、审批由来源自行申报,无法核对职务分离",
        "high",
    ),
    Reason("maker-unknown", "indeterminate", "没有经办人或审批人记录,无法核对职务分离", "high"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per claim that was approved or paid, and one per payment of our own money."""
    for claim in facts.claims:
        if claim.approved is not None or claim.paid is not None:
            yield _judge_claim(claim, values)
    for payment in facts.payments:
        if payment.payer in {"own", None}:
            yield _judge_payment(payment, values)


def _judge_claim(claim: Claim, values: RuleValues) -> Judgement:
    day = claim.approved_on or claim.paid_on or claim.first_on
    separation = values.on("people", day)
    makers = {maker for maker in (claim.maker, claim.filed_by) if maker}
    if separation is None:
        reason = "not-in-force"
    elif claim.approved is None:
        reason = "approval-missing"
    elif claim.source != OWN:
        reason = "self-declared"
    elif not makers or not claim.approver or (claim.paid is not None and not claim.paid_by):
        reason = "maker-unknown"
    elif claim.approver in makers:
        reason = "maker-is-approver"
    else:
        reason = "approver-is-payer" if claim.approver == claim.paid_by else "separated"
    return Judgement(
        named("claim", claim.stream, claim.source),
        day,
        day,
        reason,
        (separation,) if separation else (),
        claim.events,
    )


def _judge_payment(payment: Payment, values: RuleValues) -> Judgement:
    separation = values.on("people", payment.paid_on)
    asked, approved = ((who or "").strip() for who in (payment.requested_by, payment.approved_by))
    if separation is None:
        reason = "not-in-force"
    elif payment.requested_by is None or payment.approved_by is None:
        reason = "maker-unknown"
    elif payment.source != OWN or (approved and payment.recorded_by != approved):
        reason = "self-declared"
    elif not asked or not approved:
        reason = "maker-unknown"
    else:
        reason = "maker-is-approver" if asked == approved else "separated"
    return Judgement(
        named("payment", payment.stream, payment.source),
        payment.paid_on,
        payment.paid_on,
        reason,
        (separation,) if separation else (),
        (payment.paid,),
    )
