"""Following another context's topic: what Kafka has, handed to a replica batch by batch.

The position is kept in the same transaction as the copy, keyed by the ids of cluster and topic;
Kafka's group offsets are not used.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.eventstore.database import UNREACHABLE
from shared.health import Health
from shared.kafka.access import KafkaAccess
from shared.kafka.clients import make_consumer, stop_consumer
from shared.kafka.topic_ids import TopicChanged, identify
from shared.metrics import COPY_BEHIND
from shared.replicas.apply import Move, Replica

log = structlog.get_logger("subscription")

RETRY_SECONDS = 0.5
IDENTIFY_SECONDS = 5.0


class Log(NamedTuple):
    """One life of a topic: made anew, it has another id and the same name."""

    cluster_id: str
    topic_id: UUID


Done = Callable[[Log], Awaitable[bool]]
"""Asked whenever what Kafka has was applied: whether the topic needs to be followed no longer."""


class Subscription:
    """Follows the topic of one context, for one replica."""

    def __init__(
        self,
        replica: Replica,
        kafka: KafkaAccess,
        health: Health | None = None,
        done: Done | None = None,
    ) -> None:
        self.replica, self.kafka, self.done = replica, kafka, done
        copy = "refill" if replica.refill else "copy"
        self.health, self._part = health or Health(), f"{copy}-of-{replica.topic.split('.')[1]}"
        self.topic = replica.topic

    async def run(self) -> None:
        """Follow until it is done, or cancelled; Kafka, its topic or PostgreSQL being away is
        waited out. First of all what is quarantined is tried again: the code may be another since.
        Raises RefillEnded."""
        tried = False
        while True:
            consumer = make_consumer(self.kafka)
            try:
                if not tried:
                    await self.replica.try_again()
                    tried = True
                stored = await self._stored()
                await consumer.start()
                await self._follow(consumer, stored)
                return
            except (KafkaError, TopicChanged, *UNREACHABLE) as why:
                self.health.failed(self._part, why)
                log.warning("subscription starts anew", topic=self.topic, error=repr(why))
            finally:
                await stop_consumer(consumer)
            await asyncio.sleep(RETRY_SECONDS)

    async def _stored(self) -> dict[tuple[Log, int], int]:
        found = await self.replica.positions()
        return {(Log(cluster, topic), number): at for (cluster, topic, number), at in found.items()}

    async def _identify(self, consumer: AIOKafkaConsumer) -> tuple[Log, int]:
        """The topic's ids and its number of partitions. Raises TopicChanged where it is absent."""
        found = await identify(consumer._client, [self.topic])
        if self.topic not in found.topics:
            raise TopicChanged(f"{self.topic} does not exist")
        topic = found.topics[self.topic]
        return Log(found.cluster_id, topic.topic_id), topic.partitions

    async def _follow(
        self, consumer: AIOKafkaConsumer, stored: Mapping[tuple[Log, int], int]
    ) -> None:
        identity = await self._identify(consumer)
        log_read, partitions = identity
        targets = [TopicPartition(self.topic, number) for number in range(partitions)]
        consumer.assign(targets)
        positions = {t: stored.get((log_read, t.partition), 0) for t in targets}
        await self._seek(consumer, positions)
        self.health.succeeded(self._part)
        checked = asyncio.get_running_loop().time()
        while True:
            batches = await consumer.getmany(timeout_ms=500, max_records=2000)
            for target, records in batches.items():
                end = records[-1].offset + 1
                move = Move(*log_read, target.partition, end, positions[target])
                await self.replica.apply(records, move)
                positions[target] = end
            behind = [(consumer.highwater(t) or 0) - await consumer.position(t) for t in targets]
            if self.replica.refill is None:
                COPY_BEHIND.labels(self.replica.service, self.topic).set(max(0, sum(behind)))
            if self.done is not None and sum(behind) <= 0 and await self.done(log_read):
                return
            if asyncio.get_running_loop().time() - checked > IDENTIFY_SECONDS:
                checked = asyncio.get_running_loop().time()
                await self.replica.give_up()
                if self.replica.refill is None:
                    await self.replica.observe()
                if (now := await self._identify(consumer)) != identity:
                    raise TopicChanged(f"{self.topic} was {identity}, is {now}")
                self.health.succeeded(self._part)

    async def _seek(
        self, consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]
    ) -> None:
        starts = await consumer.beginning_offsets(list(positions))
        ends = await consumer.end_offsets(list(positions))
        for target, position in positions.items():
            if position > ends[target]:
                # Kafka lost its tail, and other records have these offsets now or will have them.
                log.error("kafka lost records that were read", partition=str(target), at=position)
                position = 0
            consumer.seek(target, max(position, starts[target]))
