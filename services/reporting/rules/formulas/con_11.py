"""CON-11: the staff congress (教代会) meets every school year, two thirds of its delegates present.

The instrument is confirmed, its numbers are only known (KNOW): falling short of them is a finding a
person must answer, meeting them is no proof, so nothing passes here until the text is read.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, once_each, subject

REASONS: tuple[Reason, ...] = (
    Reason("quorum-met", "pass", "到会代表达到规定比例"),
    Reason("quorum-not-met", "fail", "到会代表不足规定比例(该比例原文待核)", "high"),
    Reason("delegates-implausible", "indeterminate", "到会代表多于应到代表,记录有误", "medium"),
    Reason("held", "pass", "本学年召开了到会合规的教代会"),
    Reason("none-held", "fail", "本学年没有召开教代会(每学年一次,原文待核)", "high"),
    Reason("none-quorate", "fail", "本学年召开的教代会到会均不足规定比例(原文待核)", "high"),
    Reason("not-yet-due", "not_applicable", "学年未结束,尚可召开"),
    Reason(
        "records-incomplete", "indeterminate", "学年开始早于本工会的记录,无法判断是否召开", "low"
    ),
)


class Session(NamedTuple):
    """A staff congress that met: delegates due and present."""

    held_on: date
    held: UUID
    subject: str
    due: int
    present: int


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per session, and one per school year in which the union's records move."""
    sessions = sorted(_sessions(facts))
    for session in sessions:
        yield _judge_session(session, values)
    years: dict[int, list[Session]] = defaultdict(list)
    for session in sessions:
        years[_school_year(session.held_on)].append(session)
    for first in {*years, *_years_at_work(facts)}:
        if MINYEAR <= first < MAXYEAR:
            yield _judge_year(first, years[first], facts, values)


def _sessions(facts: Facts) -> Iterator[Session]:
    for meeting in once_each(facts.meetings, lambda meeting: meeting.meeting_id):
        if (
            meeting.kind == "staff_congress"
            and meeting.held_on is not None
            and meeting.held is not None
            and meeting.delegates_due is not None
            and meeting.delegates_present is not None
        ):
            yield Session(
                meeting.held_on,
                meeting.held,
                subject("meeting", meeting.meeting_id, meeting.source),
                meeting.delegates_due,
                meeting.delegates_present,
            )


def _judge_session(session: Session, values: RuleValues) -> Judgement:
    quorum = values.on("quorum", session.held_on)
    if quorum is None:
        reason = "not-in-force"
    elif session.present > session.due:
        reason = "delegates-implausible"
    else:
        reason = "quorum-met" if _quorate(session, quorum) else "quorum-not-met"
    return Judgement(
        session.subject,
        session.held_on,
        session.held_on,
        reason,
        (quorum,) if quorum else (),
        (session.held,),
        {"delegates_due": session.due, "delegates_present": session.present},
    )


def _judge_year(first: int, sessions: list[Session], facts: Facts, values: RuleValues) -> Judgement:
    begins, ends = date(first, 9, 1), date(first + 1, 8, 31)
    times, quorum = values.on("times_per_school_year", ends), values.on("quorum", ends)
    quorate = [session for session in sessions if quorum and _quorate(session, quorum)]
    if times is None:
        reason = "not-in-force"
    elif isinstance(times.value, int) and len(quorate) >= times.value:
        reason = "held"
    elif facts.known_on <= ends:
        reason = "not-yet-due"
    elif sessions:
        reason = "none-quorate"
    elif facts.records_since is None or begins < facts.records_since:
        reason = "records-incomplete"
    else:
        reason = "none-held"
    return Judgement(
        f"school-year:{first}-{first + 1}",
        begins,
        ends,
        reason,
        tuple(entry for entry in (times, quorum) if entry is not None),
        tuple(session.held for session in sessions),
        {"sessions": len(sessions), "quorate": len(quorate)},
    )


def _quorate(session: Session, quorum: InForce) -> bool:
    due, present = session.due, session.present
    needed = quorum.value
    return isinstance(needed, Fraction) and present <= due and present >= needed * due


def _years_at_work(facts: Facts) -> set[int]:
    """School years in which gifts or payments were made."""
    days = [gift.issued_on for gift in facts.deliveries]
    days += [payment.paid_on for payment in facts.payments]
    return {_school_year(day) for day in days}


def _school_year(day: date) -> int:
    """The first year of the school year of a day; it begins on 1 September."""
    return day.year if day.month >= 9 else day.year - 1
