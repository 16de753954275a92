"""Work that is done while rows are written: whatever fails, the connection is free afterwards."""

import asyncio
from collections.abc import Awaitable

import pytest

from services.reporting.projections import meanwhile


class Connection:
    """Is busy while rows are written to it."""

    def __init__(self, *, why: Exception | None = None) -> None:
        self.busy, self.free, self.why = False, asyncio.Event(), why

    async def write(self) -> None:
        """Take rows until `free` is set."""
        self.busy = True
        try:
            await self.free.wait()
            if self.why is not None:
                raise self.why
        finally:
            await asyncio.sleep(0)  # as a driver that tells the server of the cancellation
            self.busy = False


async def working(connection: Connection, why: Exception | None = None) -> str:
    """Work that begins while rows are written, and fails with `why`."""
    assert connection.busy
    if why is not None:
        raise why
    return "worked out"


async def test_both_are_done_and_the_works_result_is_returned() -> None:
    connection = Connection()
    asyncio.get_running_loop().call_later(0.01, connection.free.set)
    assert await meanwhile(connection.write(), working(connection)) == "worked out"
    assert not connection.busy


async def test_nothing_to_write_is_no_wait() -> None:
    async def work() -> int:
        return 7

    assert await meanwhile(None, work()) == 7


@pytest.mark.parametrize("writing", [None, ValueError("the server")])
async def test_where_the_work_fails_it_is_raised_once_the_rows_are_written(
    writing: Exception | None,
) -> None:
    connection = Connection(why=writing)
    asyncio.get_running_loop().call_later(0.01, connection.free.set)
    with pytest.raises(KeyError, match="the event"):
        await meanwhile(connection.write(), working(connection, KeyError("the event")))
    assert not connection.busy


async def test_where_the_writing_fails_it_is_raised() -> None:
    connection = Connection(why=ValueError("the server"))
    connection.free.set()

    async def work() -> None:
        await asyncio.sleep(0)

    with pytest.raises(ValueError, match="the server"):
        await meanwhile(connection.write(), work())


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_whoever_is_cancelled_leaves_no_connection_busy(times: int) -> None:
    connection = Connection()
    done = asyncio.create_task(meanwhile(connection.write(), working(connection, KeyError("x"))))
    for _ in range(times):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        done.cancel()
    outcome: Awaitable[str] = done
    with pytest.raises((asyncio.CancelledError, KeyError)):
        await outcome
    assert not connection.busy
