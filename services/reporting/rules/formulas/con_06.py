"""CON-06: delegates are told five working days ahead of the members' congress (提前五个工作日通知).

Judged per session. Working days lie between the day of the notice and the day it meets; in a month
with holidays days off and made-up days move the count, so there only too few calendar days decide.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from services.reporting.projections.meetings import Meeting
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, once_each, subject

REASONS: tuple[Reason, ...] = (
    Reason("told-in-time", "pass", "提前规定的工作日通知了代表"),
    Reason("told-too-late", "fail", "通知代表不足规定的工作日", "medium"),
    Reason("notice-missing", "indeterminate", "没有召集会议的记录,无法核对通知时间", "medium"),
    Reason("calendar-unknown", "indeterminate", "其间或有法定假期,无法核实工作日数", "low"),
)
LONGEST_COUNTED = 62
"""Days; a longer notice runs into a month with holidays."""


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per members' congress that met."""
    for meeting in once_each(facts.meetings, lambda meeting: meeting.meeting_id):
        if meeting.kind != "members_congress" or meeting.held_on is None or meeting.held is None:
            continue
        ahead = values.on("notice_days", meeting.held_on)
        free = values.on("months_without_holidays", meeting.held_on)
        reason = _find(meeting, meeting.held_on, ahead, free)
        told = {"told_on": str(meeting.convened_on)} if meeting.convened_on is not None else {}
        yield Judgement(
            subject("meeting", meeting.meeting_id, meeting.source),
            meeting.held_on,
            meeting.held_on,
            reason,
            tuple(value for value in (ahead, free) if value is not None) if ahead else (),
            tuple(event for event in (meeting.convened, meeting.held) if event is not None),
            told,
        )


def _find(meeting: Meeting, held: date, ahead: InForce | None, free: InForce | None) -> str:
    if ahead is None or free is None:
        return "not-in-force"
    if meeting.convened_on is None:
        return "notice-missing"
    needed = ahead.value if isinstance(ahead.value, int) else 0
    between = (held - meeting.convened_on).days - 1
    if between < needed:
        return "told-too-late"
    if between > LONGEST_COUNTED or not isinstance(free.value, tuple):
        return "calendar-unknown"
    days = [meeting.convened_on + timedelta(n) for n in range(1, between + 1)]
    if any(str(day.month) not in free.value for day in days):
        return "calendar-unknown"
    working = sum(day.weekday() < 5 for day in days)
    return "told-in-time" if working >= needed else "told-too-late"
