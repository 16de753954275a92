"""A service's own copy of another context's facts: records in, statements of its own database out.

The position is kept in the same transaction as the copy, keyed by cluster, topic and partition;
Kafka's group offsets are not used. Statements must be idempotent by stream version, because a
wiped Kafka is refilled from its start.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.bus import from_record
from shared.consumer import stop_consumer
from shared.contract.catalogue import event_class, topic_of
from shared.contract.envelope import DomainEvent, Envelope
from shared.database import UNREACHABLE
from shared.errors import ContractViolation
from shared.metrics import COPY_BEHIND
from shared.store import Also

log = structlog.get_logger("subscription")

Reaction = Callable[[Any, Envelope], Also]
"""What a context does when another speaks: (event, envelope) -> a statement and its rows."""

POSITIONS = """
CREATE TABLE IF NOT EXISTS subscription_positions (
    cluster_id text NOT NULL, topic text NOT NULL, partition integer NOT NULL,
    next_offset bigint NOT NULL, PRIMARY KEY (cluster_id, topic, partition))
"""
ADVANCE = """
INSERT INTO subscription_positions AS p (cluster_id, topic, partition, next_offset)
VALUES ($1, $2, $3, $4)
ON CONFLICT (cluster_id, topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
WHERE p.next_offset = $5
"""


class Subscription:
    """Follows the topic of one context and applies REACTIONS to this service's database."""

    def __init__(
        self, pool: asyncpg.Pool, service: str, context: str, kafka: str,
        reactions: Mapping[type[DomainEvent], Reaction],
    ) -> None:  # fmt: skip
        self.pool, self.service, self.kafka = pool, service, kafka
        self.topic = topic_of(context)
        self.reactions = reactions

    async def run(self) -> None:
        """Follow until cancelled; Kafka or PostgreSQL being away is waited out."""
        while True:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self.kafka, enable_auto_commit=False,
                isolation_level="read_committed", auto_offset_reset="none",
            )  # fmt: skip
            try:
                await self.pool.execute(POSITIONS)
                await consumer.start()
                await self._follow(consumer)
            except (KafkaError, *UNREACHABLE) as why:
                log.warning("subscription starts anew", topic=self.topic, error=repr(why))
                await asyncio.sleep(0.5)
            finally:
                await stop_consumer(consumer)

    async def _cluster_id(self) -> str:
        client = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await client.start()
        try:
            return str((await client.describe_cluster())["cluster_id"])
        finally:
            await client.close()

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        cluster_id = await self._cluster_id()
        while not (partitions := consumer.partitions_for_topic(self.topic)):
            await asyncio.sleep(0.2)
            await consumer._client.force_metadata_update()
        targets = [TopicPartition(self.topic, number) for number in sorted(partitions)]
        consumer.assign(targets)
        starts = await consumer.beginning_offsets(targets)
        positions: dict[TopicPartition, int] = {}
        for target in targets:
            stored = await self.pool.fetchval(
                "SELECT next_offset FROM subscription_positions"
                " WHERE cluster_id = $1 AND topic = $2 AND partition = $3",
                cluster_id, self.topic, target.partition,
            )  # fmt: skip
            positions[target] = stored or 0
            consumer.seek(target, max(stored or 0, starts[target]))
        while True:
            batches = await consumer.getmany(timeout_ms=500, max_records=2000)
            for target, records in batches.items():
                await self._apply(cluster_id, target, positions[target], records)
                positions[target] = records[-1].offset + 1
            behind = [(consumer.highwater(t) or 0) - await consumer.position(t) for t in targets]
            COPY_BEHIND.labels(self.service, self.topic).set(max(0, sum(behind)))

    async def _apply(
        self, cluster_id: str, target: TopicPartition, expected: int, records: list[Any]
    ) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            moved = await connection.execute(
                ADVANCE, cluster_id, self.topic, target.partition, records[-1].offset + 1,
                expected,
            )  # fmt: skip
            if moved.endswith(" 0"):
                # Another replica is ahead with the same copy: take its position, apply nothing.
                raise asyncpg.InterfaceError("another replica moved this position")
            for statement in filter(None, map(self._statement, records)):
                await connection.executemany(statement.sql, statement.rows)

    def _statement(self, record: Any) -> Also | None:
        try:
            envelope = from_record(record.key, record.value, record.headers)
            cls = event_class(envelope.type)
            reaction = self.reactions.get(cls)
            if reaction is None:
                return None
            return reaction(cls.model_validate_json(envelope.data, extra="ignore"), envelope)
        except (ContractViolation, ValueError) as why:
            # The owner's topic holds only the owner's events; reporting quarantines and names the
            # rest, and a copy that stopped here would stop every command that needs it.
            log.error("record not understood", topic=self.topic, offset=record.offset, why=str(why))
            return None
