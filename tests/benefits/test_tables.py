"""The index of claims is written with every event of a claim, and with no other."""

from services.benefits.tables import TABLES, rows_of
from shared.contract.benefits import EVENTS
from shared.eventstore.store import Write
from tests.benefits.domain.test_gifts import issued


def test_every_event_of_a_claim_is_in_the_index() -> None:
    assert set(TABLES) == {event for event in EVENTS if event.STREAM.kind == "claim"}


def test_what_is_in_no_table_writes_nothing() -> None:
    gift = issued("p-ann001")
    assert rows_of([Write(gift.stream_of(), 0, [gift])]) == []
