"""What may be asked about activities (活动) and the contests held within them."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contract.events import Verdict
from shared.contract.values import (
    ActivityKind,
    BusinessDate,
    Fen,
    Flag,
    Organiser,
    PersonId,
    PositiveCount,
    Slug,
    Title,
)
from shared.decider.command import Sourced

People = Annotated[tuple[PersonId, ...], Field(min_length=1, max_length=1000)]
"""At most 1,000 people in one command; more go in several."""


class PlanActivity(Sourced):
    """Plan an activity, with the day it is planned for."""

    activity_id: Slug
    title: Title
    kind: ActivityKind
    organiser: Organiser
    online: Flag
    planned_for: BusinessDate
    planned_on: BusinessDate


class HoldActivity(Sourced):
    """Record that a session of an activity took place: the next one, unless `session` names it."""

    activity_id: Slug
    session: PositiveCount | None = None
    held_on: BusinessDate


class CancelActivity(Sourced):
    """Record that an activity will not take place."""

    activity_id: Slug
    reason: Literal["epidemic", "weather", "no_participants", "other"]
    cancelled_on: BusinessDate


class RegisterParticipants(Sourced):
    """Put people's names down for an activity; who is down already is counted, not repeated."""

    activity_id: Slug
    person_ids: People
    registered_on: BusinessDate


class RecordAttendance(Sourced):
    """Record who was there in one session; who is recorded already is counted, not repeated."""

    activity_id: Slug
    session: PositiveCount
    person_ids: People
    attended_on: BusinessDate


class EnterContest(Sourced):
    """Enter a person or a team into an activity's contest."""

    activity_id: Slug
    entry_id: Slug
    person_ids: Annotated[tuple[PersonId, ...], Field(min_length=1, max_length=100)]
    entered_on: BusinessDate


class JudgeContest(Sourced):
    """Record the places the judges gave; an entry that is not named was not placed."""

    activity_id: Slug
    judges: PositiveCount
    verdicts: Annotated[tuple[Verdict, ...], Field(min_length=1, max_length=1000)]
    judged_on: BusinessDate


class GrantAward(Sourced):
    """Grant an award to a placed entry; `value_fen` is its whole worth (fen), if it has one."""

    activity_id: Slug
    entry_id: Slug
    award: Slug
    recipients: PositiveCount
    value_fen: Fen | None = None
    granted_on: BusinessDate
