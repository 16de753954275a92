"""An example of every event of reporting: its frozen sample, with what a test changes."""

from typing import Any

from shared.contract.reporting import (
    EventDisowned,
    FindingExplained,
    FindingRaised,
    FindingResolved,
    QuarantineDiscarded,
    ReportIssued,
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


def quarantine_discarded(**changes: Any) -> QuarantineDiscarded:
    """A person settled a record in quarantine as never to be applied."""
    return example(QuarantineDiscarded, changes)


def event_disowned(**changes: Any) -> EventDisowned:
    """A person said that an event of the journal is none of its source's."""
    return example(EventDisowned, changes)
