"""Topics for tests, made so that everybody has heard of them."""

import asyncio
from functools import partial

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

TOPIC_ALREADY_EXISTS = 36  # https://kafka.apache.org/protocol#protocol_error_codes
HEARD_SECONDS = 30.0


async def make_topic(admin: AIOKafkaAdminClient, name: str, partitions: int) -> None:
    """Create a topic; return once the broker knows it, with the leader of each partition.

    The controller answers before the broker has heard, of a deletion as of a creation: a name that
    was just deleted is asked for until it is free. Raises TimeoutError.
    """
    async with asyncio.timeout(HEARD_SECONDS):
        for waiting in (partial(_refused, admin, name, partitions), partial(_unheard, admin, name)):
            while await waiting():  # noqa: ASYNC110 - Kafka has no event to wait for
                await asyncio.sleep(0.02)


async def _refused(admin: AIOKafkaAdminClient, name: str, partitions: int) -> bool:
    answer = await admin.create_topics([NewTopic(name, partitions, 1)])
    code = answer.topic_errors[0][1]
    if code not in (0, TOPIC_ALREADY_EXISTS):
        raise AssertionError(f"Kafka refused topic {name}: {answer.topic_errors}")
    return bool(code)


async def _unheard(admin: AIOKafkaAdminClient, name: str) -> bool:
    (topic,) = await admin.describe_topics([name])
    return bool(topic["error_code"] or any(each["error_code"] for each in topic["partitions"]))
