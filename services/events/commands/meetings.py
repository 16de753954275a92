"""What may be asked about meetings (会议), their resolutions and the regulations they adopt."""

from typing import Literal

from shared.contract.values import BusinessDate, Count, MeetingKind, PositiveCount, Slug, Title
from shared.decider.command import Sourced


class ConveneMeeting(Sourced):
    """Call a meeting; `delegates_due` is the number entitled to attend."""

    meeting_id: Slug
    kind: MeetingKind
    title: Title
    convened_for: BusinessDate
    delegates_due: PositiveCount
    convened_on: BusinessDate


class HoldCongress(Sourced):
    """Record that a congress met, with the delegates present."""

    meeting_id: Slug
    delegates_present: Count
    held_on: BusinessDate


class PassResolution(Sourced):
    """Record a resolution with its votes; whether they suffice, reporting's rules judge."""

    meeting_id: Slug
    resolution_id: Slug
    subject: Title
    votes_for: Count
    votes_against: Count
    abstained: Count
    passed_on: BusinessDate


class AdoptRegulation(Sourced):
    """Record that a regulation was adopted or revised, where given by a meeting."""

    regulation_id: Slug
    title: Title
    action: Literal["adopted", "revised"]
    meeting_id: Slug | None = None
    adopted_on: BusinessDate
