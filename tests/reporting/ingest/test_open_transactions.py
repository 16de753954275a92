"""A partition is held back where it was read up to an open transaction with records after it."""

from typing import Any

import pytest
from aiokafka import TopicPartition

from services.reporting.ingest.open_transactions import HeldBack, OpenTransactions

HELD, READ = TopicPartition("a", 0), TopicPartition("a", 1)


class Consumer:
    """Of each partition the last stable offset and the high watermark."""

    def __init__(self) -> None:
        self.ends: dict[TopicPartition, tuple[int | None, int | None]] = {}

    def assignment(self) -> set[TopicPartition]:
        return set(self.ends)

    def last_stable_offset(self, target: TopicPartition) -> int | None:
        return self.ends[target][0]

    def highwater(self, target: TopicPartition) -> int | None:
        return self.ends[target][1]


def test_since_when_is_kept_until_the_transaction_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    consumer: Any = Consumer()
    consumer.ends = {HELD: (5, 9), READ: (7, 7)}
    watched = OpenTransactions()
    watched.look(consumer, {HELD: 3, READ: 7})
    assert watched.longest() is None  # it is only read
    watched.look(consumer, {HELD: 5, READ: 7})
    now = 130.0
    watched.look(consumer, {HELD: 5, READ: 7})
    assert watched.longest() == HeldBack(HELD, 30.0)
    consumer.ends[HELD] = (8, 9)  # another transaction: it is held since now
    watched.look(consumer, {HELD: 8, READ: 7})
    assert watched.longest() == HeldBack(HELD, 0.0)
    watched.look(consumer, {})
    assert watched.longest() is None


@pytest.mark.parametrize("ends", [(None, 9), (5, None), (None, None)])
def test_what_is_not_known_holds_nothing(ends: tuple[int | None, int | None]) -> None:
    consumer: Any = Consumer()
    consumer.ends = {HELD: ends}
    watched = OpenTransactions()
    watched.look(consumer, {HELD: 5})
    assert watched.longest() is None
