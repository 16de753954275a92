"""What `services/reporting` publishes: findings (审计疑点) and issued reports.

Streams: `<org>/finding-<id>`, `<org>/report-<id>`, `guildhall/quarantine-<id>`,
`<org>/disowned-<event id>`.
A finding's id is derived from rule, union, subject, period and occurrence, so the same finding is
never raised twice.
"""

from typing import ClassVar, Literal

from pydantic import Field

from shared.contract.envelope import DomainEvent
from shared.contract.values import BusinessDate, Count, EventId, Line, LogIndex, Sha256, Slug, Title

Outcome = Literal["pass", "fail", "indeterminate", "not_applicable"]


Corrects = Literal["stale_projection"]
"""What was wrong about what a finding said before: it was judged from a projection that was not
what the journal gives, such as a table that was lost."""

INSTALLATION = "guildhall"
"""Where an event concerns no union: the `org_id` of the installation itself."""

DiscardReason = Literal["sent_in_error", "repeated", "not_ours", "unreadable", "other"]
"""Why a record in quarantine is never to be applied; the words are kept outside the log."""


DisownReason = Literal["forged", "lost_by_owner", "other"]
"""Why an event of the journal is none of its source's; the words are kept outside the log."""


class ReportingEvent(DomainEvent):
    """An event of the reporting context."""

    CONTEXT: ClassVar[str] = "reporting"


class FindingRaised(ReportingEvent, stream="finding-{finding_id}"):
    """A rule did not pass: `fail`, or `indeterminate` where a value or evidence is missing.

    `known_at` is the log_index the verdict was derived at; `evidence` are event ids (at most 1,000,
    `evidence_count` says how many there are). `corrects`: why what was said of it before was wrong.
    """

    finding_id: Slug
    rule: Slug
    rule_version: Slug
    subject: Line
    period_from: BusinessDate
    period_to: BusinessDate
    outcome: Literal["fail", "indeterminate"]
    severity: Literal["block", "high", "medium", "low", "info"]
    reason: Slug
    clause: Title
    known_at: LogIndex
    evidence: tuple[Line, ...] = Field(default=(), max_length=1000)
    evidence_count: Count
    corrects: Corrects | None = None


class FindingExplained(ReportingEvent, stream="finding-{finding_id}"):
    """A person explained a finding; the words are kept outside the log under this checksum."""

    finding_id: Slug
    note_sha256: Sha256


class FindingResolved(ReportingEvent, stream="finding-{finding_id}"):
    """The verdict no longer stands: the facts as known at `known_at` make it pass. `corrects`: it
    never stood, and why it was said."""

    finding_id: Slug
    rule: Slug
    known_at: LogIndex
    corrects: Corrects | None = None


class ReportIssued(ReportingEvent, stream="report-{report_id}"):
    """A report was issued: its period, what was known, and the checksum of its text."""

    report_id: Slug
    period_from: BusinessDate
    period_to: BusinessDate
    known_at: LogIndex
    sha256: Sha256
    format: Literal["md", "docx", "xlsx", "pdf"]


class QuarantineDiscarded(ReportingEvent, stream="quarantine-{record_id}"):
    """A person settled a record in quarantine as never to be applied. It concerns the installation:
    what could not be read names no union that could be believed.

    The record's bytes stay in reporting under `content_sha256`, the person's words under
    `note_sha256`. Where it held a stream, later versions wait until a person goes on without it.
    """

    record_id: LogIndex
    content_sha256: Sha256
    refused_for: Slug
    reason: DiscardReason
    note_sha256: Sha256


class EventDisowned(ReportingEvent, stream="disowned-{disowned_event_id}"):
    """An event of the journal that its source never wrote, or has no more: as known from here on it
    counts for nothing, and what its source wrote in that place can be applied.

    A person says so, of an event that the owner's own log does not have; the person's words are
    kept outside the log under `note_sha256`.
    """

    disowned_source: Line
    disowned_event_id: EventId
    leaf_sha256: Sha256
    reason: DisownReason
    note_sha256: Sha256


EVENTS: tuple[type[ReportingEvent], ...] = (
    FindingRaised,
    FindingExplained,
    FindingResolved,
    ReportIssued,
    QuarantineDiscarded,
    EventDisowned,
)
