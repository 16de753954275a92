"""A finding's life: open, explained, resolved, open again."""

from datetime import date

from services.reporting.journal.record import Entry
from services.reporting.projections.findings import FINDINGS, Finding
from shared.contract.envelope import DomainEvent
from shared.testing.author import Author
from tests.examples.reporting import finding_explained, finding_raised, finding_resolved
from tests.reporting.history import current_rows, folded
from tests.reporting.records import ORG

RAISED = finding_raised(
    occurred_on=date(2022, 9, 30),
    finding_id="wel-03.a",
    rule="wel-03",
    rule_version="wel-03.1",
    subject="programme:mid-autumn-2022",
    period_from=date(2022, 9, 7),
    period_to=date(2022, 9, 9),
    severity="block",
    reason="forbidden-form",
    clause="津工通〔2017〕67号",
    known_at=7,
    evidence=("a", "b"),
)
EXPLAINED = finding_explained(
    occurred_on=date(2022, 10, 1), finding_id="wel-03.a", note_sha256="0" * 64
)
RESOLVED = finding_resolved(
    occurred_on=date(2022, 10, 2), finding_id="wel-03.a", rule="wel-03", known_at=9
)


def finding_after(*events: DomainEvent) -> Finding | None:
    author = Author("reporting")
    entries = [
        Entry(index, author.write(f"{ORG}/finding-wel-03.a", event), event, True)
        for index, event in enumerate(events, start=1)
    ]
    rows = list(current_rows(folded(FINDINGS, entries)).values())
    return rows[0] if rows else None


def states(*events: DomainEvent) -> list[str]:
    found = (finding_after(*events[:number]) for number in range(1, len(events) + 1))
    return [finding.state for finding in found if finding is not None]


def test_a_finding_is_open_until_it_is_explained_or_resolved() -> None:
    assert states(RAISED, EXPLAINED, RESOLVED) == ["open", "explained", "resolved"]


def test_raised_again_it_is_open_as_at_first_and_counts_its_raisings() -> None:
    assert states(RAISED, RESOLVED, RAISED) == ["open", "resolved", "open"]
    again = finding_after(RAISED, EXPLAINED, RESOLVED, RAISED)
    assert again is not None
    assert (again.raised_times, again.resolved_on, again.note_sha256) == (2, None, None)


def test_words_that_come_after_it_was_resolved_leave_it_resolved() -> None:
    assert states(RAISED, RESOLVED, EXPLAINED) == ["open", "resolved", "resolved"]


def test_what_was_never_raised_is_no_finding() -> None:
    assert finding_after(EXPLAINED, RESOLVED) is None
