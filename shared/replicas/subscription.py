"""A service's own copy of another context's facts: records in, statements of its own database out.

The position is kept in the same transaction as the copy, keyed by the ids of cluster and topic;
Kafka's group offsets are not used. Statements must be idempotent by stream version and indifferent
to order, because a wiped Kafka is refilled from its start and what was missed comes late.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.contract.catalogue import event_class, source_of, topic_of
from shared.contract.envelope import DomainEvent, Envelope
from shared.errors import ContractViolation
from shared.eventstore.database import UNREACHABLE
from shared.eventstore.epochs import FIRST, known_epochs
from shared.eventstore.store import Also
from shared.kafka.access import KafkaAccess
from shared.kafka.clients import make_consumer, stop_consumer
from shared.kafka.cloudevents import from_record
from shared.kafka.topic_ids import TopicChanged, identify
from shared.metrics import COPY_BEHIND
from shared.replicas.coverage import cover

log = structlog.get_logger("subscription")

RETRY_SECONDS = 0.5
IDENTIFY_SECONDS = 5.0

Reaction = Callable[[Any, Envelope], Also]
"""What a context does when another speaks: (event, envelope) -> a statement and its rows."""

ADVANCE = """
INSERT INTO subscription_positions AS p (cluster_id, topic_id, partition, topic, next_offset)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (cluster_id, topic_id, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
WHERE p.next_offset = $6
"""


class Log(NamedTuple):
    """One life of a topic: made anew, it has another id and the same name."""

    cluster_id: str
    topic_id: UUID


class Subscription:
    """Follows the topic of one context and applies REACTIONS to this service's database."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        service: str,
        context: str,
        kafka: KafkaAccess,
        reactions: Mapping[type[DomainEvent], Reaction],
    ) -> None:
        self.pool, self.service, self.kafka = pool, service, kafka
        self.topic, self.source = topic_of(context), source_of(context)
        self.reactions = reactions

    async def run(self) -> None:
        """Follow until cancelled; Kafka, its topic or PostgreSQL being away is waited out."""
        while True:
            consumer = make_consumer(self.kafka)
            try:
                stored = await self._stored()
                await consumer.start()
                await self._follow(consumer, stored)
            except (KafkaError, TopicChanged, *UNREACHABLE) as why:
                log.warning("subscription starts anew", topic=self.topic, error=repr(why))
            finally:
                await stop_consumer(consumer)
            await asyncio.sleep(RETRY_SECONDS)

    async def _stored(self) -> dict[tuple[Log, int], int]:
        rows = await self.pool.fetch(
            "SELECT cluster_id, topic_id, partition, next_offset FROM subscription_positions"
            " WHERE topic = $1",
            self.topic,
        )
        return {(Log(cluster, topic), number): offset for cluster, topic, number, offset in rows}

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
        checked = asyncio.get_running_loop().time()
        while True:
            batches = await consumer.getmany(timeout_ms=500, max_records=2000)
            for target, records in batches.items():
                await self._apply(log_read, target, positions[target], records)
                positions[target] = records[-1].offset + 1
            behind = [(consumer.highwater(t) or 0) - await consumer.position(t) for t in targets]
            COPY_BEHIND.labels(self.service, self.topic).set(max(0, sum(behind)))
            if asyncio.get_running_loop().time() - checked > IDENTIFY_SECONDS:
                checked = asyncio.get_running_loop().time()
                if (now := await self._identify(consumer)) != identity:
                    raise TopicChanged(f"{self.topic} was {identity}, is {now}")

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

    async def _apply(
        self, log_read: Log, target: TopicPartition, expected: int, records: Sequence[Any]
    ) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            moved = await connection.execute(
                ADVANCE, *log_read, target.partition, self.topic, records[-1].offset + 1, expected
            )
            if moved.endswith(" 0"):
                # Another replica is ahead with the same copy: take its position, apply nothing.
                raise asyncpg.InterfaceError("another replica moved this position")
            epochs = (await known_epochs(connection)).get(self.source, FIRST)
            heard = []
            for record in records:
                try:
                    envelope, statement = self._read(record)
                except (ContractViolation, ValueError, RecursionError) as why:
                    # Reporting quarantines and names it, and a copy that stopped here would stop
                    # every command that needs it. It was not heard: reconciling goes on saying so.
                    log.error(
                        "record not understood",
                        topic=self.topic,
                        offset=record.offset,
                        why=str(why),
                    )
                    continue
                if epochs.are_dead(envelope):
                    log.warning("lost by its owner in a restore", event_id=str(envelope.event_id))
                    continue
                heard.append(envelope)
                if statement is not None:
                    await connection.executemany(statement.sql, statement.rows)
            await cover(connection, self.source, heard)

    def _read(self, record: Any) -> tuple[Envelope, Also | None]:
        """The event in a record, and what it changes here. Raises ContractViolation, ValueError."""
        envelope = from_record(record.key, record.value, record.headers)
        if envelope.source != self.source:
            raise ContractViolation("unregistered-source", f"{envelope.source} spoke here")
        cls = event_class(envelope.type)
        reaction = self.reactions.get(cls)
        if reaction is None:
            return envelope, None
        return envelope, reaction(cls.model_validate_json(envelope.data, extra="ignore"), envelope)
