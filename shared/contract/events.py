"""What `services/events` publishes: activities (活动) and meetings (会议), and the year's plan.

*Event* means a domain event; what people attend is an activity or a meeting, here too. Streams:
`<org>/activity-<id>`, `<org>/meeting-<id>`, `<org>/regulation-<id>`, `<org>/check-<id>`,
`<org>/volunteer-<person>`, `<org>/attestation-<subject>.<yyyy-mm>`, `<org>/incident-<id>`,
`<org>/plan-<id>`, `<org>/issue-<id>`. An entry of any of them is taken back in its own.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.contract.envelope import DomainEvent, Part
from shared.contract.values import (
    ActivityKind,
    BusinessDate,
    Count,
    Fen,
    Flag,
    Line,
    MeetingKind,
    Organiser,
    Payer,
    PersonId,
    Population,
    PositiveCount,
    Slug,
    Title,
)
from shared.contract.withdrawal import Withdrawal

YearMonth = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
SchoolYear = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{4}$", description="学年, from 1 September")
]
StreamId = Annotated[
    str,
    Field(
        pattern=r"^(activity|meeting|regulation|check|volunteer|attestation|incident|plan|issue)"
        r"-[a-z0-9._-]{1,120}$",
        description="a stream of this context, within its union",
    ),
]
AttestedSubject = Literal["safety", "public_opinion", "epidemic_control"]
StatedSubject = Literal["safety", "public_opinion", "epidemic_control", "unstated"]
"""An attestation of another source may not say in which subject: it proves no zero of any."""


class EventsEvent(DomainEvent):
    """An event of the events context: activities and meetings."""

    CONTEXT: ClassVar[str] = "events"


class Verdict(Part):
    """The judges' result for one entry of a contest: its place, from 1."""

    entry_id: Slug
    place: PositiveCount


class ActivityPlanned(EventsEvent, stream="activity-{activity_id}"):
    """An activity was planned, with its organiser and the notice's date."""

    activity_id: Slug
    title: Title
    kind: ActivityKind
    organiser: Organiser
    online: Flag
    planned_for: BusinessDate


class ActivityHeld(EventsEvent, stream="activity-{activity_id}"):
    """The activity took place. `session` counts repeated sessions of it from 1.

    `branch` is the unit (分会) that held it, `headcount` how many came and `cost_fen` what it cost,
    where only these are known: attendance by person and the books say more, and go before.
    """

    activity_id: Slug
    kind: ActivityKind
    organiser: Organiser
    online: Flag
    session: PositiveCount
    branch: Slug | None = None
    headcount: Count | None = None
    cost_fen: Fen | None = None


class ActivityCancelled(EventsEvent, stream="activity-{activity_id}"):
    """The activity will not take place."""

    activity_id: Slug
    reason: Literal["epidemic", "weather", "no_participants", "other"]


class ParticipantRegistered(EventsEvent, stream="activity-{activity_id}"):
    """A person put their name down. Registering is not attending."""

    activity_id: Slug
    person_id: PersonId


class AttendanceRecorded(EventsEvent, stream="activity-{activity_id}"):
    """A person was there, in one session. No record means unknown, never absent."""

    activity_id: Slug
    person_id: PersonId
    session: PositiveCount


class ContestEntered(EventsEvent, stream="activity-{activity_id}"):
    """An entry to a contest, by one person or a team."""

    activity_id: Slug
    entry_id: Slug
    person_ids: tuple[PersonId, ...] = Field(min_length=1, max_length=100)


class ContestJudged(EventsEvent, stream="activity-{activity_id}"):
    """The judges' places; an entry without a place was not placed."""

    activity_id: Slug
    judges: PositiveCount
    verdicts: tuple[Verdict, ...]


class AwardGranted(EventsEvent, stream="activity-{activity_id}"):
    """An award, worth `value_fen` (fen) if it has a value; no `entry_id`: of no known entry."""

    activity_id: Slug
    entry_id: Slug | None = None
    award: Slug
    recipients: PositiveCount
    value_fen: Fen | None = None


class MeetingConvened(EventsEvent, stream="meeting-{meeting_id}"):
    """A meeting was called; `delegates_due` is the number entitled to attend."""

    meeting_id: Slug
    kind: MeetingKind
    title: Title
    convened_for: BusinessDate
    delegates_due: PositiveCount


class CongressHeld(EventsEvent, stream="meeting-{meeting_id}"):
    """A congress met: delegates due and present make its quorum (CON-11: two thirds)."""

    meeting_id: Slug
    kind: MeetingKind
    school_year: SchoolYear
    delegates_due: PositiveCount
    delegates_present: Count


class ResolutionPassed(EventsEvent, stream="meeting-{meeting_id}"):
    """A resolution with its votes; `subject` is its official title."""

    meeting_id: Slug
    resolution_id: Slug
    subject: Title
    votes_for: Count
    votes_against: Count
    abstained: Count


class RegulationAdopted(EventsEvent, stream="regulation-{regulation_id}"):
    """A regulation was adopted or revised, where given by a meeting's resolution."""

    regulation_id: Slug
    title: Title
    action: Literal["adopted", "revised"]
    meeting_id: Slug | None = None


class HealthCheckArranged(EventsEvent, stream="check-{check_id}"):
    """A health check for a population; `procurement_id` is how it was bought. No results, ever.

    No `payer`: the source does not know who pays.
    """

    check_id: Slug
    provider: Title
    population: Population
    people_due: PositiveCount
    payer: Payer | None = None
    procurement_id: Slug | None = None


class HealthCheckReported(EventsEvent, stream="check-{check_id}"):
    """How many were examined, and how many re-examinations were arranged: counts only.

    Each states the whole so far, so of several of one check the last counts.
    """

    check_id: Slug
    examined: Count
    reexaminations: Count


class VolunteerServiceRecorded(EventsEvent, stream="volunteer-{person_id}"):
    """A person served as a volunteer, for so many days."""

    person_id: PersonId
    service: Slug
    place: Title
    days: PositiveCount


class PeriodAttested(EventsEvent, stream="attestation-{subject}.{month}"):
    """A month is attested free of incidents in one subject: a zero needs its evidence."""

    subject: StatedSubject = "unstated"
    month: YearMonth
    incidents: Count


class IncidentReported(EventsEvent, stream="incident-{incident_id}"):
    """An incident in one of the attested subjects."""

    incident_id: Slug
    subject: AttestedSubject


class PlanItemSet(EventsEvent, stream="plan-{item_id}"):
    """An item of a year's plan; `section` is the report's heading it belongs to."""

    item_id: Slug
    plan_year: Count
    section: Literal["basics", "rights", "welfare", "activities"]
    title: Title
    due_on: BusinessDate | None = None


class PlanItemDone(EventsEvent, stream="plan-{item_id}"):
    """A plan item was done; `evidence` are the streams that show it."""

    item_id: Slug
    evidence: tuple[Line, ...] = Field(default=(), max_length=100)


class IssueRaised(EventsEvent, stream="issue-{issue_id}"):
    """A problem the report names (存在问题)."""

    issue_id: Slug
    title: Title


class IssueResolved(EventsEvent, stream="issue-{issue_id}"):
    """The problem is solved."""

    issue_id: Slug


class EntryWithdrawn(EventsEvent, Withdrawal, stream="{entry_stream}"):
    """An entry of this context is taken back: it counts for nothing, as known from here on.

    `entry` is the event's id, `entry_stream` the stream of both, such as `meeting-tc-2022-1`.
    """

    entry_stream: StreamId


EVENTS: tuple[type[EventsEvent], ...] = (
    ActivityPlanned, ActivityHeld, ActivityCancelled, ParticipantRegistered, AttendanceRecorded,
    ContestEntered, ContestJudged, AwardGranted, MeetingConvened, CongressHeld, ResolutionPassed,
    RegulationAdopted, HealthCheckArranged, HealthCheckReported, VolunteerServiceRecorded,
    PeriodAttested, IncidentReported, PlanItemSet, PlanItemDone, IssueRaised, IssueResolved,
    EntryWithdrawn,
)  # fmt: skip
