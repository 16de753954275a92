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
    every = ports(rig)
    await _besiege(do="half-open", ports=every, count=CONNECTIONS, seconds=seconds)
    return f"{CONNECTIONS} over {len(every)} ports"


async def long_header(rig: Rig, _: random.Random, _seconds: float) -> str:
    """One header of 100 MB to every process that listens, one after the other."""
    every = ports(rig)
    for port in every:
        await _besiege(do="long-header", port=port)
    return f"{len(every)} processes"


def ports(rig: Any) -> list[int]:
    """Where anybody may knock: every process of a rig, the pages and the provider too."""
    return [port for url in rig.urls.values() if (port := urlsplit(url).port)]


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
