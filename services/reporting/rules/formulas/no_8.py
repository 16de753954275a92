"""NO-8: every payment belongs to the union's work (不准报销与工会活动无关的费用).

Judged per payment of the union's own money: what it names exists, and is no session of the staff
congress and no check-up of the administration. What names nothing may still be explained.
"""

from collections.abc import Iterator

from services.reporting.projections.books import Payment
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, named, nearest, told_once
from services.reporting.rules.formulas.shared_terms import PAYER_UNKNOWN

REASONS: tuple[Reason, ...] = (
    Reason("of-the-union", "pass", "支出对应本会的活动、福利、会议、采购或决议"),
    Reason("refers-to-nothing", "fail", "支出所对应的事项在记录中不存在", "high"),
    Reason("of-the-administration", "fail", "支出对应的是行政的事项(教代会、行政体检)", "high"),
    Reason("reference-missing", "indeterminate", "支出没有注明对应的事项或决议", "medium"),
    Reason("reference-unchecked", "indeterminate", "支出对应的事项无法在本会记录中核对", "low"),
    PAYER_UNKNOWN,
)
CHECKED = ("programme", "claim", "activity", "meeting", "check", "procurement", "policy")


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per payment of the union's own money."""
    for payment in told_once(facts.payments):
        if payment.payer not in {"own", None} or payment.left_fen == 0:
            continue
        related = values.on("related_to", payment.paid_on)
        reason = _find(payment, facts) if related is not None else "not-in-force"
        if payment.payer is None and reason in {"refers-to-nothing", "of-the-administration"}:
            reason = PAYER_UNKNOWN.code
        yield Judgement(
            named("payment", payment.stream, payment.source),
            payment.paid_on,
            payment.paid_on,
            reason,
            (related,) if related is not None else (),
            (payment.paid,),
            {"amount_fen": payment.amount_fen, "refers_to": payment.refers_to or ""},
        )


def _find(payment: Payment, facts: Facts) -> str:
    if payment.refers_to is None:
        if payment.decision_ref is None:
            return "reference-missing"
        met = nearest(facts.referred.get(f"meeting-{payment.decision_ref}", {}), payment.source)
        return "of-the-union" if met is not None else "reference-unchecked"
    name = payment.refers_to.removeprefix(f"{facts.org_id}/")
    kind = name.partition("-")[0]
    if name == payment.refers_to or kind not in CHECKED:
        return "reference-unchecked"
    thing = nearest(facts.referred.get(name, {}), payment.source)
    if thing is None:
        return "refers-to-nothing"
    theirs = (kind, thing.of) in {("meeting", "staff_congress"), ("check", "administration")}
    return "of-the-administration" if theirs else "of-the-union"
