"""Meetings: the committee every month, the staff congress (教代会) twice, what they pass."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from guildhall.demo.script import Script, instant

COMMITTEE_DAYS = (10, 9, 2, 2, 5, 1, 1, 1, 1, 8, 1, 1)
"""The day of the committee's meeting, month by month."""
COMMITTEE, DELEGATES = 9, 96


class Meeting(NamedTuple):
    """A meeting as it is convened."""

    meeting_id: str
    title: str
    called_on: date
    held_on: date


class Session(NamedTuple):
    """One session of the congress: called ten working days ahead, above the quorum."""

    meeting: Meeting
    present: int
    resolutions: tuple[str, ...]


SESSIONS = (
    Session(
        Meeting(
            "jdh-2022-1", "第二届教职工代表大会第六次会议", date(2022, 3, 10), date(2022, 3, 24),
        ),
        88, ("学院工作报告", "教职工代表大会制度(修订)"),
    ),
    Session(
        Meeting(
            "jdh-2022-2", "第二届教职工代表大会第七次会议", date(2022, 10, 27), date(2022, 11, 10),
        ),
        84, ("会员代表大会制度(修订)", "工会经费收支管理办法(修订)", "绩效分配调整方案"),
    ),
)  # fmt: skip
"""Two sessions, in two school years."""

REGULATIONS = (
    ("staff-congress-rules", "交通职业学院教职工代表大会制度", SESSIONS[0].meeting),
    ("members-congress-rules", "交通职业学院会员代表大会制度", SESSIONS[1].meeting),
    ("union-funds-rules", "交通职业学院工会经费收支管理办法", SESSIONS[1].meeting),
)


def add_meetings(script: Script) -> None:
    """The committee's meetings, the sessions of the congress, and the regulations it revised."""
    for month, day in enumerate(COMMITTEE_DAYS, start=1):
        held = date(2022, month, day)
        called = held - timedelta(days=3) if month > 1 else date(2022, 1, 6)
        title = f"2022年{month}月工会委员会会议"
        meeting = Meeting(f"wyh-2022-{month:02d}", title, called, held)
        _convene(script, meeting, "09:15", kind="committee", delegates_due=COMMITTEE)
    for session in SESSIONS:
        _convene(script, session.meeting, "09:20", kind="staff_congress", delegates_due=DELEGATES)
        _hold(script, session)
    for regulation_id, title, meeting in REGULATIONS:
        script.command(
            "chair",
            instant(meeting.held_on, "17:55"),
            "events/adopt-regulation",
            regulation_id=regulation_id,
            title=title,
            action="revised",
            meeting_id=meeting.meeting_id,
            adopted_on=meeting.held_on,
        )


def _convene(script: Script, meeting: Meeting, at: str, **what: Any) -> None:
    meeting_id, title, called, held = meeting
    body = {"meeting_id": meeting_id, "title": title, "convened_for": held, "convened_on": called}
    script.command("chair", instant(called, at), "events/convene-meeting", **body, **what)


def _hold(script: Script, session: Session) -> None:
    meeting_id, held, present = session.meeting.meeting_id, session.meeting.held_on, session.present
    body = {"meeting_id": meeting_id, "delegates_present": present, "held_on": held}
    script.command("clerk", instant(held, "17:30"), "events/hold-congress", **body)
    for number, subject in enumerate(session.resolutions, start=1):
        script.command(
            "clerk",
            instant(held, f"17:{40 + number}"),
            "events/pass-resolution",
            meeting_id=meeting_id,
            resolution_id=f"jy-{number}",
            subject=subject,
            votes_for=present - number,
            votes_against=0,
            abstained=number,
            passed_on=held,
        )
