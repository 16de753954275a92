"""The ids of cluster and topics, as a real Kafka tells them."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError

from shared.kafka import topic_ids as cluster
from shared.kafka.access import KafkaAccess
from shared.kafka.topic_ids import NO_ID, ClusterIdentity, identify
from shared.testing.topics import make_topic


@pytest.fixture
async def client(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(**kafka.client())
    await client.bootstrap()
    yield client
    await client.close()


@pytest.fixture
async def admin(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**kafka.client())
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


async def test_a_broker_that_is_dead_or_stopped_holds_nobody_up_while_there_are_others(
    client: AIOKafkaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, (alive,) = client.send, [broker.nodeId for broker in client.cluster.brokers()]
    known, asked = [7001, 7002, alive], list[int]()

    async def send(node: int, request: Any) -> Any:
        asked.append(node)
        if node == 7001:
            raise NodeNotReadyError(f"node {node} is dead")
        if node == 7002:
            await asyncio.Event().wait()  # stopped: it answers nothing, and breaks off nothing
        return await real(node, request)

    monkeypatch.setattr(client, "send", send)
    monkeypatch.setattr(
        client.cluster, "brokers", lambda: [SimpleNamespace(nodeId=node) for node in known]
    )
    monkeypatch.setattr(cluster, "ASK_SECONDS", 0.05)
    monkeypatch.setattr(cluster.random, "sample", lambda nodes, _: nodes)
    assert (await identify(client, [])).cluster_id
    assert asked == known
    known[1:] = []
    with pytest.raises(KafkaConnectionError, match="none of 1 brokers"):
        await identify(client, [])
