"""What every benchmark stands on: embedded servers, a database each, a clock around the work."""

import asyncio
import platform
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.embedded import Embedded


class Rate(NamedTuple):
    """So many things in so many seconds."""

    name: str
    count: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Things a second."""
        return self.count / self.seconds


class Rig:
    """Embedded Kafka and PostgreSQL in a directory of their own."""

    def __init__(self, postgres: str, kafka: str) -> None:
        self.postgres, self.kafka = postgres, kafka

    async def database(self) -> str:
        """The DSN of a new, empty database."""
        name = f"bench_{secrets.token_hex(4)}"
        connection = await asyncpg.connect(self.postgres)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        return urlunsplit(urlsplit(self.postgres)._replace(path=f"/{name}"))


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """Start both servers; stop them and delete their data afterwards."""
    with TemporaryDirectory(prefix="guildhall-bench-") as directory:
        # PostgreSQL runs as another user when we are root, and must be able to enter.
        Path(directory).chmod(0o755)
        async with Embedded(Path(directory) / "servers") as servers:
            yield Rig(await servers.start_postgres(), await servers.start_kafka())


async def timed(name: str, count: int, work: Callable[[], Awaitable[object]]) -> Rate:
    """Do the work once and time it."""
    started = time.perf_counter()
    await work()
    return Rate(name, count, time.perf_counter() - started)


async def until(condition: Callable[[], Awaitable[bool]], every: float = 0.02) -> None:
    """Poll until it holds."""
    while not await condition():
        await asyncio.sleep(every)


def print_rates(title: str, unit: str, rates: list[Rate]) -> None:
    """The rates, each also as a ratio of ours (the first) to it."""
    ours = rates[0].per_second
    print(f"\n{title}  (Python {platform.python_version()}, {platform.machine()})")
    for rate in rates:
        ratio = "" if rate is rates[0] else f"   ours / this = {ours / rate.per_second:6.2f}"
        print(f"  {rate.name:<58} {rate.per_second:>10,.0f} {unit}{ratio}")
