"""Faults of connections: silent, one-way, reset, flapping, slow."""

import asyncio
import random

from tests.faults.proxy import Mode, Proxy
from tests.faults.rig import Rig

DELAY_SECONDS = (0.01, 0.5)


async def cut_postgres(rig: Rig, rng: random.Random, seconds: float) -> str:
    """One process and PostgreSQL: silence, answers lost (an unknown COMMIT), or reset."""
    modes: tuple[Mode, ...] = ("silent", "mute", "reset")
    link, mode = rng.choice(list(rig.postgres_links.values())), rng.choice(modes)
    await _change([link], mode, 0.0, seconds)
    return f"{mode}: {link.name}"


async def cut_broker(rig: Rig, rng: random.Random, seconds: float) -> str:
    """One broker and all its clients, the other brokers excepted: it leads on, unheard."""
    modes: tuple[Mode, ...] = ("silent", "mute", "reset")
    link, mode = rng.choice(rig.broker_links), rng.choice(modes)
    await _change([link], mode, 0.0, seconds)
    return f"{mode}: {link.name}"


async def flapping_links(rig: Rig, rng: random.Random, seconds: float) -> str:
    """Any link at all, reset again and again."""
    link = rng.choice([*rig.postgres_links.values(), *rig.broker_links])
    for _ in range(max(2, int(seconds))):
        await _change([link], "reset", 0.0, 0.3)
        await asyncio.sleep(0.7)
    return link.name


async def delay_links(rig: Rig, rng: random.Random, seconds: float) -> str:
    """Some links, each byte late by 10 to 500 ms, with jitter."""
    links = [*rig.postgres_links.values(), *rig.broker_links]
    some = rng.sample(links, rng.randrange(1, 4))
    delay = rng.uniform(*DELAY_SECONDS)
    await _change(some, "pass", delay, seconds)
    return f"{delay * 1000:.0f} ms: {', '.join(link.name for link in some)}"


async def _change(links: list[Proxy], mode: Mode, delay: float, seconds: float) -> None:
    for link in links:
        link.turn(mode, delay)
    try:
        await asyncio.sleep(seconds)
    finally:
        for link in links:
            link.turn()
