"""Records and batches whose bytes no client library writes, on a real Kafka: each is refused by
name or read, and the records after it are read."""

import asyncpg
from aiokafka import AIOKafkaProducer

from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import to_record
from shared.kafka.record_batches import BATCH_BYTES_MAX
from shared.testing.author import Author
from tests.reporting.reading import gifts, ids, journalled, publish, reading
from tests.shared.kafka.batches import BAD_NAME, send_with_a_name_of_other_bytes


async def test_a_header_name_that_is_not_utf8_stops_nobody(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    """In structured mode such a header says nothing; in binary mode it is no attribute."""
    author = Author()
    named, after = gifts(author, range(1)), gifts(author, range(1, 30))
    producer = AIOKafkaProducer(**kafka.client())
    await producer.start()
    record = to_record(named[0])
    await send_with_a_name_of_other_bytes(
        producer, own_topic, record.key, record.value, [*record.headers]
    )
    binary: list[tuple[str, bytes | None]] = [("ce_specversion", b"1.0"), ("ce_id", b"x")]
    odd = await send_with_a_name_of_other_bytes(producer, own_topic, b"k", b"{}", binary)
    await producer.stop()
    await publish(kafka, own_topic, after)
    async with reading(kafka, own_topic, pool):
        assert await journalled(pool, 30) == ids(named + after)
    (row,) = await pool.fetch("SELECT * FROM quarantine")
    assert (row["kafka_offset"], row["reason"]) == (odd, "attribute-invalid")
    assert BAD_NAME in row["headers"]


async def test_a_batch_that_no_memory_holds_is_one_refused_record(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    """The broker takes 64 KB of zstd that are 68 MB: only this record is refused, and kept."""
    producer = AIOKafkaProducer(
        **kafka.client(), compression_type="zstd", max_request_size=2 * BATCH_BYTES_MAX
    )
    await producer.start()
    made = producer.create_batch()
    made._batch_size = 2 * BATCH_BYTES_MAX
    made._builder = type(made._builder)(2, 4, 0, -1, -1, -1, 2 * BATCH_BYTES_MAX)
    assert made.append(timestamp=None, key=b"k", value=b"0" * BATCH_BYTES_MAX)
    await (await producer.send_batch(made, own_topic, partition=0))
    await producer.stop()
    author = Author()
    after = gifts(author, range(30))
    await publish(kafka, own_topic, after)
    async with reading(kafka, own_topic, pool):
        assert await journalled(pool, 30) == ids(after)
    (row,) = await pool.fetch("SELECT * FROM quarantine")
    assert row["reason"] == "batch-unreadable"
    assert len(row["value"]) < 2**20
