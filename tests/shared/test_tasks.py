"""A task is ended though a library takes our cancellation for its own."""

import asyncio
import contextlib

import pytest

from shared import tasks
from shared.tasks import end, within


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


async def test_what_does_not_even_let_itself_be_cancelled_is_not_waited_for() -> None:
    ended = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await ended.wait()
            raise

    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError, match=r"no answer within 0\.05 s"):
            await within(0.05, stubborn())
    ended.set()


async def test_within_the_time_it_is_as_if_it_was_awaited() -> None:
    async def fails() -> None:
        raise ValueError("so")

    async def answers() -> int:
        return 3

    assert await within(5, answers()) == 3
    with pytest.raises(ValueError, match="so"):
        await within(5, fails())
