"""Every projection, for any events in any order: batches, replay and knowledge time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.projections import PROJECTIONS
from services.reporting.projections.definition import Projection
from shared.contract.envelope import DomainEvent
from shared.contract.withdrawal import Withdrawal
from tests.reporting.arbitrary import CLASSES, happenings
from tests.reporting.history import History, current_rows, folded

EVERY = st.sampled_from(PROJECTIONS)


@settings(max_examples=150)
@given(projection=EVERY, events=happenings(), cuts=st.lists(st.integers(1, 40), max_size=6))
def test_a_batch_may_be_split_anywhere(
    projection: Projection, events: list[DomainEvent], cuts: list[int]
) -> None:
    entries = History()(*events).entries()
    assert folded(projection, entries, cuts) == folded(projection, entries)


@settings(max_examples=150)
@given(projection=EVERY, events=happenings(least=1), data=st.data())
def test_as_known_at_any_index_is_the_fold_of_what_was_known(
    projection: Projection, events: list[DomainEvent], data: st.DataObject
) -> None:
    entries = History()(*events).entries()
    at = data.draw(st.integers(0, len(entries)))
    assert current_rows(folded(projection, entries), at) == current_rows(
        folded(projection, entries[:at])
    )


@settings(max_examples=50)
@given(events=happenings())
def test_versions_of_a_row_follow_each_other_and_never_overlap(events: list[DomainEvent]) -> None:
    entries = History()(*events).entries()
    for projection in PROJECTIONS:
        for versions in folded(projection, entries).values():
            bounds = [bound for _, since, until in versions for bound in (since, until)]
            assert bounds == sorted(bounds)
            assert all(since < until for _, since, until in versions)


def test_every_published_event_is_folded_by_something() -> None:
    folded_classes = {cls for projection in PROJECTIONS for cls in projection.on}
    # A dependant receives in that capacity; the delivery itself says so. Who asked for a payment is
    # said again by the payment, as our service read it from the request's envelope.
    told_elsewhere = {"DependantDeclared", "ExpenditureRequested"}
    told = {cls for cls in CLASSES if not issubclass(cls, Withdrawal)}  # they take out: disowned.py
    assert {cls.__name__ for cls in told - folded_classes} == told_elsewhere
