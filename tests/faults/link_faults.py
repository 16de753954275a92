"""Faults of connections: silent, one-way, reset, flapping, slow; of a link or of one process."""

import asyncio
import random

from tests.faults.proxy import PASS, Cut, Mode, Proxy
from tests.faults.rig import OWNERS, Rig

MODES: tuple[Mode, ...] = ("silent", "mute", "deaf", "reset")
DELAY_SECONDS = (0.01, 0.5)
PACES = (0, 16_384)
"""Bytes a second: as fast as it goes, or as over a bad telephone line."""


async def cut_postgres(rig: Rig, rng: random.Random, seconds: float) -> str:
    """One process and PostgreSQL: silence, answers lost (an unknown COMMIT), requests late, or
    reset."""
    link, mode = rng.choice(list(rig.postgres_links.values())), rng.choice(MODES)
    await _hold([link], Cut(mode), seconds)
    return f"{mode}: {link.name}"


async def cut_broker(rig: Rig, rng: random.Random, seconds: float) -> str:
    """One broker and all its clients, the other brokers excepted: it leads on, unheard."""
    link, mode = rng.choice(rig.broker_links), rng.choice(MODES)
    await _hold([link], Cut(mode), seconds)
    return f"{mode}: {link.name}"


async def cut_from_kafka(rig: Rig, rng: random.Random, seconds: float) -> str:
    """One process and every broker, while it still reaches PostgreSQL and all others reach both."""
    names = [name for service in ("worker", *OWNERS) for name in rig.replicas_of(service)]
    name, mode = rng.choice(names), rng.choice(MODES)
    if name in rig.supervisor.pids:
        await _hold(rig.broker_links, Cut(mode), seconds, rig.supervisor.pids[name])
    return f"{mode}: {name}"


async def flapping_links(rig: Rig, rng: random.Random, seconds: float) -> str:
    """Any link at all, reset again and again."""
    link = rng.choice([*rig.postgres_links.values(), *rig.broker_links])
    for _ in range(max(2, int(seconds))):
        await _hold([link], Cut("reset"), 0.3)
        await asyncio.sleep(0.7)
    return link.name


async def delay_links(rig: Rig, rng: random.Random, seconds: float) -> str:
    """Some links, each byte late by 10 to 500 ms, with jitter, half of the times at 16 kB/s."""
    links = [*rig.postgres_links.values(), *rig.broker_links]
    some = rng.sample(links, rng.randrange(1, 4))
    cut = Cut("pass", rng.uniform(*DELAY_SECONDS), rng.choice(PACES))
    await _hold(some, cut, seconds)
    names = ", ".join(link.name for link in some)
    return f"{cut.delay_seconds * 1000:.0f} ms, {cut.pace or 'any'} B/s: {names}"


async def _hold(links: list[Proxy], cut: Cut, seconds: float, client: int | None = None) -> None:
    for link in links:
        link.turn(cut, client)
    try:
        await asyncio.sleep(seconds)
    finally:
        for link in links:
            link.turn(PASS, client)
