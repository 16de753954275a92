"""A service lives no longer than its background loops."""

import asyncio

import httpx
import pytest

from shared.http.app import build_app
from shared.service import runner as service
from shared.service.runner import background


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


@pytest.mark.parametrize(("kept", "answered"), [(30, True), (0, False)])
async def test_an_idle_connection_is_kept_as_long_as_stated(
    kept: int, answered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "KEEP_ALIVE_SECONDS", kept)
    app = build_app("tested", {}, asyncio.Event().wait)
    async with service.http_server(app, "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        heads = []
        for _ in range(2):
            writer.write(b"GET /livez HTTP/1.1\r\nHost: us\r\n\r\n")
            heads.append((await reader.readline()).startswith(b"HTTP/1.1 200"))
            await asyncio.sleep(0.2)
            await reader.read(1000)
        writer.close()
    assert heads == [True, answered]


def test_the_server_outwaits_its_clients() -> None:
    """The one that lets go first should be the one that sends the next request."""
    assert (httpx.Limits().keepalive_expiry or 0) * 2 < service.KEEP_ALIVE_SECONDS
