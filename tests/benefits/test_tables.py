"""The indexes of claims and payments are written with every event of one, and with no other."""

from services.benefits.tables import TABLES, rows_of
from shared.contract.benefits import EVENTS
from shared.eventstore.store import Write
from tests.benefits.domain.test_gifts import issued


def test_every_event_of_a_claim_or_payment_is_in_its_index() -> None:
    indexed = ("claim", "payment")
    assert set(TABLES) == {event for event in EVENTS if event.STREAM.kind in indexed}


def test_what_is_in_no_table_writes_nothing() -> None:
    gift = issued("p-ann001")
    assert rows_of([Write(gift.stream_of(), 0, [gift])]) == []
