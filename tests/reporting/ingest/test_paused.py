"""A topic is paused for its own records alone, and read again when a person made room."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition

from services.reporting.ingest import paused as module
from services.reporting.ingest.paused import Paused
from shared.tasks import end

TARGETS = [TopicPartition("a", 0), TopicPartition("a", 1), TopicPartition("b", 0)]


class Consumer:
    """Notes what is paused."""

    def __init__(self) -> None:
        self.held: set[TopicPartition] = set()

    def paused(self) -> set[TopicPartition]:
        return set(self.held)

    def pause(self, *targets: TopicPartition) -> None:
        self.held |= set(targets)

    def resume(self, *targets: TopicPartition) -> None:
        self.held -= set(targets)


@pytest.mark.parametrize(("try_seconds", "settled"), [(3600, True), (0, False)])
async def test_it_is_read_again_when_there_is_room_or_after_a_while(
    monkeypatch: pytest.MonkeyPatch, try_seconds: float, settled: bool
) -> None:
    monkeypatch.setattr(module, "TRY_SECONDS", try_seconds)
    waiting = {"a": 50, "b": 0}

    async def count(topic: str) -> int:
        return waiting[topic]

    consumer: Any = Consumer()
    paused = Paused(count)
    await paused.add({"a": "51 records"})
    paused.pause(consumer, TARGETS)
    assert consumer.held == set(TARGETS[:2])
    task = asyncio.create_task(paused.keep_resuming(consumer, 0.01))
    if settled:
        await asyncio.sleep(0.1)
        assert consumer.held == set(TARGETS[:2])
        waiting["a"] = 49
    async with asyncio.timeout(10):
        while consumer.held:
            await asyncio.sleep(0.01)
    assert paused.topics == {}
    await end(task)
