"""The producer of `guildhall events publish`: check each row, send it, count acknowledgements."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from guildhall.cli.conformance import Row, Violation, check_row, is_record, rows_of
from shared.contract.catalogue import outside_topic
from shared.contract.contexts import CONTEXTS
from shared.contract.envelope import Envelope
from shared.errors import ContractViolation
from shared.kafka.cloudevents import CONTENT_TYPE, Record, to_record

UNACKNOWLEDGED_MAX = 5_000
"""In-flight records, at most: a bound on memory."""

OUTSIDE = "/ext/"
OUR_TOPICS = {context.source: context.topic for context in CONTEXTS.values()}


class Plan(NamedTuple):
    """What to publish and how: `topic` None means that of each event's source."""

    file: Path
    topic: str | None
    all_or_nothing: bool
    unchecked: bool


class Outcome(NamedTuple):
    """How many records Kafka acknowledged, to which topics, and why the rest were not."""

    published: int
    topics: dict[str, int]
    violations: list[Violation]
    error: str | None


class ProducerRecord(NamedTuple):
    """A record and its topic. `shard` None: the hash of the key chooses the partition."""

    topic: str
    record: Record
    shard: int | None


def topic_for(envelope: Envelope) -> str:
    """The topic of an event's source. Raises ContractViolation `unregistered-source`."""
    if envelope.source in OUR_TOPICS:
        return OUR_TOPICS[envelope.source]
    name = envelope.source.removeprefix(OUTSIDE)
    if not envelope.source.startswith(OUTSIDE) or not name or "/" in name:
        raise ContractViolation(
            "unregistered-source",
            f"source {envelope.source!r} has no topic of its own: sources are /ext/<name>",
        )
    return outside_topic(name)


def prepare(row: Row, plan: Plan) -> tuple[ProducerRecord | None, list[Violation]]:
    """What to send for a row, or what is wrong with it."""
    envelope, violations = check_row(row)
    if plan.unchecked and plan.topic is not None:
        return ProducerRecord(plan.topic, _document(row, envelope), None), []
    if envelope is None or violations:
        return None, violations
    try:
        topic = plan.topic or topic_for(envelope)
    except ContractViolation as why:
        return None, [Violation(row.number, why.reason, why.detail)]
    record = to_record(envelope) if is_record(row) else _document(row, envelope)
    return ProducerRecord(topic, record, envelope.shard), []


def _document(row: Row, envelope: Envelope | None) -> Record:
    """A row that is a document goes out with the bytes it has."""
    key = envelope.stream.encode() if envelope else b""
    return Record(key, row.content, [CONTENT_TYPE])


async def publish_file(plan: Plan, servers: str, progress: Callable[[float], None]) -> Outcome:
    """Publish every acceptable row, in the file's order; `progress` is told bytes of the file."""
    if plan.all_or_nothing:
        violations = [v for row in rows_of(plan.file) for v in prepare(row, plan)[1]]
        if violations:
            return Outcome(0, {}, violations, None)
    producer = AIOKafkaProducer(
        bootstrap_servers=servers,
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        compression_type="lz4",
        max_batch_size=262_144,
        request_timeout_ms=15_000,
    )
    publisher = _Publisher(producer)
    try:
        await producer.start()
        done = 0
        for row in rows_of(plan.file):
            record, violations = prepare(row, plan)
            publisher.violations += violations
            if record is not None:
                await publisher.send(record)
            done += len(row.content) + 1
            progress(done)
        await publisher.settle()
    except ContractViolation as why:
        publisher.violations.append(Violation(1, why.reason, why.detail))
    except KafkaError as why:
        publisher.error = f"Kafka at {servers}: {why}"
    finally:
        await producer.stop()
    return publisher.outcome()


class _Publisher:
    """Sends records and counts acknowledgements; the number in flight is bounded."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._in_flight: list[tuple[str, asyncio.Future[Any]]] = []
        self._acknowledged: dict[str, int] = {}
        self._partitions: dict[str, int] = {}
        self.violations: list[Violation] = []
        self.error: str | None = None

    async def send(self, outgoing: ProducerRecord) -> None:
        """Send one record. Raises KafkaError where its topic does not exist."""
        topic, record, shard = outgoing
        partitions = await self._partitions_of(topic)
        # Partitioning: a numbered event goes where its owner's relay sends it; others by key hash.
        partition = None if shard is None else shard % partitions
        future = await self._producer.send(
            topic, record.value, record.key or None, partition, headers=record.headers
        )
        self._in_flight.append((topic, future))
        if len(self._in_flight) >= UNACKNOWLEDGED_MAX:
            await self.settle()

    async def settle(self) -> None:
        """Wait until Kafka answered for everything sent. Raises the first KafkaError."""
        waiting, self._in_flight = self._in_flight, []
        answers = await asyncio.gather(*(f for _, f in waiting), return_exceptions=True)
        for (topic, _), answer in zip(waiting, answers, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            self._acknowledged[topic] = self._acknowledged.get(topic, 0) + 1

    def outcome(self) -> Outcome:
        """What was reached."""
        published = sum(self._acknowledged.values())
        return Outcome(published, dict(self._acknowledged), self.violations, self.error)

    async def _partitions_of(self, topic: str) -> int:
        if topic not in self._partitions:
            cluster = await self._producer.client.fetch_all_metadata()
            found = cluster.partitions_for_topic(topic)
            if not found:
                raise KafkaError(f"there is no topic {topic}")
            self._partitions[topic] = len(found)
        return self._partitions[topic]
