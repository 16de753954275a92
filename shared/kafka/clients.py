"""Making aiokafka's consumers, and stopping its clients, whatever state Kafka is in."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.kafka.access import KafkaAccess
from shared.kafka.record_batches import read_any_batch

STOP_SECONDS = 5.0


def make_consumer(kafka: KafkaAccess, **settings: Any) -> AIOKafkaConsumer:
    """A consumer of what is committed, which a producer's bytes cannot end or fill; its positions
    are PostgreSQL's, so it neither commits offsets by itself nor begins where none is known."""
    read_any_batch()
    return AIOKafkaConsumer(
        **kafka.client(),
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="none",
        metadata_max_age_ms=5_000,
        **settings,
    )


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Leave the group and close every connection; a failure is passed over: Kafka may be away."""
    await _stop(consumer.stop, consumer._client.close)


async def stop_producer(producer: AIOKafkaProducer) -> None:
    """Send what is waiting and close every connection; a failure is passed over, or a broken
    producer would keep us from a new one."""
    await _stop(producer.stop, producer.client.close)


async def _stop(*closes: Callable[[], Awaitable[None]]) -> None:
    """Call them in turn until one of them succeeds, each in a task apart.

    aiokafka 0.14 cancels its own tasks and awaits them. In ours it would let their CancelledError
    out of `stop()`, which ends the caller without a trace and leaves the client open; or it would
    take a cancellation of ours for theirs, and the caller would go on.
    """
    for close in closes:
        closing = asyncio.ensure_future(close())
        await asyncio.wait([closing], timeout=STOP_SECONDS)
        # cancel() answers True where it was not done in time.
        if not closing.cancel() and not closing.cancelled() and closing.exception() is None:
            return
