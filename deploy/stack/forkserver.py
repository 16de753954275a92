"""Fork server, the parent process of every service: `python -m deploy.stack.forkserver`.

Preload: the fork server imports the libraries once, and every child inherits them by fork. The
import takes most of a service's start (measured: 1.4 s of processor time, for each of six
services); a restart by fork takes a tenth of a second. A child runs exactly
`python -m services.<name>`, with its own environment, session and log.

Protocol: JSON lines. The supervisor writes to the fork server's stdin and reads its stdout:

    {"start": {"name", "module", "environment", "log"}}  ->  {"started": name, "pid": pid}
    {"signal": {"name", "number"}}
                                                         ->  {"ended": name, "pid", "status"}

Signals go through the fork server. A process id may be reused after its process was reaped, and
only the parent, which reaps, knows whether a process id is still its child's.
End of file on stdin: the supervisor has ended, so the fork server stops its orphans.
No threads and no event loop in the fork server: fork copies one thread, and the locks of all.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

PRELOADED = ("shared.service.context",)
ORPHANS_STOP_SECONDS = 25.0
LOG_BYTES_KEPT = 10_000_000

# <linux/prctl.h>
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15

STDIN, STDOUT, STDERR = 0, 1, 2


class Job(NamedTuple):
    """The service that a child process is to run, with its environment and log."""

    name: str
    module: str
    environment: dict[str, str]
    log: str


class ForkServer:
    """Parent process of the services: fork, signal, reap, and a message to the supervisor of each.

    SIGCHLD wakes the selector by a socket pair (self-pipe trick): a child is reaped as it ends.
    """

    def __init__(self) -> None:
        self._children: dict[str, int] = {}
        self._pending = b""
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def serve(self) -> Job | None:
        """Serve until end of file on stdin, and return None; in a forked child, return its Job."""
        _tell({"ready": True})
        with selectors.DefaultSelector() as selector:
            selector.register(STDIN, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._woken:
                        self._reap()
                        continue
                    for order in self._orders():
                        if order is None:
                            self._end_children()
                            return None
                        job = self._obey(order)
                        if job is not None:
                            return job

    def _orders(self) -> Iterator[dict[str, Any] | None]:
        received = os.read(STDIN, 65_536)
        if not received:
            yield None
        *lines, self._pending = (self._pending + received).split(b"\n")
        yield from map(json.loads, lines)

    def _obey(self, order: dict[str, Any]) -> Job | None:
        if "start" in order:
            return self._fork(Job(**order["start"]))
        child = self._children.get(order["signal"]["name"])
        if child is not None:
            os.kill(child, order["signal"]["number"])
        return None

    def _fork(self, job: Job) -> Job | None:
        parent = os.getpid()
        child = os.fork()
        if child:
            self._children[job.name] = child
            _tell({"started": job.name, "pid": child})
            return None
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._woken.close()
        self._wake.close()
        _become(job, parent)
        return job

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._woken.recv(4096):
                pass
        names = {pid: name for name, pid in self._children.items()}
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                name = names.get(pid)
                if name is not None:
                    del self._children[name]
                    code = os.waitstatus_to_exitcode(status)
                    _tell({"ended": name, "pid": pid, "status": code})

    def _end_children(self) -> None:
        deadline = time.monotonic() + ORPHANS_STOP_SECONDS
        for pid in self._children.values():
            os.kill(pid, signal.SIGTERM)
        while self._children:
            self._reap()
            if time.monotonic() > deadline:
                for pid in self._children.values():
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)


def _tell(message: dict[str, Any]) -> None:
    # Broken pipe: the supervisor was killed. End of file on stdin follows, and stops the orphans.
    with contextlib.suppress(BrokenPipeError):
        os.write(STDOUT, json.dumps(message).encode() + b"\n")


def _become(job: Job, parent: int) -> None:
    """Set up the child process: session, parent-death signal, process name, log, environment."""
    os.setsid()
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        # Parent-death signal: no orphan outlives the fork server. SIGKILL is safe, because the
        # event stores are crash-safe.
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        libc.prctl(PR_SET_NAME, f"gh-{job.name}".encode()[:15], 0, 0, 0)
    if os.getppid() != parent:
        os._exit(111)
    with contextlib.suppress(FileNotFoundError):
        if Path(job.log).stat().st_size > LOG_BYTES_KEPT:
            Path(job.log).replace(f"{job.log}.1")
    log = os.open(job.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, STDIN)
    os.dup2(log, STDOUT)
    os.dup2(log, STDERR)
    os.close(log)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(job.environment)
    sys.argv = [job.module]


def main() -> None:
    """Preload and serve; in a child process, run the Job's module as `python -m` would."""
    for module in PRELOADED:
        importlib.import_module(module)
    # Frozen: modules are never collected. The garbage collector then neither scans them nor
    # writes to their pages, and copy-on-write goes on sharing these pages with the children.
    gc.collect()
    gc.freeze()
    job = ForkServer().serve()
    if job is not None:
        runpy.run_module(job.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
