"""Ending asyncio tasks, and not waiting for them too long."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Found = TypeVar("Found")

AGAIN_SECONDS = 12.0
"""From one cancellation to the next: longer than a task takes to close what it holds."""


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until every one has ended; what they raise is passed over.

    One cancellation is not enough. A library that awaits what it has itself cancelled swallows a
    CancelledError that arrives meanwhile (aiokafka's `close`); who reads on for ever would read on.
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # so that nobody is told that it was never asked for


async def within(seconds: float, work: Coroutine[Any, Any, Found]) -> Found:
    """What `work` answers. Raises TimeoutError after so many seconds, whatever it hangs in.

    `asyncio.timeout` waits for what it cancels, and asyncpg, cancelled, asks the server to cancel
    too: one that is stopped held its caller for 24 seconds. Here it is left to end by itself.
    """
    task = asyncio.create_task(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if done:
        return task.result()
    task.cancel()
    task.add_done_callback(_passed_over)
    _left.add(task)
    raise TimeoutError(f"no answer within {seconds:g} s")


_left: set[asyncio.Task[Any]] = set()
"""What was left to end by itself: the loop alone would not keep it from being collected."""


def _passed_over(task: asyncio.Task[Any]) -> None:
    _left.discard(task)
    if not task.cancelled():
        task.exception()
