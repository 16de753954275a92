"""Each person of a roster names the event that froze it."""

from services.reporting.projections.roster import ROSTER
from tests.reporting.history import History
from tests.reporting.projections.rows import rows_of
from tests.reporting.year import (
    person,
    roster,
)


def test_each_person_of_a_roster_names_the_event_that_froze_it() -> None:
    history = History()(roster("s", "2022-01-17", [1, 2]))
    found = rows_of(ROSTER, history)
    assert [row.person_id for row in found] == [person(1), person(2)]
    assert {row.frozen for row in found} == {history.envelopes[0].event_id}
