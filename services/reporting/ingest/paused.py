"""Topics that are not read because their quarantine is full: each for itself, until a person has
made room. No other topic waits for them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

log = structlog.get_logger("intake")

TRY_SECONDS = 300.0
"""After which a topic is tried again though nothing was settled: the next batch may be smaller. A
batch tried in vain begins another consumer, for which all topics wait a moment."""

Waiting = Callable[[str], Awaitable[int]]
"""How many records of a topic are open in quarantine."""


async def nothing_waits(_topic: str) -> int:
    """Of a reader without a quarantine."""
    return 0


class Full(NamedTuple):
    """Why a topic is paused, how many of its records were in quarantine then, and when that was
    (monotonic seconds)."""

    why: str
    waiting: int
    since: float


class Paused:
    """The topics that are paused, across the consumers of one intake."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self.topics: dict[str, Full] = {}

    async def add(self, full: Mapping[str, str]) -> None:
        """These topics are full; the next consumer begins with them paused."""
        now = asyncio.get_running_loop().time()
        for topic, why in full.items():
            self.topics[topic] = Full(why, await self._waiting(topic), now)

    def pause(self, consumer: AIOKafkaConsumer, assigned: Iterable[TopicPartition]) -> None:
        """Have the consumer not fetch what it is assigned of the topics that are full."""
        paused = [target for target in assigned if target.topic in self.topics]
        if paused:
            consumer.pause(*paused)

    async def keep_resuming(self, consumer: AIOKafkaConsumer, seconds: float) -> None:
        """Until cancelled, have it fetch the topics again in which there is room."""
        while True:
            await asyncio.sleep(seconds)
            for topic in [each for each in self.topics if await self._has_room(each)]:
                del self.topics[topic]
                again = [target for target in consumer.paused() if target.topic == topic]
                consumer.resume(*again)
                log.info("a topic is read again", topic=topic)

    async def _has_room(self, topic: str) -> bool:
        full = self.topics[topic]
        waited = asyncio.get_running_loop().time() - full.since
        return waited > TRY_SECONDS or await self._waiting(topic) < full.waiting
