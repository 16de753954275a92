"""What counts of a stream as known at a log_index: nothing withdrawn, and no withdrawal."""

from collections import defaultdict
from collections.abc import Sequence

from hypothesis import given, settings

from services.reporting.projections import PROJECTIONS, dispatch_to
from services.reporting.projections.effective import Told, effective, touched_by, withdrawn_by
from shared.contract.envelope import DomainEvent
from tests.examples.events import congress_held, entry_withdrawn, meeting_convened
from tests.reporting.arbitrary import happenings
from tests.reporting.disowning import withdrawing
from tests.reporting.history import History

EVERYTHING = dispatch_to(frozenset(projection.name for projection in PROJECTIONS))


def told(history: History, disowned: dict[int, int] | None = None) -> Sequence[Told]:
    at = {index: ((since, None),) for index, since in (disowned or {}).items()}
    return [Told(entry, at.get(entry.log_index, ())) for entry in history.entries()]


def meeting() -> History:
    history = History()(meeting_convened(meeting_id="a"), congress_held(meeting_id="a"))
    withdrawal = withdrawing(history.envelopes[1])
    assert withdrawal is not None
    return history(withdrawal)


def counting(entries: Sequence[Told], at: int) -> list[int]:
    return [entry.log_index for entry in effective(entries, at)]


def test_a_withdrawn_entry_counted_until_it_was_withdrawn() -> None:
    entries = told(meeting())
    assert [counting(entries, at) for at in (1, 2, 3)] == [[1], [1, 2], [1, 3]]


def test_a_withdrawal_that_is_disowned_withdraws_nothing_from_then_on() -> None:
    entries = told(meeting(), {3: 5})
    assert [counting(entries, at) for at in (4, 5)] == [[1, 3], [1, 2]]
    assert entries[2].known_at(4).disowned == ()


def test_an_entry_is_withdrawn_by_its_own_source_later_and_once() -> None:
    history = meeting()
    by = {index: entry.log_index for index, entry in withdrawn_by(told(history), 9).items()}
    assert by == {2: 3}
    named = history.envelopes[0].event_id
    history.from_outside(entry_withdrawn(entry=str(named), entry_stream="meeting-a"))
    assert withdrawn_by(told(history), 9).keys() == {2}
    history(entry_withdrawn(entry=str(history.envelopes[2].event_id), entry_stream="meeting-a"))
    assert withdrawn_by(told(history), 9).keys() == {2}, "a withdrawal is not withdrawn"


@settings(max_examples=50, deadline=None)
@given(happenings(most=30))
def test_no_row_is_touched_by_events_of_two_streams(happened: list[DomainEvent]) -> None:
    """So what the others make of a row is read from its stream alone."""
    streams: dict[object, set[str]] = defaultdict(set)
    for entry in History()(*happened).entries():
        for touched in touched_by(EVERYTHING, [entry]):
            streams[touched.projection.name, touched.key].add(entry.envelope.stream)
    assert all(len(of_row) == 1 for of_row in streams.values())
