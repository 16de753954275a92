"""A task is ended though a library takes our cancellation for its own."""

import asyncio
import contextlib

import pytest

from shared import tasks
from shared.tasks import end


async def endless() -> None:
    while True:
        await asyncio.sleep(3600)


async def test_tasks_are_ended_together_whatever_they_raise() -> None:
    async def failing() -> None:
        try:
            await endless()
        finally:
            raise ValueError("while it was ended")

    begun = [asyncio.create_task(endless()), asyncio.create_task(failing())]
    await asyncio.sleep(0)
    await end(*begun)
    assert all(task.done() for task in begun)
    await end(*begun)


async def test_a_swallowed_cancellation_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN_SECONDS", 0.01)

    async def swallowing() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await endless()
        await endless()

    task = asyncio.create_task(swallowing())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end(task)
    assert task.cancelled()
