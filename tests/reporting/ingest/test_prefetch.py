"""What is read ahead: in order, bounded, and of the assignment it was fetched under."""

import asyncio
import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from services.reporting.ingest.prefetch import SLICE, ReadAhead

A, B = TopicPartition("t", 0), TopicPartition("t", 1)


class Log:
    """A consumer of endless partitions, as far as reading ahead knows one."""

    def __init__(self) -> None:
        self.next = {A: 0, B: 0}
        self.asked: list[int] = []

    async def getmany(self, *, timeout_ms: int, max_records: int) -> dict[Any, list[Any]]:
        self.asked.append(max_records)
        await asyncio.sleep(0)
        half = max(1, max_records // 2)
        fetched = {}
        for target in (A, B):
            first = self.next[target]
            fetched[target] = [SimpleNamespace(offset=first + n) for n in range(half)]
            self.next[target] += half
        return fetched


async def full(ahead: ReadAhead) -> None:
    async with asyncio.timeout(10):
        while ahead.waiting < ahead.room:
            await asyncio.sleep(0)


async def test_it_reads_no_further_than_its_room_and_goes_on_once_taken() -> None:
    log = Log()
    ahead = ReadAhead(log, lambda record: f"record {record.offset}", room=1000)
    reading = asyncio.create_task(ahead.run())
    await full(ahead)
    for _ in range(20):
        await asyncio.sleep(0)
    assert log.asked == [1000]

    taken = ahead.take()
    assert taken[A] == [(n, f"record {n}") for n in range(500)] == taken[B]
    await full(ahead)
    assert [offset for offset, _ in ahead.take()[A]] == list(range(500, 1000))
    reading.cancel()


async def test_what_was_fetched_before_an_assignment_is_forgotten() -> None:
    log = Log()
    ahead = ReadAhead(log, lambda record: record.offset, room=10 * SLICE)
    reading = asyncio.create_task(ahead.run())
    await ahead.arrival(10)
    assert 0 < ahead.waiting < ahead.room  # in the middle of what was fetched

    log.next = {A: 7000, B: 9000}  # sought
    ahead.forget()
    await full(ahead)
    taken = ahead.take()
    assert {target: read[0] for target, read in taken.items()} == {A: (7000, 7000), B: (9000, 9000)}
    reading.cancel()


async def test_others_get_their_turn_between_two_slices() -> None:
    log, turns = Log(), []
    ahead = ReadAhead(log, lambda record: record.offset, room=10 * SLICE)
    reading = asyncio.create_task(ahead.run())
    while ahead.waiting < ahead.room:
        turns.append(ahead.waiting)
        await asyncio.sleep(0)
    assert max(b - a for a, b in itertools.pairwise(turns)) <= SLICE
    reading.cancel()


async def test_an_arrival_is_waited_for_no_longer_than_asked() -> None:
    ahead = ReadAhead(Log(), lambda record: record, room=10)
    async with asyncio.timeout(5):
        await ahead.arrival(0.01)
    assert ahead.take() == {}


async def test_what_the_consumer_raises_ends_it() -> None:
    async def getmany(**_: Any) -> Any:
        raise KafkaError("away")

    ahead = ReadAhead(SimpleNamespace(getmany=getmany), lambda record: record, room=10)
    with pytest.raises(KafkaError, match="away"):
        await ahead.run()
