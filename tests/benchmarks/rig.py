"""What every benchmark stands on: embedded servers, a database each."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.embedded import Embedded
from shared.eventstore.database import open_pool
from shared.eventstore.migrations import migrate_as_owner
from shared.kafka.access import KafkaAccess
from tests.benchmarks.peers.streams import Streams


class Sizes(NamedTuple):
    """How much of everything: `events` to ingest and to relay, `history` for what is asked of a
    long history, `people` on the roster, `seconds` of steady load."""

    events: int
    history: int
    people: int
    seconds: int


class Rig:
    """Embedded Kafka and PostgreSQL in a directory of their own; `streams` where there is a JDK;
    `servers` are the process ids of the two, by name."""

    def __init__(
        self,
        postgres: str,
        kafka: KafkaAccess,
        servers: dict[str, int],
        streams: Streams | None = None,
    ) -> None:
        self.postgres, self.kafka, self.servers, self.streams = postgres, kafka, servers, streams
        self.parts = AsyncExitStack()

    async def database(self, *packages: str) -> str:
        """The DSN of a new database: empty, or migrated to what `packages` have."""
        name = f"bench_{secrets.token_hex(4)}"
        connection = await asyncpg.connect(self.postgres)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        dsn = urlunsplit(urlsplit(self.postgres)._replace(path=f"/{name}"))
        if packages:
            connection = await asyncpg.connect(dsn)
            await migrate_as_owner(connection, *packages)
            await connection.close()
        return dsn

    async def pool(self, database: str, *, plan_each: bool = False) -> asyncpg.Pool:
        """A pool of connections for as long as the rig stands; `plan_each` as in `open_pool`."""
        pool = await open_pool(database, plan_each=plan_each)
        self.parts.callback(pool.terminate)
        return pool


def mebibytes_of_memory() -> int:
    """What the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


@asynccontextmanager
async def rig(streams: Streams | None = None) -> AsyncIterator[Rig]:
    """Start both servers; stop them and delete their data afterwards.

    PostgreSQL has a quarter of the machine's memory, as its documentation advises: the embedded
    server's 256 MB would measure the disk.
    """
    with TemporaryDirectory(prefix="guildhall-bench-") as directory:
        # PostgreSQL runs as another user when we are root, and must be able to enter.
        Path(directory).chmod(0o755)
        memory = {"shared_buffers": f"{mebibytes_of_memory() // 4}MB"}
        async with Embedded(Path(directory) / "servers", postgres_settings=memory) as servers:
            postgres, kafka = await servers.start_postgres(), await servers.start_kafka()
            assert servers.postgres_pid is not None
            assert servers.kafka_pid is not None
            pids = {"PostgreSQL": servers.postgres_pid, "Kafka": servers.kafka_pid}
            stand = Rig(postgres, kafka, pids, streams)
            async with stand.parts:
                yield stand
