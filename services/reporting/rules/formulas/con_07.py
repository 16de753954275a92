"""CON-07: two thirds of the delegates attend the members' congress (会员代表大会三分之二到会).

Judged per session. The instrument is confirmed, its number is only known (KNOW): falling short of
it is a finding a person must answer, meeting it is no proof.
"""

from collections.abc import Iterator
from fractions import Fraction

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, once_each, subject

REASONS: tuple[Reason, ...] = (
    Reason("quorum-met", "pass", "到会代表达到规定比例"),
    Reason("quorum-not-met", "fail", "到会代表不足规定比例(该比例原文待核)", "high"),
    Reason("delegates-implausible", "indeterminate", "到会代表多于应到代表,记录有误", "medium"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per members' congress that met."""
    for meeting in once_each(facts.meetings, lambda meeting: meeting.meeting_id):
        due, present = meeting.delegates_due, meeting.delegates_present
        if meeting.kind != "members_congress" or meeting.held_on is None or meeting.held is None:
            continue
        if due is None or present is None:
            continue
        quorum = values.on("quorum", meeting.held_on)
        needed = quorum.value if quorum is not None else None
        if quorum is None:
            reason = "not-in-force"
        elif present > due:
            reason = "delegates-implausible"
        else:
            met = isinstance(needed, Fraction) and present >= needed * due
            reason = "quorum-met" if met else "quorum-not-met"
        yield Judgement(
            subject("meeting", meeting.meeting_id, meeting.source),
            meeting.held_on,
            meeting.held_on,
            reason,
            (quorum,) if quorum is not None else (),
            (meeting.held,),
            {"delegates_due": due, "delegates_present": present},
        )
