"""Faults of clocks: a process starts anew under libfaketime, and its clock jumps while it runs.

Wall clocks alone; the monotonic one goes on, as it does when an operator or NTP sets the time. The
brokers keep the machine's clock.
"""

import asyncio
import contextlib
import random
import sys
from pathlib import Path

from deploy.stack.children import ROOT
from deploy.stack.supervisor import READY_SECONDS, http_status
from tests.faults.harm import NotDone
from tests.faults.rig import OWNERS, Rig

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib64/faketime/libfaketimeMT.so.1")
JUMPS = ("+1s", "-1s", "+1h", "-1h", "+400d", "-400d", "2026-01-15 12:00:00")
"""Offsets of the clock as libfaketime writes them; a date is a clock that stands still."""


def library() -> Path | None:
    """Debian's libfaketime, where it is installed."""
    found = (path for pattern in LIBRARIES for path in Path("/").glob(pattern[1:]))
    return next(found, None)


async def jump_worker_clock(rig: Rig, rng: random.Random, seconds: float) -> str:
    """A reporting worker's clock."""
    return await _jump(rig, rng.choice(rig.replicas_of("worker")), rng, seconds)


async def jump_owner_clock(rig: Rig, rng: random.Random, seconds: float) -> str:
    """The clock of one replica of an owner."""
    return await _jump(rig, rng.choice(rig.replicas_of(rng.choice(OWNERS))), rng, seconds)


async def _jump(rig: Rig, name: str, rng: random.Random, seconds: float) -> str:
    faketime = library()
    if faketime is None:
        raise NotDone("libfaketime is not installed")
    launch, clock = rig.launches[name], rig.directory / f"{name}.clock"
    clock.write_text("+0")
    environment = launch.environment | {
        "LD_PRELOAD": str(faketime),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(ROOT),
    }
    await rig.supervisor.kill(name, restart=False)
    with launch.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", launch.module, env=environment, stdout=log, stderr=log
        )
    jumps = rng.sample(JUMPS, 2)
    try:
        await _until_ready(launch.url)
        for jump in jumps:
            clock.write_text(jump)
            await asyncio.sleep(seconds / len(jumps))
        if process.returncode is not None:
            raise NotDone(f"{name} ended under libfaketime with {process.returncode}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await rig.supervisor.start(name)
    return f"{name}: {', '.join(jumps)}"


async def _until_ready(url: str) -> None:
    """A clock that jumps before anything is done with it proves nothing."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            while True:
                with contextlib.suppress(OSError, ValueError):
                    if await http_status(url, "/readyz") == 200:
                        return
                await asyncio.sleep(0.2)
    except TimeoutError as why:
        raise NotDone(f"{url} was not ready under libfaketime") from why
