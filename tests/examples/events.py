"""An example of every event of events: its frozen sample, with what a test changes."""

from typing import Any

from shared.contract.events import (
    ActivityCancelled,
    ActivityHeld,
    ActivityPlanned,
    AttendanceRecorded,
    AwardGranted,
    CongressHeld,
    ContestEntered,
    ContestJudged,
    EntryWithdrawn,
    HealthCheckArranged,
    HealthCheckReported,
    IncidentReported,
    IssueRaised,
    IssueResolved,
    MeetingConvened,
    ParticipantRegistered,
    PeriodAttested,
    PlanItemDone,
    PlanItemSet,
    RegulationAdopted,
    ResolutionPassed,
    VolunteerServiceRecorded,
)
from tests.examples.sample import example


def activity_planned(**changes: Any) -> ActivityPlanned:
    """An activity was planned, with its organiser and the notice's date."""
    return example(ActivityPlanned, changes)


def activity_held(**changes: Any) -> ActivityHeld:
    """The activity took place."""
    return example(ActivityHeld, changes)


def activity_cancelled(**changes: Any) -> ActivityCancelled:
    """The activity will not take place."""
    return example(ActivityCancelled, changes)


def participant_registered(**changes: Any) -> ParticipantRegistered:
    """A person put their name down."""
    return example(ParticipantRegistered, changes)


def attendance_recorded(**changes: Any) -> AttendanceRecorded:
    """A person was there, in one session."""
    return example(AttendanceRecorded, changes)


def contest_entered(**changes: Any) -> ContestEntered:
    """An entry to a contest, by one person or a team."""
    return example(ContestEntered, changes)


def contest_judged(**changes: Any) -> ContestJudged:
    """The judges' places."""
    return example(ContestJudged, changes)


def award_granted(**changes: Any) -> AwardGranted:
    """An award for an entry, worth `value_fen` (fen) if it has a value."""
    return example(AwardGranted, changes)


def meeting_convened(**changes: Any) -> MeetingConvened:
    """A meeting was called."""
    return example(MeetingConvened, changes)


def congress_held(**changes: Any) -> CongressHeld:
    """A congress met."""
    return example(CongressHeld, changes)


def resolution_passed(**changes: Any) -> ResolutionPassed:
    """A resolution with its votes."""
    return example(ResolutionPassed, changes)


def regulation_adopted(**changes: Any) -> RegulationAdopted:
    """A regulation was adopted or revised, where given by a meeting's resolution."""
    return example(RegulationAdopted, changes)


def health_check_arranged(**changes: Any) -> HealthCheckArranged:
    """A health check for a population."""
    return example(HealthCheckArranged, changes)


def health_check_reported(**changes: Any) -> HealthCheckReported:
    """How many were examined, and how many re-examinations were arranged."""
    return example(HealthCheckReported, changes)


def volunteer_service_recorded(**changes: Any) -> VolunteerServiceRecorded:
    """A person served as a volunteer, for so many days."""
    return example(VolunteerServiceRecorded, changes)


def period_attested(**changes: Any) -> PeriodAttested:
    """A month is attested free of incidents in one subject."""
    return example(PeriodAttested, changes)


def incident_reported(**changes: Any) -> IncidentReported:
    """An incident in one of the attested subjects."""
    return example(IncidentReported, changes)


def plan_item_set(**changes: Any) -> PlanItemSet:
    """An item of a year's plan."""
    return example(PlanItemSet, changes)


def plan_item_done(**changes: Any) -> PlanItemDone:
    """A plan item was done."""
    return example(PlanItemDone, changes)


def issue_raised(**changes: Any) -> IssueRaised:
    """A problem the report names (存在问题)."""
    return example(IssueRaised, changes)


def issue_resolved(**changes: Any) -> IssueResolved:
    """The problem is solved."""
    return example(IssueResolved, changes)


def entry_withdrawn(**changes: Any) -> EntryWithdrawn:
    """An entry of a stream is taken back."""
    return example(EntryWithdrawn, changes)
