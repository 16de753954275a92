"""The nemesis: draws faults by weight from the seed, some at once, until it is told to stop."""

import asyncio
import random
import traceback
from collections.abc import Iterable

from tests.faults.faults import FAULTS, ONE_AT_A_TIME
from tests.faults.harm import NotDone
from tests.faults.history import History
from tests.faults.rig import Rig

AT_ONCE = 3
LEAST_WEIGHT = min(fault.weight for fault in FAULTS.values())


class Deck:
    """Faults to draw, without end: each lies in it as often as its weight says, well shuffled, and
    of the first deck one of each lies on top.

    So a run that draws as often as there are faults has met every one, also the rarest, which
    chance left out: of three kinds, in a minute, the header of 100 MB.
    """

    def __init__(self, names: Iterable[str], rng: random.Random) -> None:
        self._rng = rng
        each = sorted(set(names))
        again = {name: round(FAULTS[name].weight / LEAST_WEIGHT) - 1 for name in each}
        self._all = [name for name in each for _ in range(again[name] + 1)]
        rest = [name for name in each for _ in range(again[name])]
        self._left = [*rng.sample(rest, len(rest)), *rng.sample(each, len(each))]

    def draw(self) -> str:
        """The next fault's name."""
        if not self._left:
            self._left = self._rng.sample(self._all, len(self._all))
        return self._left.pop()


class Nemesis:
    """Faults a rig, on average every `gap_seconds`. `names` are the faults to draw from."""

    def __init__(
        self, rig: Rig, history: History, seed: int, gap_seconds: float, names: list[str]
    ) -> None:
        self.rig, self.history, self.gap_seconds = rig, history, gap_seconds
        self.rng = random.Random(f"{seed}/nemesis")
        self._deck = Deck(names, self.rng)
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
                rng = random.Random(self.rng.getrandbits(64))
                faults.create_task(self._fault(number, self._deck.draw(), rng, until))
                await asyncio.sleep(self.rng.uniform(0.5, 1.5) * self.gap_seconds)

    async def _fault(self, number: int, name: str, rng: random.Random, until: float) -> None:
        fault = FAULTS[name]
        seconds = rng.uniform(fault.shortest, fault.longest)
        # The lock first: who waits for one must not keep the others from a free place.
        async with self._locks.get(ONE_AT_A_TIME.get(name, ""), asyncio.Lock()), self._free:
            left = until - asyncio.get_running_loop().time()
            if left < 0:
                return
            about = {"number": number, "fault": name}
            self.history.write("fault", **about, seconds=round(seconds, 1))
            try:
                target = await fault.harm(self.rig, rng, min(seconds, max(left, 1)))
                self.history.write("fault done", **about, target=target)
            except NotDone as why:
                self.history.write("fault not done", **about, why=str(why))
            except Exception as why:
                # How far it got is not known, so it does not count; what it left is for `heal`.
                trace = traceback.format_exc(limit=-3)
                self.history.write("fault failed", **about, why=repr(why), trace=trace)

    async def heal(self) -> None:
        """Everything runs, every link passes. Raises what keeps it from that."""
        for link in (*self.rig.postgres_links.values(), *self.rig.broker_links):
            link.heal()
        for name in self.rig.urls:
            await self.rig.supervisor.start(name)
        await self.rig.servers.start_postgres()
        await self.rig.cluster.start()
        await self.rig.create_topics()
