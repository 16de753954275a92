"""EVD-04: what is paid was approved before (先审批后支出).

Judged per payment of the union's own money, against the days of what it names: the approval of its
claim, the decision of its procurement, the meeting that decided. No text gives a lag in days: the
order of the days decides, and on one day neither comes first.
"""

from collections.abc import Iterator
from datetime import date

from services.reporting.projections.books import Payment
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, named, nearest, told_once
from services.reporting.rules.formulas.shared_terms import PAYER_UNKNOWN

REASONS: tuple[Reason, ...] = (
    Reason("approved-first", "pass", "支付不早于所见的批准与决议"),
    Reason("paid-before-approval", "fail", "支付早于批准或决议", "medium"),
    Reason("approval-unseen", "indeterminate", "没有可核对日期的批准或决议", "low"),
    PAYER_UNKNOWN,
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per payment of the union's own money."""
    for payment in told_once(facts.payments):
        if payment.payer not in {"own", None} or payment.left_fen == 0:
            continue
        order = values.on("order", payment.paid_on)
        approved = _approved(payment, facts)
        if order is None:
            reason = "not-in-force"
        elif not approved:
            reason = "approval-unseen"
        elif max(approved) <= payment.paid_on:
            reason = "approved-first"
        else:
            reason = "paid-before-approval" if payment.payer else PAYER_UNKNOWN.code
        yield Judgement(
            named("payment", payment.stream, payment.source),
            payment.paid_on,
            payment.paid_on,
            reason,
            (order,) if order is not None else (),
            (payment.paid,),
            {"paid_on": str(payment.paid_on)}
            | ({"approved_on": str(max(approved))} if approved else {}),
        )


def _approved(payment: Payment, facts: Facts) -> list[date]:
    """The days of what approved it, as far as the records tell."""
    names = [f"meeting-{payment.decision_ref}"] if payment.decision_ref is not None else []
    name = (payment.refers_to or "").removeprefix(f"{facts.org_id}/")
    if name.startswith(("claim-", "procurement-")):
        names.append(name)
    found = (nearest(facts.referred.get(each, {}), payment.source) for each in names)
    return [each.decided_on for each in found if each is not None and each.decided_on is not None]
