"""The proxy passes, cuts each way and slows; a cut of one process leaves all others alone."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import pytest

from tests.faults.proxy import Cut, Proxy

SHORT, LONG = 0.2, 10.0
SOMEBODY_ELSE = 1


class Ends:
    """A client's connection through the proxy, and what its server heard and can say."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.answer: asyncio.StreamWriter | None = None

    async def hears(self, text: bytes, within: float = LONG) -> bool:
        """Whether the server hears of it (within so many seconds)."""
        self.writer.write(text)
        return await _within(self.heard.get(), within) == text

    async def is_told(self, text: bytes, within: float = LONG) -> bool:
        """Whether the client hears of it (within so many seconds)."""
        assert self.answer is not None
        self.answer.write(text)
        return await _within(self.reader.read(100), within) == text


async def _within(waiting: Awaitable[bytes], seconds: float) -> bytes | None:
    try:
        return await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        return None


@asynccontextmanager
async def _ends() -> AsyncIterator[tuple[Proxy, Ends]]:
    answers: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers.put_nowait(writer)
        while chunk := await reader.read(100):
            heard.put_nowait(chunk)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy = Proxy("link", [f"127.0.0.1:{port}"], random.Random(1))
    await proxy.start()
    ends = Ends(*await asyncio.open_connection("127.0.0.1", proxy.port))
    ends.heard, ends.answer = heard, await asyncio.wait_for(answers.get(), LONG)
    try:
        yield proxy, ends
    finally:
        ends.writer.close()
        await proxy.stop()
        server.close()


@pytest.mark.parametrize(
    ("mode", "hears", "is_told"),
    [("pass", True, True), ("silent", False, False), ("mute", True, False), ("deaf", False, True)],
)
async def test_each_way_is_cut_by_itself(mode: str, hears: bool, is_told: bool) -> None:
    async with _ends() as (proxy, ends):
        proxy.turn(Cut(mode))  # type: ignore[arg-type]
        assert await ends.is_told(b"answer", LONG if is_told else SHORT) is is_told
        assert await ends.hears(b"request", LONG if hears else SHORT) is hears


async def test_what_came_late_comes_when_the_cut_is_healed() -> None:
    async with _ends() as (proxy, ends):
        proxy.turn(Cut("deaf"))
        assert not await ends.hears(b"COMMIT", SHORT)
        proxy.turn()
        assert await asyncio.wait_for(ends.heard.get(), LONG) == b"COMMIT"


async def test_after_answers_were_swallowed_the_connection_ends() -> None:
    async with _ends() as (proxy, ends):
        proxy.turn(Cut("mute"))
        assert not await ends.is_told(b"done", SHORT)
        proxy.turn()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(ends.reader.readexactly(4), LONG)


async def test_a_reset_tears_down_what_is_open_and_refuses_what_comes() -> None:
    async with _ends() as (proxy, ends):
        proxy.turn(Cut("reset"))
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(ends.reader.readexactly(1), LONG)
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), LONG)
        writer.close()


@pytest.mark.parametrize(
    ("client", "hears"), [(os.getpid(), False), (SOMEBODY_ELSE, True)], ids=["ours", "another"]
)
async def test_one_process_is_cut_and_no_other(client: int, hears: bool) -> None:
    async with _ends() as (proxy, ends):
        proxy.turn(Cut("silent"), client)
        assert await ends.hears(b"request", LONG if hears else SHORT) is hears
        proxy.heal()
        assert await ends.is_told(b"answer")
