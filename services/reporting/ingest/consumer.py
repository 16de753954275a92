"""The consumer: group membership and fetching by aiokafka, positions by PostgreSQL.

On assignment it seeks to PostgreSQL's positions. A batch is handed over and awaited, while the next
is read ahead; when it fails, another consumer begins at what PostgreSQL holds; on revocation the
batch in flight is waited for. Kafka's committed offsets are written once a second, after
PostgreSQL's commit, for lag tools alone.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from services.reporting.ingest.admission import Admission
from services.reporting.ingest.apply import QuarantineFull
from services.reporting.ingest.offsets import Fenced, Move
from services.reporting.ingest.open_transactions import OpenTransactions
from services.reporting.ingest.paused import Paused, Waiting, nothing_waits
from services.reporting.ingest.prefetch import POLL_MS, Fetched, ReadAhead
from services.reporting.journal.record import Origin, Raw
from services.reporting.projections.checkpoints import Held
from shared.eventstore.database import UNREACHABLE
from shared.health import Health
from shared.kafka.access import KafkaAccess
from shared.kafka.clients import make_consumer, stop_consumer
from shared.kafka.topic_ids import ClusterIdentity, TopicChanged, identify
from shared.metrics import CONSUMER_LAG
from shared.tasks import end

log = structlog.get_logger("intake")

GROUP, PART = "guildhall-reporting", "ingest"
RETRY_SECONDS = 0.5
FULL_SECONDS = 2.0
"""Between two tries while projections may not be folded: each tries a whole batch in vain; and
between two looks whether a topic whose quarantine was full may be read again."""
IDENTIFY_SECONDS = 5.0
COMMIT_SECONDS = 1.0
COALESCE_SECONDS = 0.01
"""Between two batches that are small: at 1,000 events a second, each takes a dozen."""

Apply = Callable[[Sequence[Any], Sequence[Move]], Awaitable[Admission]]
Read = Callable[[Raw], Any]


class Intake(ConsumerRebalanceListener):
    """Reads the topics and hands each fetched batch to `apply`, one at a time.

    `read` makes of each record what `apply` takes, while the batch before is applied; `waiting`
    says how many records of a topic are in quarantine.
    """

    def __init__(
        self,
        kafka: KafkaAccess,
        topics: list[str],
        pool: asyncpg.Pool,
        apply: Apply,
        *,
        batch_records: int,
        group: str = GROUP,
        read: Read = lambda raw: raw,
        waiting: Waiting = nothing_waits,
        health: Health | None = None,
    ) -> None:
        self.kafka, self.topics, self.pool, self.apply = kafka, topics, pool, apply
        self.batch_records, self.group, self.read = batch_records, group, read
        self.paused, self.health = Paused(waiting), health or Health()
        self.open_transactions = OpenTransactions()
        self.identity = ClusterIdentity("", {})
        self.positions: dict[TopicPartition, int] = {}
        self.moved_at = 0.0
        self._in_flight = asyncio.Lock()
        self._uncommitted: dict[TopicPartition, int] = {}
        self._failed: Exception | None = None

    async def run(self) -> None:
        """Read until cancelled. Kafka, PostgreSQL or a topic being away is waited out."""
        while True:
            consumer = make_consumer(
                self.kafka,
                group_id=self.group,
                session_timeout_ms=6_000,
                heartbeat_interval_ms=1_000,
                max_poll_interval_ms=300_000,
                fetch_max_wait_ms=50,
                max_partition_fetch_bytes=1_048_576,
            )
            pause = RETRY_SECONDS
            try:
                await consumer.start()
                await self._consume(consumer)
            except QuarantineFull as why:
                # Another consumer begins, with these topics paused: all others are read on.
                self.health.failed(PART, why)
                await self.paused.add(why.topics)
                log.error("a topic is not read until a person settles it", detail=str(why))
            except Held as why:
                pause = FULL_SECONDS
                self.health.failed(PART, why)
                self._observe_lag(consumer)
                log.error("ingest stands still until a person settles it", detail=str(why))
            except (KafkaError, TopicChanged, Fenced, *UNREACHABLE) as why:
                self.health.failed(PART, why)
                log.warning("intake starts anew", error=type(why).__name__, detail=str(why))
            finally:
                await stop_consumer(consumer)
            await asyncio.sleep(pause)

    async def _consume(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.identity = await identify(consumer._client, self.topics)
        present = [topic for topic in self.topics if topic in self.identity.topics]
        if not present:
            raise TopicChanged(f"none of the topics {self.topics} exists yet")
        # Nothing is ours before this consumer is told so, whatever the one before it had.
        self.positions, self._uncommitted, self._failed = {}, {}, None
        self._ahead = ahead = ReadAhead(
            consumer, lambda record: self.read(self._raw(record)), room=self.batch_records
        )
        consumer.subscribe(present, listener=self)
        beside = [
            asyncio.create_task(running)
            for running in (
                ahead.run(),
                self._keep_committed(consumer),
                self._keep_identified(consumer),
                self.paused.keep_resuming(consumer, FULL_SECONDS),
            )
        ]
        try:
            await self._apply_arriving(beside)
        finally:
            await end(*beside)

    async def _apply_arriving(self, beside: Sequence[asyncio.Task[None]]) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        while not any(task.done() for task in beside):
            if self._failed is not None:
                raise self._failed
            await self._ahead.arrival(POLL_MS / 1000)
            if self._ahead.waiting < self.batch_records // 2:
                await asyncio.sleep(begun + COALESCE_SECONDS - clock())
            begun = clock()
            if not any(task.done() for task in beside):
                await self._hand_over()
        for task in beside:
            if task.done():
                task.result()

    # What Kafka is asked now and then is asked beside the batches: an answer it is slow to give
    # would hold up every event that arrives meanwhile.
    async def _keep_committed(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            await asyncio.sleep(COMMIT_SECONDS)
            await self._commit(consumer)

    async def _keep_identified(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            await asyncio.sleep(IDENTIFY_SECONDS)
            await self._check_identity(consumer)
            self.health.succeeded(PART)
            self._observe_lag(consumer)
            self.open_transactions.look(consumer, self.positions)

    async def _check_identity(self, consumer: AIOKafkaConsumer) -> None:
        now = await identify(consumer._client, self.topics)
        if now != self.identity:
            raise TopicChanged(f"ids were {self.identity}, are {now}")

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        """Seek to PostgreSQL's positions; where there is none, to the log's beginning.

        What is raised here the client only logs: it is kept, so that another consumer is begun.
        """
        try:
            await self._begin_at_positions(assigned)
        except Exception as why:
            self._failed = why

    async def _begin_at_positions(self, assigned: list[TopicPartition]) -> None:
        self.positions = {}
        for target in assigned:
            # Before anything is awaited: a fetch without a position would look for a committed
            # offset, find none in a new group, and fail. What it reads by then is not handed over.
            self._consumer.seek(target, 0)
        if not assigned:
            return
        # A Kafka that was wiped forgot the group with all else, so another one at the same address
        # is met here, before its offsets are taken for those of the one that is gone.
        await self._check_identity(self._consumer)
        starts = await self._consumer.beginning_offsets(assigned)
        stored = await self._stored()
        # Asked after what is stored, so that a position beyond the end is no race with a reader.
        ends = await self._consumer.end_offsets(assigned)
        positions = {}
        for target in assigned:
            topic_id = self.identity.topics[target.topic].topic_id
            position = stored.get((topic_id, target.partition), 0)
            if 0 < position < starts[target]:
                log.error("kafka dropped records before they were read", partition=str(target))
            if position > ends[target]:
                await self._forget(target, position)
                position = 0
            positions[target] = position
        # Nothing is awaited from the first of these to the last: what was fetched before belongs to
        # no assignment and is dropped, what is fetched after begins where the new one does.
        for target, position in positions.items():
            self._consumer.seek(target, max(position, starts[target]))
        self.paused.pause(self._consumer, positions)
        self._ahead.forget()
        self.positions = positions
        log.info("assigned", partitions=len(assigned))

    async def _forget(self, target: TopicPartition, position: int) -> None:
        """Start a partition over: Kafka lost its tail (an unclean election, a disk), and other
        records have, or will have, the offsets of those that were read. What is known is skipped.
        """
        log.error("kafka lost records that were read", partition=str(target), at=position)
        topic_id = self.identity.topics[target.topic].topic_id
        where = (self.identity.cluster_id, topic_id, target.partition)
        async with self.pool.acquire() as connection, connection.transaction():
            of_partition = "cluster_id = $1 AND topic_id = $2 AND partition = $3"
            await connection.execute(
                f"DELETE FROM positions WHERE {of_partition} AND next_offset = $4", *where, position
            )
            await connection.execute(f"DELETE FROM consumed WHERE {of_partition}", *where)

    async def _stored(self) -> dict[tuple[UUID, int], int]:
        rows = await self.pool.fetch(
            "SELECT topic_id, partition, next_offset FROM positions WHERE cluster_id = $1",
            self.identity.cluster_id,
        )
        return {(row["topic_id"], row["partition"]): row["next_offset"] for row in rows}

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Let the batch in flight end before the partitions are given up."""
        async with self._in_flight:
            for target in revoked:
                self.positions.pop(target, None)

    async def _hand_over(self) -> None:
        async with self._in_flight:
            owned = self._ours(self._ahead.take())
            records = [record for read in owned.values() for _, record in read]
            ends = {target: read[-1][0] + 1 for target, read in owned.items()}
            if not records:
                return
            await self.apply(records, [self._move(*end) for end in ends.items()])
            self.positions.update(ends)
            self._uncommitted.update(ends)
            self.moved_at = asyncio.get_running_loop().time()
            self.health.succeeded(PART)

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Tell Kafka how far PostgreSQL is, of the partitions that are still ours."""
        moved, self._uncommitted = self._uncommitted, {}
        ours = {target: offset for target, offset in moved.items() if target in self.positions}
        if ours:
            with contextlib.suppress(CommitFailedError, IllegalStateError, KafkaError):
                await consumer.commit(ours)

    def _ours(self, fetched: Fetched) -> Fetched:
        """Records of our partitions from our positions on; a seek may have crossed a fetch."""
        ours = {
            target: [each for each in read if each[0] >= self.positions[target]]
            for target, read in fetched.items()
            if target in self.positions
        }
        return {target: read for target, read in ours.items() if read}

    def _raw(self, record: Any) -> Raw:
        topic, identity = record.topic, self.identity
        topic_id = identity.topics[topic].topic_id
        origin = Origin(identity.cluster_id, topic_id, topic, record.partition, record.offset)
        return Raw(origin, record.key, record.headers, record.value)

    def _move(self, target: TopicPartition, next_offset: int) -> Move:
        topic = self.identity.topics[target.topic]
        return Move(
            self.identity.cluster_id,
            topic.topic_id,
            target.topic,
            target.partition,
            self.positions[target],
            next_offset,
        )

    def _observe_lag(self, consumer: AIOKafkaConsumer) -> None:
        for target in self.positions.keys() & consumer.assignment():
            high, position = consumer.highwater(target), self.positions[target]
            if high is not None:
                CONSUMER_LAG.labels(self.group, target.topic, target.partition).set(high - position)
