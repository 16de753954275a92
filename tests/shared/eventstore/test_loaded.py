"""Who recorded what in a stream, as it was read."""

from shared.contract.events import IssueRaised, IssueResolved
from shared.eventstore.loaded import Loaded
from tests.examples.events import issue_raised, issue_resolved


def test_the_last_of_a_type_counts_and_none_is_nobody_s() -> None:
    events = [issue_raised(), issue_resolved(), issue_raised()]
    found = Loaded(events, 3, ["first", "second", "third"])
    assert (found.actor_of(IssueRaised), found.actor_of(IssueResolved)) == ("third", "second")
    assert Loaded([], 0).actor_of(IssueRaised) is None
