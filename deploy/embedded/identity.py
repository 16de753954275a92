"""Which process a process id means: the id alone may belong to another process by now."""

import contextlib
import json
import os
import select
import signal
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessIdentity:
    """A process: its id, when it started (clock ticks since boot) and in which boot."""

    pid: int
    started: int
    boot: str


def identify(pid: int) -> ProcessIdentity | None:
    """Return the identity of a live process, None when there is none (a zombie is not alive)."""
    try:
        # The name, in parentheses, may itself hold spaces and parentheses: count after the last.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in "ZX":
        return None
    return ProcessIdentity(pid, int(fields[19]), boot)


def write_record(path: Path, process: ProcessIdentity) -> None:
    """Record a child, so that a later start can tell it from a process that is not ours."""
    path.write_text(json.dumps(asdict(process)))


def read_record(path: Path) -> ProcessIdentity | None:
    """Return the recorded child, None when there is no readable record."""
    try:
        return ProcessIdentity(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def end_recorded(path: Path, polite: signal.Signals, seconds: float) -> bool:
    """End the recorded child if that very process is still alive.

    It is asked with ``polite``, given ``seconds``, then killed. Nothing is done to a process that
    has the id but not the start time. Returns whether a process was ended.
    """
    process = read_record(path)
    if process is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        # The descriptor pins the process: between this check and the signal the id cannot pass on.
        descriptor = os.pidfd_open(process.pid)
        try:
            if identify(process.pid) != process:
                return False
            for number, limit in ((polite, seconds), (signal.SIGKILL, 10.0)):
                signal.pidfd_send_signal(descriptor, number)
                if select.select([descriptor], [], [], limit)[0]:
                    return True
        finally:
            os.close(descriptor)
    return False
