"""Whether a Kafka broker serves: metadata, and a group coordinator that has loaded its offsets."""

import asyncio
import time

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.kafka.access import KafkaAccess

# Only asked about, never joined: nothing is kept under this name.
PROBE_GROUP = "guildhall-readiness"


async def check_kafka(kafka: KafkaAccess) -> None:
    """Ask for metadata and for a group's offsets.

    Just after its start a broker answers metadata while the group coordinator still says "not
    available": a consumer that came then would find itself without a group.

    Raises OSError when nobody listens, and a :class:`aiokafka.errors.KafkaError` or TimeoutError
    when the broker cannot do it yet.
    """
    for address in kafka.servers.split(","):
        host, _, port = address.rpartition(":")
        # First, because the client logs an error for each broker that does not listen.
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), 5)
        writer.close()
    client = AIOKafkaAdminClient(**kafka.client(), request_timeout_ms=5000)
    try:
        await client.start()
        await client.list_consumer_group_offsets(PROBE_GROUP)
    finally:
        await client.close()


async def wait_for_kafka(kafka: KafkaAccess, seconds: float) -> None:
    """Check a broker again and again while it answers but cannot serve yet.

    Raises OSError when nobody listens, and what :func:`check_kafka` raises after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await check_kafka(kafka)
        except KafkaError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)
