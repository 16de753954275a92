"""Disks of a fixed size, to be filled: tmpfs in a mount namespace of our own, which needs root.

The namespace ends with this process, so a mount is never left behind, however the run ends.
"""

import ctypes
import os
from pathlib import Path

# <linux/sched.h>, <linux/mount.h>
CLONE_NEWNS = 0x20000
MS_PRIVATE, MS_REC = 1 << 18, 1 << 14
FILLER = "filler"


class NoDisks(Exception):
    """This account cannot mount a disk; the message says why."""


def own_mounts() -> None:
    """Take a mount namespace of our own; call it while the process has one thread.

    Raises NoDisks.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) or libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None):
        raise NoDisks(os.strerror(ctypes.get_errno()))


def mount_disk(at: Path, megabytes: int) -> None:
    """An empty disk of so many megabytes at a directory. Raises NoDisks."""
    at.mkdir(parents=True, exist_ok=True)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"size={megabytes}m,mode=755".encode()
    if libc.mount(b"tmpfs", os.fsencode(at), b"tmpfs", 0, options):
        raise NoDisks(os.strerror(ctypes.get_errno()))


def fill(disk: Path) -> None:
    """Take every byte that is left."""
    with (disk / FILLER).open("ab", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while filler.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue


def free(disk: Path) -> None:
    """Give back what `fill` took."""
    (disk / FILLER).unlink(missing_ok=True)
