"""Faults of workers and owners: killed, stopped for a while, leaving and joining."""

import asyncio
import random

from tests.faults.rig import OWNERS, Rig
from tests.faults.signals import pause

STORM_PAUSE_SECONDS = (3.0, 8.0)


async def _kill(rig: Rig, name: str, seconds: float) -> str:
    await rig.supervisor.kill(name, restart=False)
    await asyncio.sleep(seconds)
    await rig.supervisor.start(name)
    return name


async def kill_worker(rig: Rig, rng: random.Random, seconds: float) -> str:
    """SIGKILL to a reporting worker, started again afterwards."""
    return await _kill(rig, rng.choice(rig.replicas_of("worker")), seconds)


async def kill_owner(rig: Rig, rng: random.Random, seconds: float) -> str:
    """SIGKILL to a replica of an owner, and so to its relay and its copies."""
    return await _kill(rig, rng.choice(rig.replicas_of(rng.choice(OWNERS))), seconds)


async def kill_both(rig: Rig, rng: random.Random, seconds: float) -> str:
    """SIGKILL to every replica of an owner at once."""
    names = rig.replicas_of(rng.choice(OWNERS))
    await asyncio.gather(*(_kill(rig, name, seconds) for name in names))
    return ", ".join(names)


async def pause_replica(rig: Rig, rng: random.Random, seconds: float) -> str:
    """SIGSTOP to any replica of a service."""
    return await _pause(rig, rng.choice(rig.replicas), seconds)


async def pause_worker(rig: Rig, rng: random.Random, seconds: float) -> str:
    """SIGSTOP to a worker beyond its session's time-out: another has its partitions when it comes
    back, with a batch in its hands."""
    return await _pause(rig, rng.choice(rig.replicas_of("worker")), seconds)


async def _pause(rig: Rig, name: str, seconds: float) -> str:
    await pause([rig.supervisor.pids[name]] if name in rig.supervisor.pids else [], seconds)
    return name


async def storm(rig: Rig, rng: random.Random, seconds: float) -> str:
    """Workers leave and join every few seconds: rebalance after rebalance."""
    loop = asyncio.get_running_loop()
    until, times = loop.time() + seconds, 0
    while loop.time() < until:
        name, times = rng.choice(rig.replicas_of("worker")), times + 1
        if rng.random() < 0.5:
            await rig.supervisor.kill(name, restart=False)
        else:
            await rig.supervisor.stop(name)
        await asyncio.sleep(rng.uniform(*STORM_PAUSE_SECONDS))
        await rig.supervisor.start(name)
    return f"{times} times"
