"""A client is stopped whatever state Kafka is in; nothing of it reaches who stops it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from shared.kafka import clients
from shared.kafka.clients import stop_consumer, stop_producer

Stop = Callable[[Any], Awaitable[None]]


class Client:
    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class Stopped:
    """A consumer or a producer that stops as `stopping` says."""

    def __init__(self, stopping: Callable[[], Awaitable[None]]) -> None:
        self._client, self.stop = Client(), stopping
        self.client = self._client


async def cancelled() -> None:
    raise asyncio.CancelledError


async def disconnected() -> None:
    raise KafkaConnectionError


async def hanging() -> None:
    await asyncio.Event().wait()


async def swallowing() -> None:
    """As aiokafka's `close`: it awaits what it cancelled, and takes any cancellation for that."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


STOPS = pytest.mark.parametrize("stop", [stop_consumer, stop_producer])


@STOPS
@pytest.mark.parametrize("stopping", [cancelled, disconnected, hanging])
async def test_a_stop_that_fails_still_closes_the_connections(
    stop: Stop, stopping: Callable[[], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "STOP_SECONDS", 0.05)
    client: Any = Stopped(stopping)
    await stop(client)
    assert client._client.closed


@STOPS
@pytest.mark.parametrize("stopping", [hanging, swallowing])
async def test_who_stops_a_client_can_be_cancelled_meanwhile(
    stop: Stop, stopping: Callable[[], Awaitable[None]]
) -> None:
    client: Any = Stopped(stopping)
    task = asyncio.create_task(stop(client))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
