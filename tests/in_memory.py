"""A directory in the machine's memory for what the tests write.

Servers sync what they write, and a new database is a thousand files: on a disk, tests wait for it
rather than for the code.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
PREFIX = "guildhall-pytest-"
ROOM_BYTES = 6 << 30
"""How much must be free there: what a whole run leaves takes half of it."""


class InMemory:
    """One directory, ours for as long as this process lives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def remove(self) -> None:
        """Give the memory back."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.let_go()

    def let_go(self) -> None:
        """Leave it to be read; the next run removes it."""
        os.close(self._lock)


def in_memory_directory(memory: Path = MEMORY, room_bytes: int = ROOM_BYTES) -> InMemory | None:
    """A new directory, after removing those that nobody holds any more; None where there is no
    such place, no room, or no leave to run a program there."""
    try:
        _remove_abandoned(memory)
        if shutil.disk_usage(memory).free < room_bytes or _forbids_programs(memory):
            return None
        made = InMemory(Path(tempfile.mkdtemp(prefix=PREFIX, dir=memory)))
        made.path.chmod(0o711)  # a server under another account must reach what is its own
        return made
    except OSError:
        return None


def _forbids_programs(place: Path) -> bool:
    return bool(os.statvfs(place).f_flag & os.ST_NOEXEC)


def _remove_abandoned(memory: Path) -> None:
    for path in memory.glob(f"{PREFIX}*"):
        if path.stat().st_uid == os.getuid():
            try:
                InMemory(path).remove()
            except BlockingIOError:
                continue  # its run still goes on
