"""A clock around the work, and what is made of its readings."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple


class Rate(NamedTuple):
    """So many things in so many seconds."""

    name: str
    count: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Things a second."""
        return self.count / self.seconds


def over_turns(turns: Sequence[Rate]) -> Rate:
    """The rate over all its turns."""
    return Rate(turns[0].name, sum(t.count for t in turns), sum(t.seconds for t in turns))


async def timed(name: str, count: int, work: Callable[[], Awaitable[object]]) -> Rate:
    """Do the work once and time it."""
    started = time.perf_counter()
    await work()
    return Rate(name, count, time.perf_counter() - started)


async def until(condition: Callable[[], Awaitable[bool]], every: float = 0.02) -> None:
    """Poll until it holds."""
    while not await condition():
        await asyncio.sleep(every)


def percentile(values: list[float], share: float) -> float:
    """The value that a share of them does not exceed: 0.99 is p99; 1.0 is the greatest."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
