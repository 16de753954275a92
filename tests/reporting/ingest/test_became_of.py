"""What became of a record of an outside source, told within a scope."""

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.became_of import became_of
from services.reporting.ingest.quarantine import ALL, Scope
from shared.errors import Unknown
from shared.eventstore.event_ids import uuid7
from shared.testing.author import Author
from tests.reporting.history import CANTEEN, CANTEEN_TOPIC
from tests.reporting.records import ORG, Partition, gift, gift_stream


async def test_an_event_is_accepted_once_and_its_other_body_is_quarantined(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    partition, author = Partition(CANTEEN_TOPIC), Author(source=CANTEEN)
    sent = author.write(gift_stream(1), gift(1))
    other = author.write(gift_stream(1), gift(1, quantity=9), event_id=sent.event_id)
    raws = [partition.raw(sent), partition.raw(other), partition.raw(sent)]
    await simulated.apply(raws, partition.move(raws))

    became = await became_of(pool, "canteen", sent.event_id, ALL)
    accepted, (held,) = became["accepted"], became["quarantined"]
    assert (accepted["log_index"], accepted["org_id"], accepted["stream"]) == (
        1, ORG, gift_stream(1),
    )  # fmt: skip
    assert accepted["sealed_at"] is not None
    assert (held["reason"], held["state"], held["times_seen"]) == ("id-reused", "open", 1)
    assert became == await became_of(pool, "canteen", sent.event_id, Scope([ORG]))
    assert became == await became_of(pool, "canteen", sent.event_id, Scope([], [CANTEEN_TOPIC]))


async def test_outside_the_scope_and_never_heard_are_one_answer(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    partition = Partition(CANTEEN_TOPIC)
    sent = Author(source=CANTEEN).write(gift_stream(1), gift(1))
    raws = [partition.raw(sent)]
    await simulated.apply(raws, partition.move(raws))
    for name, event_id, scope in (
        ("canteen", sent.event_id, Scope(["other"])),
        ("canteen", sent.event_id, Scope([], ["guildhall.ext.hospital.v1"])),
        ("hospital", sent.event_id, ALL),
        ("canteen", uuid7(), ALL),
    ):
        with pytest.raises(Unknown, match="unknown-event"):
            await became_of(pool, name, event_id, scope)
