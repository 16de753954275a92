"""Who of the sources that are not ours is heard, and what became of what they sent, over HTTP."""

from typing import Any

from services.reporting.ingest.apply import Ingest
from shared.testing.author import Author
from tests.reporting.api.conftest import Asker
from tests.reporting.history import CANTEEN, CANTEEN_TOPIC
from tests.reporting.records import Partition, gift, gift_stream

ULID = "01GCE6Z9H2J8S3X4V5T6R7Q8P9"


async def test_without_a_register_nobody_is_listed(asker: Asker) -> None:
    found = await asker.answer("sources", role="operator", orgs=("*",))
    assert found == {"sources": [], "unreadable": ""}


async def test_a_producer_asks_of_its_own_events_and_of_no_other_source(
    asker: Asker, simulated: Ingest
) -> None:
    partition, author = Partition(CANTEEN_TOPIC), Author(source=CANTEEN)
    sent = author.write(gift_stream(1), gift(1))
    raws = [partition.raw(sent)]
    await simulated.apply(raws, partition.move(raws))
    me: dict[str, Any] = {"role": "producer", "subject": "producer-canteen"}
    found = await asker.answer("sources/canteen/events", **me)
    assert (found["received"], found["applied"], found["refused"]) == (1, 1, 0)
    for name in ("hospital", "canteen-2"):
        refused = await asker.get(f"sources/{name}/events", **me)
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown-source")
    stranger = await asker.get("sources/canteen/events", role="producer", subject="producer-x")
    assert stranger.status_code == 404


async def test_an_event_is_named_by_a_uuid_or_a_ulid(asker: Asker, simulated: Ingest) -> None:
    wrong = await asker.get("sources/canteen/events/x", role="operator")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-request")
    unknown = await asker.get(f"sources/canteen/events/{ULID}", role="operator")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-event")
