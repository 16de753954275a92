"""Topics come from the manifest, once, and an existing one is never changed."""

import secrets
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.embedded import EmbeddedError, create_topics, topic_partitions
from shared.contract.contexts import CONTEXTS
from shared.kafka.access import KafkaAccess
from shared.testing.topics import make_topic

OWN = {context.topic: 8 for context in CONTEXTS.values()}


def test_the_manifest_names_every_context_and_each_outside_source() -> None:
    assert topic_partitions() == OWN
    assert topic_partitions(["canteen"]) == OWN | {"guildhall.ext.canteen.v1": 2}


@pytest.mark.parametrize("name", ["", "Canteen", "a_b", "a.b", "-a", "食堂"])
def test_a_source_whose_name_cannot_be_a_topic_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a source"):
        topic_partitions([name])


async def test_topics_are_created_once_and_keep_everything(kafka: KafkaAccess) -> None:
    source = f"s{secrets.token_hex(4)}"
    await create_topics(kafka)
    assert await create_topics(kafka, [source]) == [f"guildhall.ext.{source}.v1"]
    assert await create_topics(kafka, [source]) == []

    client = AIOKafkaAdminClient(**kafka.client())
    await client.start()
    try:
        described = await client.describe_topics(list(OWN))
        settings = await _settings(client, "guildhall.events.v1")
    finally:
        await client.close()
    assert {topic["topic"]: len(topic["partitions"]) for topic in described} == OWN
    assert settings["retention.ms"] == "-1"
    assert settings["cleanup.policy"] == "delete"


async def test_another_number_of_partitions_is_refused_and_nothing_is_created(
    kafka: KafkaAccess,
) -> None:
    wrong, other = f"w{secrets.token_hex(4)}", f"o{secrets.token_hex(4)}"
    client = AIOKafkaAdminClient(**kafka.client())
    await client.start()
    try:
        await client.create_topics([NewTopic(f"guildhall.ext.{wrong}.v1", 3, 1)])
        with pytest.raises(EmbeddedError, match="has 3 partitions and the manifest says 2"):
            await create_topics(kafka, [wrong, other])
        assert await create_topics(kafka, [other]) == [f"guildhall.ext.{other}.v1"]
    finally:
        await client.close()


async def test_more_replicas_than_brokers_is_refused_with_kafkas_reason(kafka: KafkaAccess) -> None:
    with pytest.raises(EmbeddedError, match="refused to create topic"):
        await create_topics(kafka, [f"r{secrets.token_hex(4)}"], replication_factor=3)


async def test_an_unknown_topic_is_not_created_by_using_it(kafka: KafkaAccess, topic: str) -> None:
    consumer = AIOKafkaConsumer(**kafka.client())
    await consumer.start()
    try:
        assert topic not in await consumer.topics()
        consumer.subscribe([topic])
        await consumer.getmany(timeout_ms=300)
        assert topic not in await consumer.topics()
    finally:
        await consumer.stop()


async def test_records_are_kept_in_order_by_an_idempotent_producer(
    kafka: KafkaAccess, topic: str
) -> None:
    client = AIOKafkaAdminClient(**kafka.client())
    await client.start()
    await make_topic(client, topic, 1)
    await client.close()
    values = [str(number).encode() for number in range(1000)]
    producer = AIOKafkaProducer(**kafka.client(), enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, values[0])
        for sent in [await producer.send(topic, value) for value in values[1:]]:
            await sent
    finally:
        await producer.stop()
    assert await _read(kafka, topic, len(values)) == values


async def _read(kafka: KafkaAccess, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic, **kafka.client(), group_id=topic, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def _settings(client: AIOKafkaAdminClient, topic: str) -> dict[str, Any]:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    [response] = await client.describe_configs([resource])
    [(*_, entries)] = response.resources
    return {name: value for name, value, *_ in entries}
