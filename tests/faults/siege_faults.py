"""Faults that nobody's rights are needed for, or those of an outside source alone: connections that
ask for nothing, a header without end, garbage."""

import asyncio
import json
import random
import sys
from typing import Any
from urllib.parse import urlsplit

from deploy.embedded.manifest import PREFIX
from tests.faults.evidence import POISON
from tests.faults.harm import NotDone
from tests.faults.rig import Rig

CONNECTIONS, GARBAGE = 20_000, 10_050
SECONDS_MAX = 120.0


async def half_open(rig: Rig, _: random.Random, seconds: float) -> str:
    """20,000 connections over every process that listens, held half open."""
    ports = [urlsplit(url).port for url in rig.urls.values()]
    await _besiege(do="half-open", ports=ports, count=CONNECTIONS, seconds=seconds)
    return f"{CONNECTIONS} over {len(ports)} ports"


async def long_header(rig: Rig, rng: random.Random, _: float) -> str:
    """One header of 100 MB to one process."""
    name = rng.choice(rig.replicas)
    await _besiege(do="long-header", port=urlsplit(rig.urls[name]).port)
    return name


async def garbage(rig: Rig, rng: random.Random, _: float) -> str:
    """10,050 records that are no events, of one outside source: more than its topic may have in
    quarantine."""
    (source, *_others) = rig.sources
    access = rig.cluster.access(f"{PREFIX}ext-{source}")
    await _besiege(
        do="garbage",
        access=access.settings,
        topic=f"guildhall.ext.{source}.v1",
        key=f"{POISON}{rng.getrandbits(32):08x}-",
        count=GARBAGE,
    )
    return source


async def _besiege(**asked: Any) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.besieger",
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS_MAX):
            _, errors = await process.communicate(json.dumps(asked).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotDone(errors.decode(errors="replace")[-300:])
