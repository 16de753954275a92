"""Signals to processes of the rig, by id."""

import asyncio
import contextlib
import os
from pathlib import Path
from signal import SIGCONT, SIGSTOP


async def pause(pids: list[int], seconds: float) -> None:
    """Stop processes for so long; they go on whatever happens."""
    for pid in pids:
        send(pid, SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        for pid in pids:
            send(pid, SIGCONT)


def send(pid: int, number: int) -> None:
    """Send a signal, unless the process has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def children(parent: int) -> list[int]:
    """Processes whose parent is `parent`; PostgreSQL's are each a session of their own."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(after_name[1]) == parent:
                    found.append(int(entry.name))
    return found
