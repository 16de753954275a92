"""Verdicts that were derived before: as known at one log_index, of one period, by one set of rules,
from the same projections, they cannot be others.

To judge a year of a large union reads all its facts; a page, its parts and its files ask for the
same. Who asks while they are being derived waits for them, and derives nothing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

from services.reporting.rules.definition import Verdict

EVENTS_MAX = 500_000
"""How many events of evidence are kept, over all answers: 16 bytes each, and what names them."""
ANSWERS_MAX = 64

Verdicts = list[Verdict]


class KeptVerdicts:
    """The answers of one process, the least recently asked for dropped first."""

    def __init__(self, events_max: int = EVENTS_MAX, answers_max: int = ANSWERS_MAX) -> None:
        self._kept: OrderedDict[Hashable, Verdicts] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Task[Verdicts]] = {}
        self._events_max, self._answers_max = events_max, answers_max

    async def get(self, key: Hashable, derive: Callable[[], Awaitable[Verdicts]]) -> Verdicts:
        """The verdicts of `key`, derived if nobody did; `key` names all that they depend on."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.ensure_future(self._derived(key, derive))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        # One who goes away takes nothing from the others who wait.
        return await asyncio.shield(task)

    async def _derived(self, key: Hashable, derive: Callable[[], Awaitable[Verdicts]]) -> Verdicts:
        found = await derive()
        self._kept[key] = found
        while len(self._kept) > self._answers_max or self._events() > self._events_max:
            self._kept.popitem(last=False)
        return found

    def _events(self) -> int:
        return sum(len(each.evidence) for found in self._kept.values() for each in found)
