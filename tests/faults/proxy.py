"""A TCP proxy in front of a server: it passes bytes on, delays them, swallows them, or resets.

Delay, silence and one-way loss need no root here, and each link is cut apart from the others.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Sequence
from typing import Literal

Mode = Literal["pass", "silent", "mute", "reset"]
"""`silent`: nothing passes, as behind a firewall that drops. `mute`: requests pass, answers do not,
so a COMMIT is done and nobody hears of it. `reset`: connections are torn down and refused."""

CHUNK = 65_536
LINGER_NONE = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on a loopback port for connections to one of `targets`, tried in random order."""

    def __init__(self, name: str, targets: Sequence[str], rng: random.Random) -> None:
        self.name, self.targets, self.port = name, list(targets), 0
        self.mode: Mode = "pass"
        self.delay_seconds = 0.0
        self._rng = rng
        self._passing = asyncio.Event()
        self._passing.set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._muted: set[asyncio.StreamWriter] = set()

    @property
    def address(self) -> str:
        """Where clients come to."""
        return f"127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen, on a free port unless one is given."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and reset what is open."""
        if self._server is not None:
            self._server.close()
        self._reset(self._open)

    def turn(self, mode: Mode = "pass", delay_seconds: float = 0.0) -> None:
        """Change what becomes of every byte from now on; `turn()` heals."""
        if self.mode == "mute" and mode != "mute":
            # What was swallowed never comes: the connection cannot go on.
            self._reset(self._muted)
        self.mode, self.delay_seconds = mode, delay_seconds
        if mode == "reset":
            self._reset(self._open)
        if mode in ("silent", "mute"):
            self._passing.clear()
        else:
            self._passing.set()

    @staticmethod
    def _reset(writers: set[asyncio.StreamWriter]) -> None:
        for writer in list(writers):
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
            writer.transport.abort()
        writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine = [writer]
        self._open.add(writer)
        try:
            if self.mode == "reset":
                self._reset({writer})
                return
            onward_reader, onward = await self._connect()
            mine.append(onward)
            self._open.add(onward)
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump(reader, onward, answers=False))
                pumps.create_task(self._pump(onward_reader, writer, answers=True))
        except* (OSError, ConnectionError):
            pass
        finally:
            for each in mine:
                self._open.discard(each)
                self._muted.discard(each)
                each.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        targets = self._rng.sample(self.targets, len(self.targets))
        for number, target in enumerate(targets, start=1):
            host, _, port = target.rpartition(":")
            try:
                return await asyncio.open_connection(host, int(port))
            except OSError:
                if number == len(targets):
                    raise
        raise ConnectionRefusedError("no target")

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while chunk := await reader.read(CHUNK):
            if self.mode == "mute" and answers:
                self._muted.add(writer)
            if self.mode == "silent" or (self.mode == "mute" and answers):
                await self._passing.wait()
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds * self._rng.uniform(0.5, 1.5))
            writer.write(chunk)
            await writer.drain()
        # One end closed: the other hears of it, as it would without us.
        raise ConnectionResetError("closed")
