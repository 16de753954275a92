"""The supervisor's end of the fork server: start a service, signal it, learn when it ended."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from signal import Signals
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 30.0

Ended = Callable[[str, int], None]
"""Told a service's name and its exit status, negative for a signal."""


class ForkServerGone(Exception):
    """The fork server ended by itself; the message names its log."""


class Children:
    """Services as children of one fork server. `on_end` is called for each that ends."""

    def __init__(self, log: Path, on_end: Ended) -> None:
        self._log = log
        self._on_end = on_end
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._gone = False
        self._started: dict[str, asyncio.Future[int]] = {}
        self.pids: dict[str, int] = {}

    async def open(self) -> None:
        """Start the fork server; it warms up while other things are done."""
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONUTF8": "1",
            "PYTHONPATH": str(ROOT),
        }
        with self._log.open("ab") as log:
            # -P: a folder `shared` or `services` in the user's directory is not ours.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "deploy.stack.forkserver",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        self._reading = asyncio.create_task(self._read(self._process))

    async def start(self, name: str, module: str, environment: Mapping[str, str], log: Path) -> int:
        """Start a service that is not running; returns its process id. Raises ForkServerGone."""
        await asyncio.wait_for(self._ready.wait(), START_SECONDS)
        if self._gone:
            raise self._failure()
        started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._started[name] = started
        self._order(
            start={
                "name": name,
                "module": module,
                "environment": dict(environment),
                "log": str(log),
            }
        )
        return await started

    def signal(self, name: str, number: Signals) -> None:
        """Send a signal to a service, if it is running."""
        if name in self.pids:
            self._order(signal={"name": name, "number": int(number)})

    async def close(self) -> None:
        """End the fork server, and with it every service that still runs."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    def _order(self, **order: Any) -> None:
        if self._gone or self._process is None or self._process.stdin is None:
            raise self._failure()
        self._process.stdin.write(json.dumps(order).encode() + b"\n")

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            message = json.loads(line)
            if "started" in message:
                name = message["started"]
                self.pids[name] = message["pid"]
                self._started.pop(name).set_result(message["pid"])
            elif "ended" in message:
                self.pids.pop(message["ended"], None)
                self._on_end(message["ended"], message["status"])
            else:
                self._ready.set()
        self._gone = True
        self._ready.set()
        for waiting in self._started.values():
            with contextlib.suppress(asyncio.InvalidStateError):
                waiting.set_exception(self._failure())
        for name in list(self.pids):
            # Its children die with it (PR_SET_PDEATHSIG); nobody is left to reap and tell.
            del self.pids[name]
            self._on_end(name, -9)

    def _failure(self) -> ForkServerGone:
        return ForkServerGone(f"the fork server has ended; its log is {self._log}")
