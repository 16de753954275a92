"""The ids of cluster and topics, as a real Kafka tells them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient

from shared.cluster import NO_ID, ClusterIdentity, identify
from shared.testing.topics import make_topic


@pytest.fixture
async def client(kafka: str) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(bootstrap_servers=kafka)
    await client.bootstrap()
    yield client
    await client.close()


@pytest.fixture
async def admin(kafka: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    yield admin
    await admin.close()


async def known(client: AIOKafkaClient, topic: str, *but: ClusterIdentity) -> ClusterIdentity:
    """What the broker says of a topic, once it says it: metadata follow creation a little later."""
    async with asyncio.timeout(30):
        while True:
            identity = await identify(client, [topic])
            if topic in identity.topics and identity not in but:
                return identity
            await asyncio.sleep(0.05)


async def test_a_topic_made_anew_has_another_id(
    client: AIOKafkaClient, admin: AIOKafkaAdminClient, topic: str
) -> None:
    await make_topic(admin, topic, 3)
    before = await known(client, topic)
    assert before.cluster_id
    assert before.topics[topic].partitions == 3
    assert before.topics[topic].topic_id != NO_ID
    assert await identify(client, [topic]) == before
    await admin.delete_topics([topic])
    await make_topic(admin, topic, 3)
    after = await known(client, topic, before)
    assert after.cluster_id == before.cluster_id
    assert after.topics[topic].topic_id != before.topics[topic].topic_id
    await admin.delete_topics([topic])


async def test_a_topic_that_does_not_exist_is_left_out_and_not_created(
    client: AIOKafkaClient, topic: str
) -> None:
    for _ in range(2):
        assert (await identify(client, [topic])).topics == {}
