"""Gifts as a benefits service would have published them, in the topic of benefits."""

import asyncio

from aiokafka import AIOKafkaProducer, TopicPartition

from shared.contract.catalogue import topic_of
from shared.kafka.cloudevents import to_record
from shared.testing.author import Author
from tests.reporting.records import gift, gift_stream

TOPIC = topic_of("benefits")
PROGRAMMES = 20
"""So many programmes the gifts belong to, in turn."""


async def publish(kafka: str, events: int) -> list[TopicPartition]:
    """Publish gifts, compressed as the relay does; return the topic's partitions."""
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka,
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        compression_type="lz4",
        max_batch_size=262_144,
    )
    await producer.start()
    partitions = await producer.partitions_for(TOPIC)
    author = Author()
    for begin in range(0, events, 5000):
        sent = []
        for n in range(begin, min(begin + 5000, events)):
            programme = f"mid-autumn-{n % PROGRAMMES:02d}"
            envelope = author.write(gift_stream(n, programme), gift(n, programme))
            record, target = to_record(envelope), (envelope.shard or 0) % len(partitions)
            sent.append(
                await producer.send(TOPIC, record.value, record.key, target, headers=record.headers)
            )
        await asyncio.gather(*sent)
    await producer.stop()
    return [TopicPartition(TOPIC, partition) for partition in sorted(partitions)]
