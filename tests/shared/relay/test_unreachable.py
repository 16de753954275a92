"""A PostgreSQL that dies in the middle of an operation is waited out: it ends no relay, no copy."""

import asyncio
from typing import Any, Self

import asyncpg
import pytest

from shared.contract.catalogue import topic_of
from shared.kafka.acceptance import owner
from shared.kafka.access import KafkaAccess
from shared.relay import relay as outbox
from shared.relay.relay import Relay
from shared.replicas.apply import Replica
from shared.replicas.records import Reader
from shared.replicas.subscription import Subscription

KILLED = [
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    ConnectionResetError("reset by peer"),
]


class Dying:
    """A pool whose server dies whenever it is asked for anything."""

    def __init__(self, why: Exception) -> None:
        self.why, self.asked = why, 0

    def acquire(self) -> Self:
        return self

    async def __aenter__(self) -> Any:
        await self.execute()

    async def __aexit__(self, *failure: object) -> None: ...

    async def execute(self, *_: object) -> None:
        self.asked += 1
        raise self.why

    fetch = execute


async def asked_again(pool: Dying, running: Any) -> bool:
    """Whether what runs goes on to ask a second time."""
    task = asyncio.create_task(running)
    async with asyncio.timeout(10):
        while pool.asked < 2 and not task.done():
            await asyncio.sleep(0.01)
    alive = not task.done()
    task.cancel()
    await asyncio.wait([task])
    return alive


@pytest.mark.parametrize("why", KILLED, ids=lambda why: type(why).__name__)
async def test_a_relay_outlives_a_server_that_dies(
    why: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "RETRY_SECONDS", 0.0)
    pool: Any = Dying(why)
    relay = Relay(pool, "members", KafkaAccess("127.0.0.1:9"), poll_seconds=0.01, batch=10)
    assert await asked_again(pool, relay.run())


@pytest.mark.parametrize("why", KILLED, ids=lambda why: type(why).__name__)
async def test_a_copy_outlives_a_server_that_dies(why: Exception) -> None:
    pool: Any = Dying(why)
    reader = Reader(topic_of("members"), owner("members"), allow_simulated=False)
    copy = Subscription(Replica(pool, "benefits", reader, {}), KafkaAccess("127.0.0.1:9"))
    assert await asked_again(pool, copy.run())
