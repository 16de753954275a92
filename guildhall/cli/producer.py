"""The producer of `guildhall events publish`: check each row, send it, count acknowledgements."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.embedded.directory import PRINCIPALS
from deploy.embedded.manifest import OPERATOR, writer_of
from guildhall.cli.conformance import (
    Row,
    Violation,
    check_beside,
    check_row,
    is_record,
    rows_of,
)
from shared.contract.catalogue import outside_topic
from shared.contract.contexts import CONTEXTS
from shared.contract.envelope import Envelope
from shared.contract.succession import Succession
from shared.errors import ContractViolation
from shared.kafka.acceptance import check_publisher
from shared.kafka.access import KafkaAccess
from shared.kafka.clients import stop_producer
from shared.kafka.cloudevents import CONTENT_TYPE, Record, to_record
from shared.kafka.registrations import Registered, read_registrations

UNACKNOWLEDGED_MAX = 5_000
"""In-flight records, at most: a bound on memory."""

OUTSIDE, OUTSIDE_TOPIC = "/ext/", "guildhall.ext."
OUR_TOPICS = {context.source: context.topic for context in CONTEXTS.values()}


class Plan(NamedTuple):
    """What to publish and how: `topic` None means that of each event's source, and no other is
    taken but for what is sent unchecked. `registered`: whose registrations are known here."""

    file: Path
    topic: str | None
    all_or_nothing: bool
    unchecked: bool
    registered: Registered | None = None


AccessFor = Callable[[str], KafkaAccess]
"""As whom a topic is written."""


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


def prepare(
    row: Row, plan: Plan, succession: Succession
) -> tuple[ProducerRecord | None, list[Violation]]:
    """What to send for a row, or what is wrong with it, alone or beside the rows before it."""
    if plan.unchecked and plan.topic is not None:
        envelope, _ = check_row(row)
        return ProducerRecord(plan.topic, _document(row, envelope), None), []
    _, envelope, violations, _ = check_beside(row, succession)
    if envelope is None or violations:
        return None, violations
    try:
        topic = topic_for(envelope)
        _check_topic(topic, plan, envelope)
    except ContractViolation as why:
        succession.refused(envelope)
        return None, [Violation(row.number, why.reason, why.detail)]
    record = to_record(envelope) if is_record(row) else _document(row, envelope)
    return ProducerRecord(topic, record, envelope.shard), []


def _check_topic(topic: str, plan: Plan, envelope: Envelope) -> None:
    """Raise ContractViolation where the topic is another's, or the registration says otherwise."""
    if plan.topic is not None and topic != plan.topic:
        raise ContractViolation(
            "unregistered-source",
            f"{envelope.source} is heard on {topic} alone: it cannot be sent to {plan.topic}",
        )
    if plan.registered is None or envelope.source in OUR_TOPICS:
        return
    named = {source.topic: source for source in plan.registered.sources}
    if topic not in named:
        name = envelope.source.removeprefix(OUTSIDE)
        wrong = plan.registered.faults.get(name)
        raise ContractViolation(
            "unregistered-source",
            f"{name}'s registration is wrong: {wrong}" if wrong else advice(name),
        )
    check_publisher(named[topic].publisher(), topic, envelope)


def advice(name: str) -> str:
    """What to do where nobody of this name is registered."""
    return (
        f"nobody is registered as {name}: guildhall sources register {name} --contact … --type …"
        " --org … makes its topic and lets it in; guildhall sources list says who is"
    )


def _document(row: Row, envelope: Envelope | None) -> Record:
    """A row that is a document goes out with the bytes it has."""
    key = envelope.stream.encode() if envelope else b""
    return Record(key, row.content, [CONTENT_TYPE])


def access_for(settings: Mapping[str, str], data: Path) -> AccessFor | None:
    """The access that the settings name; None where they name no Kafka. Raises ValueError.

    Where it is the operator's of the stack in `data`, a topic is written as its owner, whose
    password is there as well.
    """
    access = KafkaAccess.from_environment(settings)
    if access is None:
        return None
    passwords = data.absolute() / PRINCIPALS

    def as_owner(topic: str) -> KafkaAccess:
        owner = writer_of(topic)
        if access.password_file != passwords / OPERATOR or owner is None:
            return access
        file = passwords / owner
        return access._replace(user=owner, password_file=file) if file.exists() else access

    return as_owner


def registrations_in(data: Path) -> Registered | None:
    """Who is registered with the stack in `data`; None where that cannot be read."""
    try:
        return read_registrations((data / "sources.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


async def publish_file(plan: Plan, access: AccessFor, progress: Callable[[float], None]) -> Outcome:
    """Publish every acceptable row, in the file's order; `progress` is told bytes of the file."""
    if plan.all_or_nothing:
        before = Succession({}, {}, {}, continues=True)
        violations = [v for row in rows_of(plan.file) for v in prepare(row, plan, before)[1]]
        if violations:
            return Outcome(0, {}, violations, None)
    publisher, told = _Publisher(access), Succession({}, {}, {}, continues=True)
    try:
        done = 0
        for row in rows_of(plan.file):
            record, violations = prepare(row, plan, told)
            publisher.violations += violations
            if record is not None:
                await publisher.send(record)
            done += len(row.content) + 1
            progress(done)
        await publisher.settle()
    except ContractViolation as why:
        publisher.violations.append(Violation(1, why.reason, why.detail))
    except KafkaError as why:
        publisher.error = f"Kafka at {publisher.asked.servers}: {why}"
    finally:
        await publisher.stop()
    return publisher.outcome()


class _Publisher:
    """Sends records and counts acknowledgements; the number in flight is bounded.

    It has a producer for each access; `asked` is the one it used last.
    """

    def __init__(self, access: AccessFor) -> None:
        self._access = access
        self.asked = KafkaAccess("")
        self._producers: dict[KafkaAccess, AIOKafkaProducer] = {}
        self._in_flight: list[tuple[str, asyncio.Future[Any]]] = []
        self._acknowledged: dict[str, int] = {}
        self._partitions: dict[str, int] = {}
        self.violations: list[Violation] = []
        self.error: str | None = None

    async def send(self, outgoing: ProducerRecord) -> None:
        """Send one record. Raises KafkaError where its topic does not exist."""
        topic, record, shard = outgoing
        producer = await self._producer_for(topic)
        partitions = await self._partitions_of(topic, producer)
        # Partitioning: a numbered event goes where its owner's relay sends it; others by key hash.
        partition = None if shard is None else shard % partitions
        future = await producer.send(
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

    async def stop(self) -> None:
        """Close every connection."""
        for producer in self._producers.values():
            await stop_producer(producer)

    async def _producer_for(self, topic: str) -> AIOKafkaProducer:
        self.asked = access = self._access(topic)
        if access not in self._producers:
            producer = self._producers[access] = AIOKafkaProducer(
                **access.client(),
                acks="all",
                enable_idempotence=True,
                linger_ms=5,
                compression_type="lz4",
                max_batch_size=262_144,
                request_timeout_ms=15_000,
            )
            await producer.start()
        return self._producers[access]

    async def _partitions_of(self, topic: str, producer: AIOKafkaProducer) -> int:
        if topic not in self._partitions:
            cluster = await producer.client.fetch_all_metadata()
            found = cluster.partitions_for_topic(topic)
            if not found:
                name = topic.removeprefix(OUTSIDE_TOPIC).removesuffix(".v1")
                raise KafkaError(f"there is no topic {topic}: {advice(name)}")
            self._partitions[topic] = len(found)
        return self._partitions[topic]
