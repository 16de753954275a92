"""How far Kafka goes, as the status asks it."""

import socket

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from services.reporting.queries.kafka_end_offsets import KafkaEnds
from shared.kafka.access import KafkaAccess
from shared.testing.topics import make_topic


async def test_end_offsets_are_those_of_the_topic(kafka: KafkaAccess, topic: str) -> None:
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    await make_topic(admin, topic, 2)
    await admin.close()
    async with AIOKafkaProducer(**kafka.client()) as producer:
        for _ in range(3):
            await producer.send_and_wait(topic, b"x", partition=1)
    async with KafkaEnds(kafka) as ends:
        assert await ends([(topic, 0), (topic, 1)]) == {(topic, 0): 0, (topic, 1): 3}
        assert await ends([]) == {}


async def test_a_kafka_that_is_away_says_nothing_and_stops_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    async with KafkaEnds(KafkaAccess(f"127.0.0.1:{port}")) as ends:
        assert await ends([("topic", 0)]) == {}
        assert await ends([("topic", 0)]) == {}
