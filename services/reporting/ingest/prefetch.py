"""Fetches and reads the next records while those before them are applied.

Reading a record (decoding, checking, hashing) is Python's work, applying a batch mostly
PostgreSQL's: done in turn, each waits for the other. What is fetched here belongs to the assignment
it was fetched under; the next assignment forgets it and seeks to where PostgreSQL is.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

POLL_MS = 250
SLICE = 100
"""Records read before others may use the loop: the batch being applied waits for PostgreSQL, and
goes on between two slices."""

Fetched = dict[TopicPartition, list[tuple[int, Any]]]
"""By partition, in order: the offset of each record, and what `read` made of it."""


class ReadAhead:
    """What a consumer has fetched and nobody has taken yet: at most `room` records."""

    def __init__(
        self, consumer: AIOKafkaConsumer, read: Callable[[Any], Any], *, room: int
    ) -> None:
        self.consumer, self.read, self.room = consumer, read, room
        self.waiting = 0
        self._fetched: Fetched = {}
        self._assignment = 0
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Fetch until cancelled. Raises KafkaError."""
        while True:
            if self.waiting >= self.room:
                self._changed.clear()
                await self._changed.wait()
                continue
            most = self.room - self.waiting
            fetched = await self.consumer.getmany(timeout_ms=POLL_MS, max_records=most)
            # Nothing is awaited between the fetch and here, so that it is of this assignment.
            assignment = self._assignment
            for target, records in fetched.items():
                for start in range(0, len(records), SLICE):
                    if assignment == self._assignment:
                        self._keep(target, records[start : start + SLICE])
                        await asyncio.sleep(0)

    def _keep(self, target: TopicPartition, records: Sequence[Any]) -> None:
        read = [(record.offset, self.read(record)) for record in records]
        self._fetched.setdefault(target, []).extend(read)
        self.waiting += len(read)
        self._changed.set()

    async def arrival(self, seconds: float) -> None:
        """Wait until something is there to be taken, at most so many seconds."""
        if not self.waiting:
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()

    def take(self) -> Fetched:
        """All that is there."""
        fetched, self._fetched, self.waiting = self._fetched, {}, 0
        self._changed.set()
        return fetched

    def forget(self) -> None:
        """Drop it, and what is being read: the consumer was sought elsewhere."""
        self._assignment += 1
        self.take()
