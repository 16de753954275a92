"""What rests on what in our streams: an entry is taken back after what needs it to stand."""

from shared.contract.envelope import DomainEvent
from shared.contract.events import (
    ActivityHeld,
    ActivityPlanned,
    AttendanceRecorded,
    AwardGranted,
    CongressHeld,
    ContestEntered,
    ContestJudged,
    HealthCheckArranged,
    IssueRaised,
    MeetingConvened,
    PlanItemSet,
    RegulationAdopted,
    ResolutionPassed,
)
from shared.decider.withdrawal import Rules

OPENS = (ActivityPlanned, MeetingConvened, HealthCheckArranged, PlanItemSet, IssueRaised)
"""What every other event of its stream rests on."""


def rests_on(later: DomainEvent, earlier: DomainEvent) -> bool:
    """Whether a later event of the stream needs an earlier one to stand."""
    match earlier, later:
        case ActivityHeld(), AttendanceRecorded():
            return later.session == earlier.session
        case ContestEntered(), ContestJudged():
            return any(verdict.entry_id == earlier.entry_id for verdict in later.verdicts)
        case ContestEntered(), AwardGranted():
            return later.entry_id == earlier.entry_id
        case (ContestJudged(), AwardGranted()) | (CongressHeld(), ResolutionPassed()):
            return True
        case RegulationAdopted(action="adopted"), RegulationAdopted():
            return True
        case _:
            return isinstance(earlier, OPENS)


RULES = Rules(rests_on, lambda _event: ("clerk", "chair"))
