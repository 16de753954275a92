"""Create the topics of ``deploy/topics.yaml``; never change one that exists."""

import asyncio
import time
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.manifest import topic_partitions, topic_settings
from shared.kafka.access import KafkaAccess

VISIBLE_SECONDS = 15.0
TOPIC_ALREADY_EXISTS = 36  # https://kafka.apache.org/protocol#protocol_error_codes


async def create_topics(
    kafka: KafkaAccess, sources: Iterable[str] = (), *, replication_factor: int = 1
) -> list[str]:
    """Create the topics that are missing; return their names.

    With a replication factor of 3 or more, ``min.insync.replicas`` is one less, so that an
    acknowledged event survives the loss of a broker and writing goes on without one.

    Raises :class:`EmbeddedError` when an existing topic has another number of partitions (then
    nothing is created) or Kafka refuses one.
    """
    topics = topic_partitions(sources)
    settings = topic_settings()
    if replication_factor >= 3:
        settings["min.insync.replicas"] = str(replication_factor - 1)
    client = AIOKafkaAdminClient(**kafka.client())
    await client.start()
    try:
        requests = {
            name: NewTopic(name, count, replication_factor, topic_configs=settings)
            for name, count in topics.items()
        }
        # Asked of the controller: a broker may not have heard of a topic made a moment ago.
        missing = await _request(client, list(requests.values()), validate_only=True)
        await _compare(client, {name: topics[name] for name in topics if name not in missing})
        await _request(client, [requests[name] for name in missing])
        await _compare(client, {name: topics[name] for name in missing})
    finally:
        await client.close()
    await _wait_until_served(kafka, {name: topics[name] for name in missing})
    return missing


async def _request(
    client: AIOKafkaAdminClient, topics: list[NewTopic], validate_only: bool = False
) -> list[str]:
    """Return the names of the topics that did not exist."""
    if not topics:
        return []
    missing = []
    response = await client.create_topics(topics, validate_only=validate_only)
    for name, code, *rest in response.topic_errors:
        if code == 0:
            missing.append(name)
        elif code != TOPIC_ALREADY_EXISTS:
            why = rest[0] if rest and rest[0] else for_code(code).__name__
            raise EmbeddedError(f"Kafka refused to create topic {name}: {why}")
    return missing


async def _compare(client: AIOKafkaAdminClient, topics: dict[str, int]) -> None:
    """Wait until every topic has its leaders; refuse one with another number of partitions."""
    deadline = time.monotonic() + VISIBLE_SECONDS
    waiting = dict(topics)
    while waiting:
        for topic in await client.describe_topics(list(waiting)):
            name, partitions = topic["topic"], topic["partitions"]
            if topic["error_code"] or any(partition["error_code"] for partition in partitions):
                continue
            if len(partitions) != topics[name]:
                raise EmbeddedError(
                    f"cannot use topic {name}: it has {len(partitions)} partitions and the "
                    f"manifest says {topics[name]}; the number is part of the contract, so "
                    "another one needs a new topic and a refill by the owner"
                )
            waiting.pop(name)
        if waiting:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"Kafka has no leader for {', '.join(waiting)}")
            await asyncio.sleep(0.02)


async def _wait_until_served(kafka: KafkaAccess, topics: dict[str, int]) -> None:
    """Ask every partition for its end: a leader is named a moment before it takes records."""
    partitions = [TopicPartition(name, n) for name, count in topics.items() for n in range(count)]
    if partitions:
        consumer = AIOKafkaConsumer(**kafka.client(), retry_backoff_ms=20)
        await consumer.start()
        try:
            await consumer.end_offsets(partitions)
        finally:
            await consumer.stop()
