"""The part that ends auditors' transactions says that it works, and outlives a database that is
away. What it ends: tests/deploy/embedded/test_auditors.py."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.reporting.rebuild import auditors
from shared.health import Health


class Database:
    """A pool that is away at first; what was asked of it."""

    def __init__(self) -> None:
        self.asked, self.away = list[float](), 1

    @asynccontextmanager
    async def acquire(self) -> Any:
        if self.away:
            self.away -= 1
            raise OSError("away")
        yield self

    async def fetchval(self, _query: str, older_than: float) -> int:
        self.asked.append(older_than)
        return 1


async def test_it_looks_again_after_a_failure_and_tells_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auditors, "LOOK_SECONDS", 0.0)
    database: Any = Database()
    health = Health()
    looking = asyncio.create_task(auditors.keep(database, health))
    async with asyncio.timeout(10):
        while len(database.asked) < 2:
            await asyncio.sleep(0)
    looking.cancel()
    assert set(database.asked) == {auditors.TRANSACTION_SECONDS}
    assert list(health.told()) == ["auditors"]
