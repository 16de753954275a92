"""A consumer is stopped whatever state Kafka is in; nothing of it reaches who stops it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from shared.kafka import consumer as shared_consumer
from shared.kafka.consumer import stop_consumer


class Client:
    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class Consumer:
    """Stops as `stopping` says."""

    def __init__(self, stopping: Callable[[], Awaitable[None]]) -> None:
        self._client, self.stop = Client(), stopping


async def cancelled() -> None:
    raise asyncio.CancelledError


async def disconnected() -> None:
    raise KafkaConnectionError


async def hanging() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("stopping", [cancelled, disconnected, hanging])
async def test_a_stop_that_fails_still_closes_the_connections(
    stopping: Callable[[], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_consumer, "STOP_SECONDS", 0.05)
    consumer: Any = Consumer(stopping)
    await stop_consumer(consumer)
    assert consumer._client.closed


async def test_who_stops_a_consumer_can_be_cancelled_meanwhile() -> None:
    consumer: Any = Consumer(hanging)
    task = asyncio.create_task(stop_consumer(consumer))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
