"""Partitions that cannot be read on because a producer left a transaction open.

Who reads committed records alone stops at the last stable offset (KIP-98): an owner's or a
stranger's transaction that neither commits nor aborts keeps everything behind it back, and the
consumer says nothing. The broker aborts it in the end, by default after a minute; a producer may
have asked for 15.
"""

import time
from collections.abc import Mapping
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.metrics import TRANSACTION_OPEN


class HeldBack(NamedTuple):
    """A partition whose records have been kept back for so long."""

    target: TopicPartition
    seconds: float


class OpenTransactions:
    """Since when each partition is held back (monotonic seconds)."""

    def __init__(self) -> None:
        self._since: dict[tuple[TopicPartition, int], float] = {}

    def look(self, consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]) -> None:
        """Note which partitions are read up to a transaction that is open, with records after
        it."""
        now, before = time.monotonic(), self._since
        self._since = {}
        for target in positions.keys() & consumer.assignment():
            stable, high = consumer.last_stable_offset(target), consumer.highwater(target)
            if stable is None or high is None or not positions[target] >= stable < high:
                continue
            self._since[target, stable] = before.get((target, stable), now)
        seconds = dict.fromkeys({target.topic for target, _ in {**before, **self._since}}, 0.0)
        for (target, _), since in self._since.items():
            seconds[target.topic] = max(seconds[target.topic], now - since)
        for topic, longest in seconds.items():
            TRANSACTION_OPEN.labels(topic).set(longest)

    def longest(self) -> HeldBack | None:
        """The partition that has been held back longest; None: none is."""
        if not self._since:
            return None
        (target, _), since = min(self._since.items(), key=lambda item: item[1])
        return HeldBack(target, time.monotonic() - since)
