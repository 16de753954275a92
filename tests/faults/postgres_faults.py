"""Faults of PostgreSQL: crashed, killed, stopped, out of disk."""

import asyncio
import contextlib
import random
from pathlib import Path
from signal import SIGKILL

from tests.faults.disks import fill, free
from tests.faults.rig import Rig
from tests.faults.signals import children, pause, send


async def pause_postgres(rig: Rig, _: random.Random, seconds: float) -> str:
    """SIGSTOP to every process of PostgreSQL."""
    server = rig.servers.postgres_pid
    await pause([server, *children(server)] if server else [], seconds)
    return "postgres"


async def crash_postgres(rig: Rig, _: random.Random, seconds: float) -> str:
    """`-m immediate`: PostgreSQL ends without a checkpoint and recovers from its log."""
    await rig.servers.restart_postgres("immediate")
    return "postgres"


async def kill_postmaster(rig: Rig, _: random.Random, seconds: float) -> str:
    """SIGKILL to the postmaster."""
    if server := rig.servers.postgres_pid:
        send(server, SIGKILL)
    await asyncio.sleep(seconds)
    await rig.servers.start_postgres()
    return "postgres"


async def kill_backend(rig: Rig, rng: random.Random, _: float) -> str:
    """SIGKILL to one backend: PostgreSQL ends all the others and recovers."""
    server = rig.servers.postgres_pid
    backends = [pid for pid in children(server) if _serves(pid)] if server else []
    if backends:
        send(rng.choice(backends), SIGKILL)
    return "postgres"


def _serves(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"guildhall_" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


async def fill_postgres_disk(rig: Rig, _: random.Random, seconds: float) -> str:
    """Not a byte left for PostgreSQL's data and log."""
    await asyncio.to_thread(fill, rig.disks["postgres"])  # it takes seconds, and the proxies go on
    await asyncio.sleep(seconds)
    free(rig.disks["postgres"])
    await rig.servers.start_again()
    return "postgres"
