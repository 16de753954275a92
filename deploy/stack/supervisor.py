"""Process supervisor of the services: start, readiness check, restart with backoff, stop.

Restart: a service whose process ends unasked is started again, and the supervisor reports it.
Exponential backoff: the delay before a restart doubles with every such end in a row, so that a
crash loop takes no processor. A service that was stopped on purpose stays stopped.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import NamedTuple

from deploy.stack.children import Children, ForkServerGone

FIRST_BACKOFF_SECONDS = 0.2
LONGEST_BACKOFF_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""Uptime after which the backoff is reset: the next delay is the first one again."""
READY_SECONDS = 60.0
STOP_SECONDS = 25.0
POLL_SECONDS = 0.05
ANSWER_SECONDS = 5.0
TAIL_LINES = 15

Report = Callable[[str], None]


class ServiceFailed(Exception):
    """A service did not become ready, or did not stop; the message ends with its log's tail."""


class Launch(NamedTuple):
    """How a service is started: module, whole environment, log file, address of its HTTP server."""

    module: str
    environment: dict[str, str]
    log: Path
    url: str


class _Watched:
    """State of one service. `wanted`: the service is to run, so the supervisor restarts it."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.wanted = True
        self.started_at = 0.0
        self.backoff = FIRST_BACKOFF_SECONDS
        self.ended = asyncio.Event()
        self.restarting: asyncio.Task[None] | None = None


class Supervisor:
    """Supervises services by name; the fork server is their parent process.

    `report` gets a sentence whenever a process ends unasked; `on_start` is called at each start.
    """

    def __init__(self, logs: Path, report: Report, on_start: Callable[[], None]) -> None:
        self._report = report
        self._on_start = on_start
        self._services: dict[str, _Watched] = {}
        self._children = Children(logs / "forkserver.log", self._on_end)

    @property
    def pids(self) -> dict[str, int]:
        """Process ids (PID) of the services that run."""
        return dict(self._children.pids)

    async def open(self) -> None:
        """Start the fork server, which preloads the libraries."""
        await self._children.open()

    async def start(self, name: str, launch: Launch | None = None) -> None:
        """Start a service that does not run, by `launch` or else by its launch of before."""
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
        """Readiness check: wait until /readyz of each answers 200. Raises ServiceFailed."""
        for name in names:
            await self._until_ready(name)

    async def _until_ready(self, name: str) -> None:
        watched = self._services[name]
        deadline = time.monotonic() + READY_SECONDS
        status = 0
        while status != 200:
            if watched.backoff > FIRST_BACKOFF_SECONDS * 4:
                raise self._failure(name, "does not stay up")
            if time.monotonic() > deadline:
                raise self._failure(name, f"was not ready within {READY_SECONDS:.0f} s")
            await asyncio.sleep(POLL_SECONDS)
            with contextlib.suppress(OSError, TimeoutError, ValueError):
                status = await http_status(watched.launch.url, "/readyz")

    async def stop(self, name: str) -> None:
        """Graceful shutdown: SIGTERM, then SIGKILL where the service outlasts STOP_SECONDS."""
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
        """SIGKILL, as in a crash. `restart`: the supervisor starts the service again."""
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
        """Graceful shutdown of every service, then of the fork server."""
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
            watched.backoff = FIRST_BACKOFF_SECONDS
        backoff, watched.backoff = (
            watched.backoff,
            min(watched.backoff * 2, LONGEST_BACKOFF_SECONDS),
        )
        self._report(
            f"{name} ended with {describe(status)}; it is started again in {backoff:.1f} s"
            f" (log: {watched.launch.log})"
        )
        watched.restarting = asyncio.create_task(self._restart(name, watched, backoff))

    async def _restart(self, name: str, watched: _Watched, backoff: float) -> None:
        await asyncio.sleep(backoff)
        try:
            if watched.wanted and name not in self._children.pids:
                await self._start(name, watched)
        except ForkServerGone as why:
            self._report(f"{name} cannot be started again: {why}")

    def _failure(self, name: str, truth: str) -> ServiceFailed:
        log = self._services[name].launch.log
        return ServiceFailed(f"{name} {truth}\nthe end of {log}:\n{tail(log)}")


def describe(status: int) -> str:
    """Exit status in words: the status, or the signal that ended the process."""
    return f"signal {-status}" if status < 0 else f"status {status}"


def tail(log: Path) -> str:
    """Tail of a log: its last TAIL_LINES lines, for an error message."""
    with contextlib.suppress(FileNotFoundError):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  | {line}" for line in lines[-TAIL_LINES:])
    return ""


async def http_status(url: str, path: str) -> int:
    """HTTP status of a GET; 0 where the answer has no status line.

    No HTTP library: its import would slow down every start. Raises OSError, TimeoutError, and
    ValueError where the answer is not HTTP.
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
