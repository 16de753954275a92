"""An example of every event of reporting: its frozen sample, with what a test changes."""

from typing import Any

from shared.contract.reporting import (
    EventDisowned,
    FindingExplained,
    FindingRaised,
    FindingResolved,
    FindingWaived,
    FindingWaiverProposed,
    FindingWaiverRevoked,
    NarrativeApproved,
    NarrativeWithdrawn,
    NarrativeWritten,
    QuarantineDiscarded,
    ReportIssued,
    ReportSuperseded,
)
from tests.examples.sample import example


def finding_raised(**changes: Any) -> FindingRaised:
    """A rule did not pass."""
    return example(FindingRaised, changes)


def finding_explained(**changes: Any) -> FindingExplained:
    """A person explained a finding."""
    return example(FindingExplained, changes)


def finding_resolved(**changes: Any) -> FindingResolved:
    """The verdict no longer stands."""
    return example(FindingResolved, changes)


def report_issued(**changes: Any) -> ReportIssued:
    """A report was issued."""
    return example(ReportIssued, changes)


def report_superseded(**changes: Any) -> ReportSuperseded:
    """Another report took one's place."""
    return example(ReportSuperseded, changes)


def finding_waiver_proposed(**changes: Any) -> FindingWaiverProposed:
    """A person proposes to bear a finding for a time."""
    return example(FindingWaiverProposed, changes)


def finding_waived(**changes: Any) -> FindingWaived:
    """Another person waived a finding."""
    return example(FindingWaived, changes)


def finding_waiver_revoked(**changes: Any) -> FindingWaiverRevoked:
    """A waiver ended before its day."""
    return example(FindingWaiverRevoked, changes)


def narrative_written(**changes: Any) -> NarrativeWritten:
    """A person wrote what a section of a report says."""
    return example(NarrativeWritten, changes)


def narrative_approved(**changes: Any) -> NarrativeApproved:
    """Another person approved a narrative's text."""
    return example(NarrativeApproved, changes)


def narrative_withdrawn(**changes: Any) -> NarrativeWithdrawn:
    """A narrative is not to stand in the report."""
    return example(NarrativeWithdrawn, changes)


def quarantine_discarded(**changes: Any) -> QuarantineDiscarded:
    """A person settled a record in quarantine as never to be applied."""
    return example(QuarantineDiscarded, changes)


def event_disowned(**changes: Any) -> EventDisowned:
    """A person said that an event of the journal is none of its source's."""
    return example(EventDisowned, changes)
