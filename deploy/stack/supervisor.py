"""Keeps services running: starts them, waits until they are ready, restarts what dies, stops all.

A service that dies is started again after a pause that doubles with every death in a row, and the
supervisor says so. A service that was stopped on purpose stays stopped.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import NamedTuple

from deploy.stack.children import Children, ForkServerGone

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A service that ran this long is taken to be well again: its next pause is the first one."""
READY_SECONDS = 60.0
STOP_SECONDS = 25.0
POLL_SECONDS = 0.05
ANSWER_SECONDS = 5.0
TAIL_LINES = 15

Report = Callable[[str], None]


class ServiceFailed(Exception):
    """A service did not become ready, or did not stop; the message ends with its log's end."""


class Launch(NamedTuple):
    """How a service is started: its module, whole environment, log file and address."""

    module: str
    environment: dict[str, str]
    log: Path
    url: str


class _Watched:
    """What the supervisor knows of one service."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.wanted = True
        self.started_at = 0.0
        self.pause = FIRST_PAUSE_SECONDS
        self.ended = asyncio.Event()
        self.restarting: asyncio.Task[None] | None = None


class Supervisor:
    """Services by name.

    `report` is told in a sentence whenever one dies, `on_start` is called whenever one has started.
    """

    def __init__(self, logs: Path, report: Report, on_start: Callable[[], None]) -> None:
        self._report = report
        self._on_start = on_start
        self._services: dict[str, _Watched] = {}
        self._children = Children(logs / "forkserver.log", self._on_end)

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of the services that run."""
        return dict(self._children.pids)

    async def open(self) -> None:
        """Begin to warm up."""
        await self._children.open()

    async def start(self, name: str, launch: Launch | None = None) -> None:
        """Start a service that is not running, as `launch` says or as it was started before."""
        watched = self._services.get(name)
        if launch is not None:
            watched = self._services[name] = _Watched(launch)
        if watched is None:
            raise KeyError(f"{name} was never started: {', '.join(self._services)} were")
        watched.wanted = True
        if name not in self._children.pids:
            await self._start(name, watched)

    async def _start(self, name: str, watched: _Watched) -> None:
        watched.ended.clear()
        watched.started_at = time.monotonic()
        launch = watched.launch
        await self._children.start(name, launch.module, launch.environment, launch.log)
        self._on_start()

    async def ready(self, names: Iterable[str]) -> None:
        """Wait until each answers /readyz with success. Raises ServiceFailed."""
        for name in names:
            await self._until_ready(name)

    async def _until_ready(self, name: str) -> None:
        watched = self._services[name]
        deadline = time.monotonic() + READY_SECONDS
        status = 0
        while status != 200:
            if watched.pause > FIRST_PAUSE_SECONDS * 4:
                raise self._failure(name, "does not stay up")
            if time.monotonic() > deadline:
                raise self._failure(name, f"was not ready within {READY_SECONDS:.0f} s")
            await asyncio.sleep(POLL_SECONDS)
            with contextlib.suppress(OSError, TimeoutError, ValueError):
                status = await http_status(watched.launch.url, "/readyz")

    async def stop(self, name: str) -> None:
        """Ask a service to end and wait for it; kill it where it takes too long."""
        watched = self._keep_down(name)
        if name not in self._children.pids:
            return
        self._children.signal(name, SIGTERM)
        try:
            await asyncio.wait_for(watched.ended.wait(), STOP_SECONDS)
        except TimeoutError:
            self._report(f"{name} did not stop within {STOP_SECONDS:.0f} s and was killed")
            self._children.signal(name, SIGKILL)
            await watched.ended.wait()

    async def kill(self, name: str, *, restart: bool) -> None:
        """End a service at once, as a crash would; `restart` leaves it to be started again."""
        watched = self._services[name] if restart else self._keep_down(name)
        if name in self._children.pids:
            self._children.signal(name, SIGKILL)
            await watched.ended.wait()

    def _keep_down(self, name: str) -> _Watched:
        watched = self._services[name]
        watched.wanted = False
        if watched.restarting is not None:
            watched.restarting.cancel()
        return watched

    async def close(self) -> None:
        """Stop every service, then the fork server."""
        for name in self._services:
            self._keep_down(name)
        try:
            with contextlib.suppress(ForkServerGone):
                await asyncio.gather(*(self.stop(name) for name in self._services))
        finally:
            await self._children.close()

    def _on_end(self, name: str, status: int) -> None:
        watched = self._services[name]
        watched.ended.set()
        if not watched.wanted:
            return
        if time.monotonic() - watched.started_at > STEADY_SECONDS:
            watched.pause = FIRST_PAUSE_SECONDS
        pause, watched.pause = watched.pause, min(watched.pause * 2, LONGEST_PAUSE_SECONDS)
        self._report(
            f"{name} ended with {describe(status)}; it is started again in {pause:.1f} s"
            f" (log: {watched.launch.log})"
        )
        watched.restarting = asyncio.create_task(self._restart(name, watched, pause))

    async def _restart(self, name: str, watched: _Watched, pause: float) -> None:
        await asyncio.sleep(pause)
        try:
            if watched.wanted and name not in self._children.pids:
                await self._start(name, watched)
        except ForkServerGone as why:
            self._report(f"{name} cannot be started again: {why}")

    def _failure(self, name: str, truth: str) -> ServiceFailed:
        log = self._services[name].launch.log
        return ServiceFailed(f"{name} {truth}\nthe end of {log}:\n{tail(log)}")


def describe(status: int) -> str:
    """An exit status in words: a status, or the signal that ended it."""
    return f"signal {-status}" if status < 0 else f"status {status}"


def tail(log: Path) -> str:
    """The last lines of a log, for an error message."""
    with contextlib.suppress(FileNotFoundError):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  | {line}" for line in lines[-TAIL_LINES:])
    return ""


async def http_status(url: str, path: str) -> int:
    """The status of a GET, without an HTTP library: this is asked while everything starts.

    Raises OSError, TimeoutError, and ValueError where the answer is not HTTP.
    """
    host, _, port = url.rpartition("/")[2].rpartition(":")
    async with asyncio.timeout(ANSWER_SECONDS):
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            writer.write(request.encode())
            line = await reader.readline()
            return int(line.split()[1]) if line.count(b" ") else 0
        finally:
            writer.close()
