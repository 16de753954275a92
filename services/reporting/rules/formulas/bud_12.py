"""BUD-12: the staff congress is paid by the administration (教代会费用由行政负担).

Judged per session of the staff congress. Only an older list of low trust says so: union money spent
on it is a question, and nothing passes; where no payment names the session, its cost is not known.
"""

from collections.abc import Iterator

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, once_each, subject, told_once

REASONS: tuple[Reason, ...] = (
    Reason("administration-pays", "not_applicable", "教代会费用由行政支付,未动用工会经费"),
    Reason(
        "union-pays",
        "indeterminate",
        "教代会费用动用了工会经费;应由行政负担只见于较早的清单,须查明现行规定",
        "medium",
    ),
    Reason("payer-unknown", "indeterminate", "教代会费用未注明支付方", "low"),
    Reason("cost-unrecorded", "indeterminate", "没有教代会费用的支付记录,由谁负担不明", "info"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per staff congress that met."""
    payments = told_once(facts.payments)
    for meeting in once_each(facts.meetings, lambda meeting: meeting.meeting_id):
        if meeting.kind != "staff_congress" or meeting.held_on is None or meeting.held is None:
            continue
        stream = f"{facts.org_id}/meeting-{meeting.meeting_id}"
        paid = [payment for payment in payments if payment.refers_to == stream]
        payers = {payment.payer for payment in paid}
        if payers & {"own", "superior"}:
            reason = "union-pays"
        elif None in payers:
            reason = "payer-unknown"
        else:
            reason = "administration-pays" if paid else "cost-unrecorded"
        bearer = values.on("bearer", meeting.held_on)
        yield Judgement(
            subject("meeting", meeting.meeting_id, meeting.source),
            meeting.held_on,
            meeting.held_on,
            reason,
            (bearer,) if bearer is not None else (),
            (meeting.held, *(payment.paid for payment in paid)),
            {"payments": len(paid), "paid_fen": sum(payment.left_fen for payment in paid)},
        )
