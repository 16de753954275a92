"""Waiting for what several processes do: ask again until it is so, with a generous deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

DEADLINE_SECONDS = 120.0
PAUSE_SECONDS = 0.05

Seen = TypeVar("Seen")


async def until(
    ask: Callable[[], Awaitable[Seen]],
    holds: Callable[[Seen], bool],
    seconds: float = DEADLINE_SECONDS,
) -> Seen:
    """What `ask` answers, once it `holds`. Raises AssertionError with what was seen last."""
    deadline = time.monotonic() + seconds
    while not holds(seen := await ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {seconds:.0f} s; seen last: {str(seen)[:2000]}")
        await asyncio.sleep(PAUSE_SECONDS)
    return seen
