"""Which process a connection comes from, as /proc has it: to cut one client and no other."""

import contextlib
from pathlib import Path

LOOPBACK = "0100007F"
LOCAL_ADDRESS, REMOTE_ADDRESS, INODE = 1, 2, 9
"""Columns of /proc/net/tcp."""


def connects_from(pid: int, port: int, to: int) -> bool:
    """Whether the loopback connection from the one port to the other is of that process."""
    socket = f"socket:[{_inode(port, to)}]"
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                if str(entry.readlink()) == socket:
                    return True
    return False


def _inode(port: int, to: int) -> str:
    # Both ends: a port may connect to several, and one that was closed lingers, with no inode.
    ends = [f"{LOOPBACK}:{port:04X}", f"{LOOPBACK}:{to:04X}"]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if [columns[LOCAL_ADDRESS], columns[REMOTE_ADDRESS]] == ends:
            return columns[INODE]
    return ""
