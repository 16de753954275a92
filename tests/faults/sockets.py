"""Which process a connection comes from, as /proc has it: to cut one client and no other."""

import contextlib
from pathlib import Path

LOOPBACK = "0100007F"
LOCAL_ADDRESS, INODE = 1, 9
"""Columns of /proc/net/tcp."""


def connects_from(pid: int, port: int) -> bool:
    """Whether the loopback connection from this port is of that process."""
    socket = f"socket:[{_inode(port)}]"
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                if str(entry.readlink()) == socket:
                    return True
    return False


def _inode(port: int) -> str:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[LOCAL_ADDRESS] == f"{LOOPBACK}:{port:04X}":
            return columns[INODE]
    return ""
