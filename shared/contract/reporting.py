"""What `services/reporting` publishes: findings (审计疑点) and issued reports.

Streams: `<org>/finding-<id>`, `<org>/report-<id>`, `<org>/narrative-<id>`,
`guildhall/quarantine-<id>`, `<org>/disowned-<event id>`.
A finding's id is derived from rule, union, subject, period and occurrence, so the same finding is
never raised twice.
"""

from typing import ClassVar, Literal

from pydantic import Field

from shared.contract.envelope import DomainEvent, Part
from shared.contract.values import (
    BusinessDate,
    Count,
    EventId,
    Line,
    LogIndex,
    Sha256,
    Slug,
    Title,
    Whole,
)

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


ReportKind = Literal["annual", "statistics"]
"""年度总结, 统计年报. Reports of one kind and period supersede one another."""

Format = Literal["md", "docx", "xlsx", "pdf"]
"""The formats of a report's files: its text, Word, Excel, PDF."""

Section = Literal[
    "guidance", "front_line", "organisation", "welfare", "activities", "other", "problems", "plan"
]
"""Where in the report a narrative stands: 政治引领, 防控与志愿服务, 组织建设和民主管理, 职工福利,
各项活动, 其他方面, 存在问题, 规划."""

SupersedeReason = Literal["drift", "narrative", "entered_in_error", "presentation", "other"]
"""Why a report takes another's place: a number moved, a narrative was written anew, it was issued
by mistake, or it says the same in another form."""

WaiverReason = Literal[
    "accepted_risk", "remedied_elsewhere", "approved_exception", "being_remedied"
]
"""Why a finding is borne for a time; the words are kept outside the log."""

RevokeReason = Literal["entered_in_error", "no_longer_true", "declined"]
"""Why a waiver, or the proposal of one, ends before its day."""


class ReportingEvent(DomainEvent):
    """An event of the reporting context."""

    CONTEXT: ClassVar[str] = "reporting"


class FindingRaised(ReportingEvent, stream="finding-{finding_id}"):
    """A rule did not pass: `fail`, or `indeterminate` where a value or evidence is missing.

    `known_at` is the log_index the verdict was derived at; `evidence` are event ids (at most 1,000,
    `evidence_count` says how many there are). `corrects`: why what was said of it before was wrong.
    `stated` and `found`: what an issued report states and what the facts give, in the figure's
    unit.
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
    stated: Whole | None = None
    found: Whole | None = None


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


class FindingWaiverProposed(ReportingEvent, stream="finding-{finding_id}"):
    """A person proposes to bear a finding until `ends_on` (that day included). It waits for another
    person; the words are kept outside the log under `note_sha256`."""

    finding_id: Slug
    reason: WaiverReason
    ends_on: BusinessDate
    note_sha256: Sha256


class FindingWaived(ReportingEvent, stream="finding-{finding_id}"):
    """Another person than the one who proposed it waived a finding until `ends_on` (that day
    included). The verdict stands; the finding stays listed, as waived. `proposed_by` is the account
    of who proposed it, the envelope's actor is who waived it."""

    finding_id: Slug
    reason: WaiverReason
    ends_on: BusinessDate
    proposed_by: Line


class FindingWaiverRevoked(ReportingEvent, stream="finding-{finding_id}"):
    """A waiver, or the proposal of one, ended before its day."""

    finding_id: Slug
    reason: RevokeReason


class ReportFile(Part):
    """One file of a report: its format, the checksum of its bytes, and how many there are."""

    format: Format
    sha256: Sha256
    bytes: Count


class IssuedFigure(Part):
    """What a report says of one figure, in the figure's own unit (money in fen)."""

    figure: Line
    value: Whole


class IssuedNarrative(Part):
    """A narrative of a report: where it stands, the checksum of its text, the accounts of who wrote
    and who approved it."""

    section: Section
    text_sha256: Sha256
    written_by: Line
    approved_by: Line


class Signer(Part):
    """An account that signed a report, and in which role it acted."""

    role: Slug
    account: Line


class ReportIssued(ReportingEvent, stream="report-{report_id}"):
    """A report was issued: its period, what was known, and the checksum of its text.

    `format` and `sha256` are of its text; `files` are all its files, kept by reporting outside the
    log and never changed. `figures` are the numbers it states, `rules_version` the rules that its
    verdicts are by. `supersedes` is the report whose place it takes.
    """

    report_id: Slug
    period_from: BusinessDate
    period_to: BusinessDate
    known_at: LogIndex
    sha256: Sha256
    format: Format
    kind: ReportKind = "annual"
    rules_version: Slug | None = None
    files: tuple[ReportFile, ...] = Field(default=(), max_length=4)
    figures: tuple[IssuedFigure, ...] = Field(default=(), max_length=400)
    narratives: tuple[IssuedNarrative, ...] = Field(default=(), max_length=20)
    signers: tuple[Signer, ...] = Field(default=(), max_length=50)
    supersedes: Slug | None = None


class ReportSuperseded(ReportingEvent, stream="report-{report_id}"):
    """Another report took this one's place. Its files stay as they are."""

    report_id: Slug
    superseded_by: Slug
    reason: SupersedeReason


class NarrativeWritten(ReportingEvent, stream="narrative-{narrative_id}"):
    """A person wrote what a section of a report says beside its numbers; a text written before is
    replaced. The text is kept by reporting outside the log, under its checksum."""

    narrative_id: Slug
    kind: ReportKind
    period_from: BusinessDate
    period_to: BusinessDate
    section: Section
    text_sha256: Sha256
    characters: Count


class NarrativeApproved(ReportingEvent, stream="narrative-{narrative_id}"):
    """Another person than its author approved a narrative's text, this very one."""

    narrative_id: Slug
    text_sha256: Sha256


class NarrativeWithdrawn(ReportingEvent, stream="narrative-{narrative_id}"):
    """A narrative is not to stand in the report."""

    narrative_id: Slug


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
    FindingWaiverProposed,
    FindingWaived,
    FindingWaiverRevoked,
    ReportIssued,
    ReportSuperseded,
    NarrativeWritten,
    NarrativeApproved,
    NarrativeWithdrawn,
    QuarantineDiscarded,
    EventDisowned,
)
