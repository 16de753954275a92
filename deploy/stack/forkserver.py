"""Starts services by forking one warmed process: `python -m deploy.stack.forkserver`.

Six services that each import the same libraries spend most of a start on it (measured: 1.4 s of
processor time each); here that is paid once, and a restart takes a tenth of a second. What runs in
a child is exactly `python -m services.<name>`, with its own environment, session and log.

The supervisor speaks JSON lines on stdin and reads them on stdout:

    {"start": {"name", "module", "environment", "log"}}  ->  {"started": name, "pid": pid}
    {"signal": {"name", "number"}}
                                                         ->  {"ended": name, "pid", "status"}

Only this process, which reaps its children, knows whether a process id is still theirs: that is why
signals go through it. Its stdin closing means that the supervisor is gone: it ends its children.
No thread and no event loop may exist here, or forking would copy them.
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
    """What a child is to become."""

    name: str
    module: str
    environment: dict[str, str]
    log: str


class ForkServer:
    """The parent of the services: forks, signals, reaps, and tells the supervisor."""

    def __init__(self) -> None:
        self._children: dict[str, int] = {}
        self._pending = b""
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def serve(self) -> Job | None:
        """Serve until stdin closes (returns None); returns a Job in each forked child."""
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
    # A supervisor that was killed reads no more; its children are ended all the same.
    with contextlib.suppress(BrokenPipeError):
        os.write(STDOUT, json.dumps(message).encode() + b"\n")


def _become(job: Job, parent: int) -> None:
    """Make this forked process a service's own: session, death signal, log, environment."""
    os.setsid()
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        # Killed with its parent, however that ends: the stores are made for it.
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
    """Serve; in a child, run its module as `python -m` would."""
    for module in PRELOADED:
        importlib.import_module(module)
    # What is imported lives for ever: the collector need not look at it, nor copy its pages.
    gc.collect()
    gc.freeze()
    job = ForkServer().serve()
    if job is not None:
        runpy.run_module(job.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
