"""How far Kafka's topics go: what the operator's status needs to say how far ingest is behind."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.kafka.access import KafkaAccess
from shared.kafka.clients import stop_consumer

log = structlog.get_logger("kafka-ends")

ANSWER_SECONDS = 3.0

Partition = tuple[str, int]


class KafkaEnds:
    """Asks for end offsets with one connection, opened when first asked and anew after a failure.

    `async with` closes it. Kafka being away is no failure of the question: nothing is answered.
    """

    def __init__(self, kafka: KafkaAccess) -> None:
        self.kafka = kafka
        self._consumer: AIOKafkaConsumer | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> "KafkaEnds":
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._close()

    async def __call__(self, partitions: Sequence[Partition]) -> Mapping[Partition, int]:
        """The end offset of each partition; empty where Kafka does not answer in time."""
        if not partitions:
            return {}
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    ends = await self._ask([TopicPartition(*each) for each in partitions])
            except (KafkaError, OSError, TimeoutError) as why:
                log.warning("kafka does not say how far it goes", why=repr(why))
                await self._close()
                return {}
        return {(target.topic, target.partition): end for target, end in ends.items()}

    async def _ask(self, targets: list[TopicPartition]) -> dict[TopicPartition, int]:
        if self._consumer is None:
            self._consumer = AIOKafkaConsumer(
                **self.kafka.client(), group_id=None, enable_auto_commit=False
            )
            await self._consumer.start()
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(targets)
        return ends

    async def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stop_consumer(consumer)
