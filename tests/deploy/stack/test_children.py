"""The supervisor's end of the fork server: who runs, who ended, and that it may be gone itself."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.stack.children import Children, ForkServerGone
from tests.deploy.stack.test_forkserver import IDLE

Ends = asyncio.Queue[tuple[str, int]]


class Watched(Children):
    """Children, and in `ends` whoever ended, with the status."""

    def __init__(self, directory: Path) -> None:
        self.ends: Ends = asyncio.Queue()
        self.directory = directory
        super().__init__(directory / "forkserver.log", lambda *end: self.ends.put_nowait(end))

    async def begin(self, name: str, **environment: str) -> int:
        return await self.start(name, IDLE, environment, self.directory / f"{name}.log")


@pytest.fixture
async def children(tmp_path: Path) -> AsyncIterator[Watched]:
    children = Watched(tmp_path)
    await children.open()
    yield children
    await children.close()


async def test_who_was_started_is_known_until_it_ends(children: Watched) -> None:
    pid = await children.begin("a")
    assert children.pids == {"a": pid}
    os.kill(pid, 0)
    children.signal("nobody", signal.SIGKILL)
    children.signal("a", signal.SIGTERM)
    assert await children.ends.get() == ("a", -signal.SIGTERM)
    assert children.pids == {}
    children.signal("a", signal.SIGTERM)
    await children.begin("a", STATUS="3")
    assert await children.ends.get() == ("a", 3)


async def test_several_are_started_at_once_and_all_end_with_the_fork_server(
    children: Watched,
) -> None:
    pids = await asyncio.gather(*(children.begin(name) for name in "abc"))
    assert children.pids == dict(zip("abc", pids, strict=True))
    await children.close()
    assert {await children.ends.get() for _ in "abc"} == {(n, -signal.SIGTERM) for n in "abc"}
    with pytest.raises(ForkServerGone, match=r"forkserver\.log"):
        await children.begin("d")


async def test_a_fork_server_that_was_killed_took_its_services_and_it_is_told(
    children: Watched,
) -> None:
    await children.begin("a")
    assert children._process is not None
    children._process.kill()
    assert await children.ends.get() == ("a", -signal.SIGKILL)
    with pytest.raises(ForkServerGone):
        await children.begin("b")


async def test_what_was_never_opened_closes() -> None:
    await Watched(Path("/")).close()
