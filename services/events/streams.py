"""The names of our streams, as the contract has them, and their kinds."""

from shared.contract.events import (
    EVENTS,
    ActivityPlanned,
    AttestedSubject,
    EntryWithdrawn,
    HealthCheckArranged,
    IncidentReported,
    IssueRaised,
    MeetingConvened,
    PeriodAttested,
    PlanItemSet,
    RegulationAdopted,
    VolunteerServiceRecorded,
)

KINDS = frozenset(event.STREAM.kind for event in EVENTS if event is not EntryWithdrawn)
"""What `<org>/<kind>-<id>` may begin with, of ours."""


def activity(org_id: str, activity_id: str) -> str:
    """The stream of an activity."""
    return ActivityPlanned.STREAM.named(org_id=org_id, activity_id=activity_id)


def meeting(org_id: str, meeting_id: str) -> str:
    """The stream of a meeting."""
    return MeetingConvened.STREAM.named(org_id=org_id, meeting_id=meeting_id)


def regulation(org_id: str, regulation_id: str) -> str:
    """The stream of a regulation."""
    return RegulationAdopted.STREAM.named(org_id=org_id, regulation_id=regulation_id)


def check(org_id: str, check_id: str) -> str:
    """The stream of a health check."""
    return HealthCheckArranged.STREAM.named(org_id=org_id, check_id=check_id)


def volunteer(org_id: str, person_id: str) -> str:
    """The stream of a person's services."""
    return VolunteerServiceRecorded.STREAM.named(org_id=org_id, person_id=person_id)


def attestation(org_id: str, subject: AttestedSubject, month: str) -> str:
    """The stream of a month attested in one subject."""
    return PeriodAttested.STREAM.named(org_id=org_id, subject=subject, month=month)


def incident(org_id: str, incident_id: str) -> str:
    """The stream of an incident."""
    return IncidentReported.STREAM.named(org_id=org_id, incident_id=incident_id)


def plan_item(org_id: str, item_id: str) -> str:
    """The stream of a plan item."""
    return PlanItemSet.STREAM.named(org_id=org_id, item_id=item_id)


def issue(org_id: str, issue_id: str) -> str:
    """The stream of an issue."""
    return IssueRaised.STREAM.named(org_id=org_id, issue_id=issue_id)
