"""Subjects and peers as processes of their own: started, watched, their memory read, ended."""

import asyncio
import contextlib
import json
import os
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet

from shared.kafka.access import KafkaAccess
from shared.testing.http import AUDIENCE, ISSUER, TEST_KEY
from tests.benchmarks.timing import until

STOP_SECONDS = 30.0
SERVING_SECONDS = 60.0
LINE_BYTES_MAX = 2**26


class Ended(Exception):
    """A process of the benchmark ended by itself; what it said is above."""


class Running:
    """A child process; `check` raises Ended once it has ended."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name, self.process = name, process

    def check(self) -> None:
        """Raise Ended when it no longer runs."""
        if self.process.returncode is not None:
            raise Ended(f"{self.name} ended with status {self.process.returncode}")

    def peak_mebibytes(self) -> float:
        """The most resident memory it and its children ever had, each at its own peak."""
        return sum(map(_peak_kibibytes, tree(self.process.pid))) / 1024

    async def stop(self) -> None:
        """Ask it to end, then kill it."""
        if self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


@asynccontextmanager
async def running(
    name: str, *command: str | Path, piped: bool = False, quiet: bool = False, **environment: str
) -> AsyncIterator[Running]:
    """A program for as long as the block runs; `piped`, we speak to it by stdin and stdout;
    `quiet`, what it says on stdout is of no interest."""
    pipe = asyncio.subprocess.PIPE if piped else None
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        stdin=pipe,
        stdout=asyncio.subprocess.DEVNULL if quiet else pipe,
        limit=LINE_BYTES_MAX,
    )
    child = Running(name, process)
    try:
        yield child
    finally:
        await child.stop()


def module(name: str) -> tuple[str, str, str]:
    """The command that runs a module with this Python."""
    return (sys.executable, "-m", name)


@asynccontextmanager
async def serving(name: str, **environment: str) -> AsyncIterator[tuple[Running, int]]:
    """A module that serves HTTP on GUILDHALL_HTTP_PORT, once it accepts connections."""
    port = free_port()
    given = {**environment, "GUILDHALL_HTTP_PORT": str(port)}
    async with running(name, *module(name), **given) as child:

        async def accepts() -> bool:
            child.check()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return False
            writer.close()
            return True

        async with asyncio.timeout(SERVING_SECONDS):
            await until(accepts, every=0.05)
        yield child, port


@contextmanager
def settings(database: str, kafka: KafkaAccess) -> Iterator[dict[str, str]]:
    """The environment of any service of ours; the keys of test tokens are served meanwhile."""
    keys = json.dumps(KeySet([TEST_KEY]).as_dict(private=False)).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(keys)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield {
            "GUILDHALL_DATABASE_URL": database,
            **kafka.settings,
            "GUILDHALL_ISSUER": ISSUER,
            "GUILDHALL_AUDIENCE": AUDIENCE,
            "GUILDHALL_JWKS_URL": f"http://127.0.0.1:{server.server_port}/jwks",
            "GUILDHALL_LOG_LEVEL": "ERROR",
        }
    finally:
        server.shutdown()
        server.server_close()


def reporting_settings(common: Mapping[str, str]) -> dict[str, str]:
    """Those of reporting. The owners are not there to be asked, so it does not reconcile."""
    nobody = "http://127.0.0.1:9"
    urls = {f"GUILDHALL_{name}_URL": nobody for name in ("MEMBERS", "BENEFITS", "EVENTS", "WORKER")}
    own = {"GUILDHALL_TOKEN_URL": nobody, "GUILDHALL_CLIENT_SECRET": "none"}
    return {**common, **urls, **own, "GUILDHALL_RECONCILE_SECONDS": "86400"}


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    children: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # one that has just ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text().split())
    return [pid, *(below for child in children for below in tree(child))]


def _peak_kibibytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0
