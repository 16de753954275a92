"""Meetings (会议): convened, and for the two congresses held, with their resolutions.

教代会 and 会员代表大会 are two bodies. Quorum and majority are not judged here: a recorded fact is
recorded, and reporting's rules (CON-07, CON-11) judge it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from services.events.commands.meetings import ConveneMeeting, HoldCongress, PassResolution
from shared.contract.events import CongressHeld, MeetingConvened, ResolutionPassed
from shared.contract.values import MeetingKind
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.errors import Conflict, Invalid, Unknown

MeetingEvent = MeetingConvened | CongressHeld | ResolutionPassed

CONGRESSES: frozenset[MeetingKind] = frozenset({"staff_congress", "members_congress"})
SCHOOL_YEAR_STARTS = (9, 1)
"""学年 begins on 1 September, so a calendar year holds parts of two."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that was convened; `present` and `held_on` are None until a congress met.

    `resolutions` gives each its votes for, against and abstained. None in its place: no such
    meeting.
    """

    kind: MeetingKind
    title: str
    convened_on: date
    convened_for: date
    delegates_due: int
    present: int | None = None
    held_on: date | None = None
    resolutions: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)


def evolve(meeting: Meeting | None, event: MeetingEvent) -> Meeting:
    """The meeting after one more event."""
    if isinstance(event, MeetingConvened):
        return Meeting(
            event.kind, event.title, event.occurred_on, event.convened_for, event.delegates_due
        )
    assert meeting is not None, f"{event.type_name()} before MeetingConvened"
    match event:
        case CongressHeld():
            return replace(meeting, present=event.delegates_present, held_on=event.occurred_on)
        case ResolutionPassed():
            votes = (event.votes_for, event.votes_against, event.abstained)
            return replace(meeting, resolutions={**meeting.resolutions, event.resolution_id: votes})
        case _:
            assert_never(event)


def school_year(on: date) -> str:
    """The school year (学年) a day lies in, such as `2022-2023`; it begins on 1 September."""
    first = on.year if (on.month, on.day) >= SCHOOL_YEAR_STARTS else on.year - 1
    return f"{first:04d}-{first + 1:04d}"


def require_met(meeting: Meeting | None, meeting_id: str) -> Meeting:
    """The meeting; a congress must have met. Committees are convened only and count as met.

    Raises Unknown `unknown-meeting`, Conflict `congress-not-held`.
    """
    if meeting is None:
        raise Unknown("unknown-meeting", f"no meeting {meeting_id} was convened")
    if meeting.kind in CONGRESSES and meeting.held_on is None:
        raise Conflict("congress-not-held", f"the congress {meeting_id} was not recorded as held")
    return meeting


def convene_meeting(
    meeting: Meeting | None, command: ConveneMeeting, org_id: str, today: date
) -> list[MeetingConvened]:
    """Call a meeting.

    Refuses date-in-future, convened-after-the-day, meeting-exists (with what differs).
    """
    not_in_future(today, command.convened_on, command.source_recorded_on)
    if command.convened_on > command.convened_for:
        raise Invalid(
            "convened-after-the-day",
            f"convened on {command.convened_on} for {command.convened_for}, which was earlier",
        )
    if meeting is not None:
        raise Conflict(
            "meeting-exists",
            f"the meeting {command.meeting_id} was convened before",
            differs=differing(
                kind=(meeting.kind, command.kind),
                title=(meeting.title, command.title),
                convened_for=(meeting.convened_for, command.convened_for),
                delegates_due=(meeting.delegates_due, command.delegates_due),
                convened_on=(meeting.convened_on, command.convened_on),
            ),
        )
    return [
        MeetingConvened(
            org_id=org_id,
            occurred_on=command.convened_on,
            source_recorded_on=command.source_recorded_on,
            meeting_id=command.meeting_id,
            kind=command.kind,
            title=command.title,
            convened_for=command.convened_for,
            delegates_due=command.delegates_due,
        )
    ]


def hold_congress(
    meeting: Meeting | None, command: HoldCongress, org_id: str, today: date
) -> list[CongressHeld]:
    """Record that a congress met; its school year follows from the day.

    Refuses date-in-future, unknown-meeting, not-a-congress, congress-held, more-present-than-
    due, held-before-convened.
    """
    not_in_future(today, command.held_on, command.source_recorded_on)
    if meeting is None:
        raise Unknown("unknown-meeting", f"no meeting {command.meeting_id} was convened")
    if meeting.kind not in CONGRESSES:
        raise Conflict(
            "not-a-congress", f"{command.meeting_id} is a {meeting.kind}, not a congress"
        )
    if meeting.held_on is not None:
        raise Conflict(
            "congress-held",
            f"the congress {command.meeting_id} was held on {meeting.held_on}",
            differs=differing(
                held_on=(meeting.held_on, command.held_on),
                delegates_present=(meeting.present, command.delegates_present),
            ),
        )
    if command.delegates_present > meeting.delegates_due:
        raise Invalid(
            "more-present-than-due",
            f"{command.delegates_present} delegates present, {meeting.delegates_due} are due",
        )
    if command.held_on < meeting.convened_on:
        raise Invalid(
            "held-before-convened",
            f"held on {command.held_on}, but convened on {meeting.convened_on}",
        )
    return [
        CongressHeld(
            org_id=org_id,
            occurred_on=command.held_on,
            source_recorded_on=command.source_recorded_on,
            meeting_id=command.meeting_id,
            kind=meeting.kind,
            school_year=school_year(command.held_on),
            delegates_due=meeting.delegates_due,
            delegates_present=command.delegates_present,
        )
    ]


def pass_resolution(
    meeting: Meeting | None, command: PassResolution, org_id: str, today: date
) -> list[ResolutionPassed]:
    """Record a resolution and its votes, no more of them than delegates present (or due, where a
    committee's presence is not recorded).

    Refuses date-in-future, unknown-meeting, congress-not-held, resolution-exists, more-votes-
    than-present.
    """
    not_in_future(today, command.passed_on, command.source_recorded_on)
    meeting = require_met(meeting, command.meeting_id)
    if command.resolution_id in meeting.resolutions:
        raise Conflict(
            "resolution-exists",
            f"{command.meeting_id} passed the resolution {command.resolution_id} before",
        )
    votes = command.votes_for + command.votes_against + command.abstained
    present = meeting.delegates_due if meeting.present is None else meeting.present
    if votes > present:
        raise Invalid("more-votes-than-present", f"{votes} votes, {present} could vote")
    return [
        ResolutionPassed(
            org_id=org_id,
            occurred_on=command.passed_on,
            source_recorded_on=command.source_recorded_on,
            meeting_id=command.meeting_id,
            resolution_id=command.resolution_id,
            subject=command.subject,
            votes_for=command.votes_for,
            votes_against=command.votes_against,
            abstained=command.abstained,
        )
    ]
