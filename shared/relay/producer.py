"""Puts stored events into Kafka in batches built here: one future a batch, where `send` makes one a
record (half of what a record costs). Idempotent, acks=all, in order within a partition.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from shared.kafka.access import KafkaAccess
from shared.kafka.clients import stop_producer
from shared.kafka.cloudevents import CONTENT_TYPE, position_header

BATCH_BYTES = 262_144

Stamped = Any
"""A row of `shard_log.STAMPED`: stream, document, epoch, shard, sequence."""


class Publisher:
    """Publishes to one topic; an event goes to partition `shard mod partitions`."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, partitions: int) -> None:
        self.producer, self.topic, self.partitions = producer, topic, partitions

    async def send(self, stamped: Iterable[Stamped]) -> asyncio.Future[Any]:
        """Hand the events to the producer, in their order; what it returns is done when all of them
        are acknowledged. What is sent later arrives later. Raises KafkaError, here or there.
        """
        now_ms = int(time.time() * 1000)
        building: dict[int, Any] = {}
        sent: list[Awaitable[Any]] = []
        for stream, document, epoch, shard, sequence in stamped:
            partition, key = shard % self.partitions, stream.encode()
            headers = [CONTENT_TYPE, position_header(epoch, shard, sequence)]
            batch = building.get(partition)
            if batch is None or not _added(batch, now_ms, key, document, headers):
                if batch is not None:
                    sent.append(await self._submit(batch, partition))
                batch = building[partition] = self.producer.create_batch()
                if not _added(batch, now_ms, key, document, headers):
                    # An empty batch takes any record; were that to change, none may be passed over.
                    raise MessageSizeTooLargeError(f"{len(document)} bytes fit in no batch")
        for partition, batch in building.items():
            sent.append(await self._submit(batch, partition))
        return asyncio.gather(*sent)

    async def _submit(self, batch: Any, partition: int) -> Awaitable[Any]:
        batch.close()
        sent: Awaitable[Any] = await self.producer.send_batch(
            batch, self.topic, partition=partition
        )
        return sent


def _added(
    batch: Any, now_ms: int, key: bytes, document: bytes, headers: list[tuple[str, bytes]]
) -> bool:
    added = batch.append(timestamp=now_ms, key=key, value=document, headers=headers)
    return added is not None


@asynccontextmanager
async def open_publisher(kafka: KafkaAccess, topic: str) -> AsyncIterator[Publisher]:
    """A publisher with a producer of its own. Raises KafkaError."""
    producer = AIOKafkaProducer(
        **kafka.client(),
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        compression_type="lz4",
        max_batch_size=BATCH_BYTES,
        request_timeout_ms=15_000,
    )
    try:
        await producer.start()
        yield Publisher(producer, topic, len(await producer.partitions_for(topic)))
    finally:
        await stop_producer(producer)
