"""The nemesis: draws faults by weight from the seed, some at once, until it is told to stop."""

import asyncio
import random
import traceback
from collections import Counter

from tests.faults.faults import FAULTS, ONE_AT_A_TIME
from tests.faults.history import History
from tests.faults.rig import Rig

AT_ONCE = 3


class Nemesis:
    """Faults a rig, on average every `gap_seconds`. `names` are the faults to draw from."""

    def __init__(
        self, rig: Rig, history: History, seed: int, gap_seconds: float, names: list[str]
    ) -> None:
        self.rig, self.history, self.gap_seconds, self.names = rig, history, gap_seconds, names
        self.rng = random.Random(f"{seed}/nemesis")
        self.done: Counter[str] = Counter()
        self._locks = {lock: asyncio.Lock() for lock in ONE_AT_A_TIME.values()}
        self._free = asyncio.Semaphore(AT_ONCE)

    async def run(self, seconds: float) -> None:
        """Fault for so long, then wait until every fault was undone."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        async with asyncio.TaskGroup() as faults:
            number = 0
            while loop.time() < until:
                number += 1
                faults.create_task(self._fault(number, until))
                await asyncio.sleep(self.rng.uniform(0.5, 1.5) * self.gap_seconds)

    async def _fault(self, number: int, until: float) -> None:
        weights = [FAULTS[name].weight for name in self.names]
        (name,) = self.rng.choices(self.names, weights)
        fault = FAULTS[name]
        rng = random.Random(self.rng.getrandbits(64))
        seconds = rng.uniform(fault.shortest, fault.longest)
        lock = self._locks.get(ONE_AT_A_TIME.get(name, ""), asyncio.Lock())
        async with self._free, lock:
            loop = asyncio.get_running_loop()
            if loop.time() > until:
                return
            self.history.write("fault", number=number, fault=name, seconds=round(seconds, 1))
            try:
                target = await fault.harm(self.rig, rng, min(seconds, max(until - loop.time(), 1)))
                self.done[name] += 1
                self.history.write("fault done", number=number, fault=name, target=target)
            except Exception as why:
                # Its harm was done; what it left is for `heal`.
                self.done[name] += 1
                trace = traceback.format_exc(limit=-3)
                self.history.write(
                    "fault failed", number=number, fault=name, why=repr(why), trace=trace
                )

    async def heal(self) -> None:
        """Everything runs, every link passes. Raises what keeps it from that."""
        for link in (*self.rig.postgres_links.values(), *self.rig.broker_links):
            link.turn()
        for name in self.rig.urls:
            await self.rig.supervisor.start(name)
        await self.rig.servers.start_postgres()
        await self.rig.cluster.start()
        await self.rig.create_topics()
