"""Runs one service: its parts are started in order and stopped in reverse, once, on a signal.

A part is an asynchronous context manager. Stopping has a deadline; what fails ends the process with
a status other than 0, so that a supervisor sees it.
"""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
import uvicorn

from shared.service.connections import USUAL, Limits, Room, protocol_in, raise_open_files
from shared.tasks import end

log = structlog.get_logger("service")

Part = AbstractAsyncContextManager[Any]

KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept: longer than clients (httpx: 5 s) and proxies (60 s) keep
theirs. Where both let go at once, a request meets a closed connection and is not answered."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the runner decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def http_server(app: Any, host: str, port: int, limits: Limits = USUAL) -> AsyncIterator[int]:
    """Serve `app`; yields the port it listens on. Raises OSError when the port is taken."""
    raise_open_files()
    room = Room(limits)
    listener = socket.create_server((host, port), reuse_port=False, backlog=2048)
    config = uvicorn.Config(
        app,
        http=protocol_in(room),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=10,
        proxy_headers=False,  # nobody's word is taken for where a request comes from
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    sweeping = asyncio.create_task(room.sweep())
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.005)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        await end(sweeping)
        listener.close()


@asynccontextmanager
async def background(name: str, loop: Any, failed: asyncio.Event) -> AsyncIterator[None]:
    """Run a coroutine for as long as the service runs; its end, in whatever way, stops the
    service: also a CancelledError that a library let out, which nobody would hear of."""
    stopping = False

    async def watched() -> None:
        try:
            await loop
        except Exception:
            log.exception("background task failed", task=name)
        finally:
            if not stopping:
                log.error("background task ended", task=name)
                failed.set()

    task = asyncio.create_task(watched(), name=name)
    try:
        yield
    finally:
        stopping = True
        await end(task)


def collect_seldom() -> None:
    """Set garbage collection for a service: what is imported stays, and is not walked again.

    Bulk commands and batches make 100,000 short-lived objects, which the default thresholds would
    walk through again and again (a bulk command: 1.05 s of processor time against 0.77 s).
    """
    gc.freeze()
    gc.set_threshold(400_000, 50, 1000)


class Runner:
    """Collects parts with `start`, waits for SIGTERM or SIGINT, stops them in reverse."""

    def __init__(self, stop_seconds: float = 20.0) -> None:
        self.stop_seconds = stop_seconds
        self.stopping = asyncio.Event()
        self.failed = asyncio.Event()
        self._parts = AsyncExitStack()

    async def start(self, part: AbstractAsyncContextManager[Any]) -> Any:
        """Enter a part and remember to leave it."""
        return await self._parts.enter_async_context(part)

    async def background(self, name: str, coroutine: Any) -> None:
        """Run a coroutine until the service stops; its failure stops the service."""
        await self.start(background(name, coroutine, self.failed))

    async def __aenter__(self) -> "Runner":
        collect_seldom()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        return self

    async def __aexit__(self, *failure: object) -> None:
        log.info("stopping")
        async with asyncio.timeout(self.stop_seconds):
            await self._parts.aclose()
        log.info("stopped")

    async def until_stopped(self) -> None:
        """Wait for a signal or a failed part. Raises SystemExit(70) on the latter (EX_SOFTWARE)."""
        waits = [asyncio.create_task(event.wait()) for event in (self.stopping, self.failed)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if self.failed.is_set():
            raise SystemExit(70)
