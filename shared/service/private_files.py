"""Files that only their owner may read: keys, secrets, and where a running stack is."""

import os
from pathlib import Path

OWNER_ONLY = 0o600


def write_private(file: Path, content: bytes) -> None:
    """Replace `file` in one step; it is never readable by others, not even for a moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    staged = file.with_name(f".{file.name}.{os.getpid()}")
    # Left by a crash, or laid there by another with a mode of theirs.
    staged.unlink(missing_ok=True)
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    staged.replace(file)


def check_private(file: Path) -> None:
    """Raise PermissionError where others could read or write `file`."""
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        raise PermissionError(f"{file} has mode {mode:o}: others could read it; chmod 600 it")
