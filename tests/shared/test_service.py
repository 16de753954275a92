"""A service lives no longer than its background loops."""

import asyncio

import pytest

from shared.service import background


async def for_ever() -> None:
    await asyncio.Event().wait()


async def failing() -> None:
    raise ConnectionError("Kafka is away")


async def cancelled_by_a_library() -> None:
    raise asyncio.CancelledError


async def ending() -> None: ...


@pytest.mark.parametrize("loop", [failing, cancelled_by_a_library, ending])
async def test_a_background_loop_that_ends_stops_the_service(loop: object) -> None:
    failed = asyncio.Event()
    async with background("loop", loop(), failed):  # type: ignore[operator]
        await asyncio.wait_for(failed.wait(), 10)


async def test_a_background_loop_that_is_stopped_is_no_failure() -> None:
    failed = asyncio.Event()
    async with background("loop", for_ever(), failed):
        await asyncio.sleep(0)
    assert not failed.is_set()
