"""A stream's state is its events folded, oldest first."""

from hypothesis import given
from hypothesis import strategies as st

from shared.decider.fold import fold


def listed(state: tuple[int, ...] | None, event: int) -> tuple[int, ...]:
    return (*(state or ()), event)


def test_what_has_no_events_is_as_it_began() -> None:
    assert fold(listed, [], None) is None
    assert fold(listed, iter(()), (7,)) == (7,)


@given(st.lists(st.integers()))
def test_every_event_is_folded_once_and_in_order(events: list[int]) -> None:
    assert fold(listed, iter(events), ()) == tuple(events)


@given(st.lists(st.integers()), st.lists(st.integers()))
def test_folding_on_from_a_state_is_folding_from_the_start(
    before: list[int], after: list[int]
) -> None:
    assert fold(listed, after, fold(listed, before, ())) == fold(listed, before + after, ())
