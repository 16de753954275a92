"""ACT-01: winners are at most a share of those who take part (获奖不超过参与人数的三分之二).

Judged per activity with awards. Records tell attendances of sessions and names on works, and not
how many people those are: the fewest and the most that they can be bound the share, and where only
the exact number would decide, the question stays open.
"""

from collections.abc import Iterator
from fractions import Fraction

from services.reporting.projections.activities import Activity
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, once_each, subject

REASONS: tuple[Reason, ...] = (
    Reason("within-share", "pass", "获奖人次不超过参与人数的规定比例"),
    Reason("over-share", "fail", "获奖人次超过参与人数的规定比例", "high"),
    Reason("people-uncounted", "indeterminate", "参与者人数只知范围,获奖比例须按人核对", "medium"),
    Reason(
        "participants-missing", "indeterminate", "有获奖而没有参与者记录,无法计算比例", "medium"
    ),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per activity of the union in which awards were granted."""
    for activity in once_each(facts.activities, lambda activity: activity.activity_id):
        if activity.awards == 0 or activity.awarded_on is None or activity.awarded is None:
            continue
        share = values.on("share", activity.awarded_on)
        fewest, most = participants(activity)
        if share is None:
            reason = "not-in-force"
        else:
            limit = share.value if isinstance(share.value, Fraction) else Fraction(0)
            reason = _find(activity.award_recipients, fewest, most, limit)
        yield Judgement(
            subject("activity", activity.activity_id, activity.source),
            activity.awarded_on,
            activity.awarded_on,
            reason,
            (share,) if share is not None else (),
            tuple(event for event in (activity.planned, activity.awarded) if event is not None),
            {"winners": activity.award_recipients, "fewest": fewest, "most": most},
        )


def participants(activity: Activity) -> tuple[int, int]:
    """The fewest and the most people that its records can be: a person attends a session once, and
    stands once on a work."""
    attended = -(-activity.attendances // max(activity.sessions, 1))
    entered = -(-activity.entrants // max(activity.entries, 1))
    return max(attended, entered), activity.attendances + activity.entrants


def _find(winners: int, fewest: int, most: int, share: Fraction) -> str:
    if most == 0:
        return "participants-missing"
    if winners > share * most:
        return "over-share"
    return "within-share" if winners <= share * fewest else "people-uncounted"
