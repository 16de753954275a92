"""Ending asyncio tasks."""

import asyncio
from typing import Any

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
