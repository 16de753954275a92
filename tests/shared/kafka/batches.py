"""Record batches with bytes that no client library writes."""

import struct
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

from shared.kafka.record_batches import ATTRIBUTES_AT

CRC_AT = 17
PLACEHOLDER = b"Q7placeholderQ7"
BAD_NAME = b"ce_\xff\xfe not UTF-8".ljust(len(PLACEHOLDER), b"\xc3")[: len(PLACEHOLDER)]
"""A header's name of as many bytes as the placeholder."""

Header = tuple[str, bytes | None]


def batch(
    records: Sequence[tuple[bytes | None, bytes | None, list[Header]]], codec: int = 0
) -> bytes:
    """A batch as aiokafka writes it, at offset 0."""
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 2**24)
    for offset, (key, value, headers) in enumerate(records):
        builder.append(offset, 1000 + offset, key, value, headers)
    return bytes(builder.build())


def doctored(built: bytes, old: bytes = PLACEHOLDER, new: bytes = BAD_NAME) -> bytes:
    """The same batch with other bytes of the same length in it, and the checksum right again."""
    assert len(old) == len(new)
    changed = bytearray(built.replace(old, new))
    struct.pack_into(">I", changed, CRC_AT, calc_crc32c(bytes(changed[ATTRIBUTES_AT:])))
    return bytes(changed)


class Doctored:
    """Builds what another builder builds, doctored."""

    def __init__(self, builder: Any) -> None:
        self._builder = builder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._builder, name)

    def build(self) -> bytearray:
        """Called by aiokafka when it sends."""
        return bytearray(doctored(bytes(self._builder.build())))


async def send_with_a_name_of_other_bytes(
    producer: AIOKafkaProducer, topic: str, key: bytes | None, value: bytes, headers: list[Header]
) -> int:
    """Publish one record with one more header, whose name is not UTF-8; returns its offset."""
    made = producer.create_batch()
    more = [*headers, (PLACEHOLDER.decode(), b"held")]
    assert made.append(timestamp=None, key=key, value=value, headers=more)
    made._builder = Doctored(made._builder)
    sent = await producer.send_batch(made, topic, partition=0)
    return int((await sent).offset)
