"""A TCP proxy in front of a server: it passes bytes on, delays them, swallows them, or resets.

Delay, silence and one-way loss need no root here, and each link is cut apart from the others; a cut
may also be of one process alone, whichever of a broker's many clients it is.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Sequence
from typing import Literal, NamedTuple

from tests.faults.sockets import connects_from

Mode = Literal["pass", "silent", "mute", "deaf", "reset"]
"""`silent`: nothing passes, as behind a firewall that drops. `mute`: requests pass, answers do not
and never will, so a COMMIT is done and nobody hears of it. `deaf`: answers pass, requests come late
when it ends. `reset`: connections are torn down and refused."""

CHUNK = 65_536
STOP_SECONDS = 5.0
LINGER_NONE = struct.pack("ii", 1, 0)


class Cut(NamedTuple):
    """What becomes of bytes: each late by about `delay_seconds`; `pace` is bytes a second, 0: any
    number."""

    mode: Mode = "pass"
    delay_seconds: float = 0.0
    pace: float = 0.0


PASS = Cut()


class Line:
    """One client's connection through a proxy, and what is done to it."""

    def __init__(self, client: asyncio.StreamWriter, rng: random.Random) -> None:
        self.port: int = client.get_extra_info("peername")[1]
        self.writers = [client]
        self.cut = PASS
        self._rng = rng
        self._swallowed = False
        self._requests, self._answers = asyncio.Event(), asyncio.Event()
        self._requests.set()
        self._answers.set()

    def turn(self, cut: Cut) -> None:
        """Change what becomes of every byte from now on."""
        if cut.mode == "reset" or (self._swallowed and cut.mode != "mute"):
            # What was swallowed never comes: the connection cannot go on.
            self.reset()
        self.cut = cut
        for passing, stopped in ((self._requests, "deaf"), (self._answers, "mute")):
            passing.clear() if cut.mode in ("silent", stopped) else passing.set()

    def reset(self) -> None:
        """Tear it down, both ends."""
        for writer in self.writers:
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
            writer.transport.abort()

    async def carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        """Carry bytes one way until that end closes. Raises OSError then."""
        passing = self._answers if answers else self._requests
        while chunk := await reader.read(CHUNK):
            self._swallowed |= answers and self.cut.mode == "mute"
            await passing.wait()
            late = self.cut.delay_seconds * self._rng.uniform(0.5, 1.5)
            late += len(chunk) / self.cut.pace if self.cut.pace else 0.0
            if late:
                await asyncio.sleep(late)
            writer.write(chunk)
            await writer.drain()
        # One end closed: the other hears of it, as it would without us.
        raise ConnectionResetError("closed")


class Proxy:
    """Listens on a loopback port for connections to one of `targets`, tried in random order."""

    def __init__(self, name: str, targets: Sequence[str], rng: random.Random) -> None:
        self.name, self.targets, self.port = name, list(targets), 0
        self._rng = rng
        self._server: asyncio.Server | None = None
        self._lines: set[Line] = set()
        self._cuts: dict[int | None, Cut] = {}

    @property
    def address(self) -> str:
        """Where clients come to."""
        return f"127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen, on a free port unless one is given."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening, reset what is open, and wait a little until both ends have heard."""
        if self._server is not None:
            self._server.close()
        self.heal()
        for line in self._lines:
            line.reset()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                while self._lines:
                    await asyncio.sleep(0.01)

    def turn(self, cut: Cut = PASS, client: int | None = None) -> None:
        """Cut the link from now on, or one process (its id) from it; PASS heals that again."""
        self._cuts.pop(client, None)
        if cut != PASS:
            self._cuts[client] = cut
        for line in list(self._lines):
            line.turn(self._cut_of(line))

    def heal(self) -> None:
        """Everything passes."""
        for client in list(self._cuts):
            self.turn(PASS, client)

    def _cut_of(self, line: Line) -> Cut:
        for client, cut in self._cuts.items():
            if client is None or connects_from(client, line.port, self.port):
                return cut
        return PASS

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(writer, self._rng)
        self._lines.add(line)
        try:
            line.turn(self._cut_of(line))
            if line.cut.mode == "reset":
                return
            onward_reader, onward = await self._connect()
            line.writers.append(onward)
            async with asyncio.TaskGroup() as both:
                both.create_task(line.carry(reader, onward, answers=False))
                both.create_task(line.carry(onward_reader, writer, answers=True))
        except* (OSError, ConnectionError):
            pass
        finally:
            self._lines.discard(line)
            for each in line.writers:
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
