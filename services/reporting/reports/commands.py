"""What may be asked about reports: to issue one, to put one in another's place, and what is written
beside the numbers. Bodies only."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from shared.contract.reporting import Format, ReportKind, Section, SupersedeReason
from shared.contract.values import ONE_LINE, BusinessDate, Flag, Sha256, Slug
from shared.decider.command import Command

PARAGRAPH_CHARACTERS = 1000
PARAGRAPHS = 12

Paragraph = Annotated[
    str, StringConstraints(min_length=1, max_length=PARAGRAPH_CHARACTERS, pattern=ONE_LINE)
]
AsOf = Annotated[str, Field(min_length=1, max_length=40)]
FORMATS: tuple[Format, ...] = ("md", "docx", "xlsx", "pdf")


class OfPeriod(Command):
    """A report of a kind and a period, both days included."""

    kind: ReportKind = "annual"
    period_from: BusinessDate
    period_to: BusinessDate

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.period_from > self.period_to:
            raise ValueError("the first day is after the last")
        return self


class IssueReport(OfPeriod):
    """Issue a period's report, as known now or at `as_of`. `unproven`: also where it cannot be
    shown that no record is missing; the report says so at each number."""

    as_of: AsOf | None = None
    formats: Annotated[tuple[Format, ...], Field(min_length=1, max_length=4)] = FORMATS
    unproven: Flag = False


class SupersedeReport(Command):
    """Issue a report of the same kind and period in the place of one that stands."""

    report_id: Slug
    reason: SupersedeReason
    as_of: AsOf | None = None
    formats: Annotated[tuple[Format, ...], Field(min_length=1, max_length=4)] = FORMATS
    unproven: Flag = False


class WriteNarrative(OfPeriod):
    """Write what a section says beside its numbers, in paragraphs; what was there is replaced, and
    waits for approval again. It names nobody: a report is kept for ever, as it is."""

    section: Section
    paragraphs: Annotated[tuple[Paragraph, ...], Field(min_length=1, max_length=PARAGRAPHS)]


class ApproveNarrative(Command):
    """Approve a narrative as it was read: the text of this checksum, written by somebody else."""

    narrative_id: Slug
    text_sha256: Sha256


class WithdrawNarrative(Command):
    """Take a narrative out of the report."""

    narrative_id: Slug
