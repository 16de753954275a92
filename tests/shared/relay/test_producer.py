"""Batches built by hand: every event is in one, in order, whatever its size."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import MessageSizeTooLargeError
from orjson import loads

from shared.contract.document import document_of
from shared.kafka.access import KafkaAccess
from shared.relay.producer import BATCH_BYTES, Publisher, open_publisher
from shared.testing.author import Author
from shared.testing.topics import make_topic
from tests.reporting.records import gift, gift_stream


@pytest.fixture
async def own_topic(kafka: KafkaAccess, topic: str) -> AsyncIterator[str]:
    """A topic of this test's own."""
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    await make_topic(admin, topic, 2)
    yield topic
    await admin.delete_topics([topic])
    await admin.close()


def events(*sizes: int) -> list[tuple[Any, ...]]:
    """Stamped events of shard 3 with documents of these many bytes or a few more."""
    author = Author()
    written = [author.write(gift_stream(n), gift(n)) for n, _ in enumerate(sizes)]
    return [
        (e.stream, document_of(e._replace(data=e.data.ljust(size))), 1, 3, n)
        for n, (e, size) in enumerate(zip(written, sizes, strict=True), start=1)
    ]


async def test_events_larger_than_a_batch_arrive_among_the_others_in_order(
    kafka: KafkaAccess, own_topic: str
) -> None:
    sent = events(*[400] * 900, BATCH_BYTES * 2, 400, BATCH_BYTES - 200, *[400] * 900)
    async with open_publisher(kafka, own_topic) as publisher:
        await (await publisher.send(sent[:600]))
        await (await publisher.send(sent[600:]))
    consumer = AIOKafkaConsumer(own_topic, **kafka.client(), auto_offset_reset="earliest")
    async with consumer:
        found: list[str] = []
        while len(found) < len(sent):
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found += [loads(record.value)["id"] for record in records]
    assert found == [loads(document)["id"] for _, document, *_ in sent]


async def test_an_event_that_fits_in_no_batch_is_never_passed_over() -> None:
    full: Any = SimpleNamespace(append=lambda **_: None)
    producer: Any = SimpleNamespace(create_batch=lambda: full)
    with pytest.raises(MessageSizeTooLargeError):
        await Publisher(producer, "topic", 8).send(events(400))
