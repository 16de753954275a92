"""Stopping aiokafka's consumer, whatever state Kafka is in."""

import asyncio

from aiokafka import AIOKafkaConsumer

STOP_SECONDS = 5.0


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Leave the group and close every connection; a failure is passed over: Kafka may be away.

    aiokafka 0.14 cancels its fetches and lets their CancelledError out of `stop()`, which would end
    the caller's task without a trace and leave the client open. So it is stopped in a task apart.
    """
    for close in (consumer.stop, consumer._client.close):
        closing = asyncio.create_task(close())
        await asyncio.wait([closing], timeout=STOP_SECONDS)
        # cancel() answers True where it was not done in time.
        if not closing.cancel() and not closing.cancelled() and closing.exception() is None:
            return
