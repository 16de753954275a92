"""An older version in the log is folded as the newest, and its document stays what it was.

The example: a GiftIssued of version 0, which stated its worth and no amount.
"""

from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import ValidationError

from services.reporting.journal.log import entries_of, entry_of_row
from services.reporting.journal.record import Decoded
from services.reporting.projections.deliveries import DELIVERIES
from shared.contract import upcasts
from shared.contract.benefits import GiftIssued
from shared.contract.catalogue import CATALOGUE
from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import Envelope
from shared.contract.upcasts import Data, Upcast, newest
from shared.testing.author import Author
from tests.reporting.history import current_rows, folded
from tests.reporting.records import Partition, gift, gift_stream

OLD, NEW = "guildhall.benefits.GiftIssued.v0", GiftIssued.type_name()


class GiftIssuedV0(GiftIssued):
    """As it might have been: `worth_fen` instead of an amount."""

    VERSION = 0
    worth_fen: int | None = None


def read_v0(data: Data) -> Data:
    """The worth is the amount of version 1; nothing else changed."""
    return {n: v for n, v in data.items() if n != "worth_fen"} | {"amount_fen": data["worth_fen"]}


def amount(event: Any) -> int | None:
    found: int | None = event.amount_fen
    return found


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> Envelope:
    """An event of version 0, whose upcast is known."""
    monkeypatch.setitem(upcasts.UPCASTS, OLD, Upcast(NEW, read_v0))
    monkeypatch.setitem(CATALOGUE, OLD, GiftIssuedV0)
    written = Author().write(gift_stream(1), gift(1, amount_fen=None, unit_value_fen=None))
    data = orjson.loads(written.data) | {"worth_fen": 12_300}
    return written._replace(type=OLD, data=orjson.dumps(data), event_id=UUID(int=5))


def test_an_older_version_is_folded_as_the_newest_live_and_from_the_journal(old: Envelope) -> None:
    document = document_of(old)
    event = GiftIssuedV0.model_validate_json(old.data)
    raw = Partition().raw(old)
    (live,) = entries_of(1, [Decoded(raw, old, event, document, leaf_hash(document), True)])
    row = {"log_index": 1, "document": document, "epoch": 1}
    row |= {"shard": old.shard, "shard_sequence": old.shard_sequence}
    rebuilt = entry_of_row(row)
    for entry in (live, rebuilt):
        assert (entry.envelope.type, amount(entry.event)) == (NEW, 12_300)
        (delivery,) = current_rows(folded(DELIVERIES, [entry])).values()
        assert delivery.amount_fen == 12_300
    assert b"worth_fen" in document, "the document is what it was"


def test_what_is_the_newest_is_passed_on_as_it_is() -> None:
    envelope, event = Author().write(gift_stream(1), gift(1)), gift(1)
    assert newest(envelope, event) == (envelope, event)


def test_an_upcast_that_gives_no_event_of_its_successor_is_a_defect_and_shows(
    old: Envelope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(upcasts.UPCASTS, OLD, Upcast(NEW, lambda data: {}))
    with pytest.raises(ValidationError):
        newest(old, gift(1))


def test_every_upcast_ends_at_a_type_that_is_published() -> None:
    for older, upcast in upcasts.UPCASTS.items():
        assert {older, upcast.successor} <= CATALOGUE.keys()
