"""A narrative stands as last written, once it is approved, until it is withdrawn."""

from services.reporting.projections.narratives import NARRATIVES, Narrative
from shared.contract.envelope import DomainEvent
from tests.examples.reporting import narrative_approved, narrative_withdrawn, narrative_written
from tests.reporting.history import History, current_rows, folded

OTHER = "0" * 64


def narrative(*events: DomainEvent) -> Narrative:
    """The one narrative that these events leave."""
    (row,) = current_rows(folded(NARRATIVES, History()(*events).entries())).values()
    found: Narrative = row
    return found


def test_it_is_approved_as_it_was_read_and_waits_again_when_it_is_rewritten() -> None:
    written, approved = narrative_written(), narrative_approved()
    assert narrative(written).approved_by is None
    assert narrative(written, approved).approved_by == "clerk-1"
    rewritten = narrative_written(text_sha256=OTHER)
    assert narrative(written, approved, rewritten).approved_by is None
    assert narrative(written, rewritten, approved).approved_by is None


def test_it_is_withdrawn_and_may_be_written_again() -> None:
    written, withdrawn = narrative_written(), narrative_withdrawn()
    assert narrative(written, withdrawn).withdrawn_on is not None
    assert narrative(written, withdrawn, written).withdrawn_on is None


def test_what_was_never_written_is_neither_approved_nor_withdrawn() -> None:
    events = History()(narrative_approved(), narrative_withdrawn()).entries()
    assert folded(NARRATIVES, events) == {}
