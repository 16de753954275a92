"""A programme's terms, its roster's chunks, its closing."""

from services.reporting.projections.programmes import PROGRAMMES
from tests.reporting.history import History
from tests.reporting.projections.rows import day, only, rows_of
from tests.reporting.year import (
    closed,
    programme,
    roster,
)


def test_opened_frozen_and_closed() -> None:
    history = History()(
        programme("s", "spring_festival", "2022-01-13"),
        roster("s", "2022-01-17", [1, 2]),
        closed("s", "spring_festival", "2022-01-28", [2]),
    )
    (row,) = rows_of(PROGRAMMES, history)
    assert (row.title, row.occasion, row.population) == (
        "2022年s",
        "spring_festival",
        "members",
    )
    assert (row.unit_value_fen, row.fund, row.payer) == (30000, "union_funds", "own")
    assert (row.roster_as_of, row.roster_count) == (day("2022-01-17"), 2)
    assert (row.closed_on, row.missed_count) == (day("2022-01-28"), 1)
    ids = [envelope.event_id for envelope in history.envelopes]
    assert [row.opened, row.frozen, row.closed] == ids


def test_a_roster_in_chunks_is_whole_when_all_came() -> None:
    chunk = roster("s", "2022-01-17", [1, 2]).model_copy(update={"chunks": 2, "count": 4})
    one = only(PROGRAMMES, chunk)
    assert (one.roster_chunks, one.roster_chunks_due) == (1, 2)
    two = only(PROGRAMMES, chunk, chunk.model_copy(update={"chunk": 2}))
    assert (two.roster_chunks, two.roster_chunks_due) == (2, 2)
