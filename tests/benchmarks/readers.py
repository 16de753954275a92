"""Our worker and its peers as readers: each a process of its own that reads its own topics for as
long as a benchmark runs, and is idle while others take their turn."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.reporting.projections.checkpoints import prepare
from shared.eventstore.migrations import migrate
from tests.benchmarks.cpu import Meter, Turn
from tests.benchmarks.peers.streams import Streams
from tests.benchmarks.process import Running, module, reporting_settings, running, settings
from tests.benchmarks.rig import Rig
from tests.benchmarks.slices import Post, Published, Publisher
from tests.benchmarks.timing import Rate, until

POLL_SECONDS = 0.01
STUCK_SECONDS = 300.0
COPY, RAW = "aiokafka → COPY of the same rows, same tables", "aiokafka → COPY of raw records"
STREAMS = "Kafka Streams, keyed sum"
QUIX = "Quix Streams → its PostgreSQL sink, one table upserted"
FAUST = "Faust + asyncpg, one event at a time, one table upserted"
QUIX_PYTHON = Path(sys.prefix) / "quix" / "bin" / "python"
"""Its dependencies contradict ours, so it has a virtual environment of its own (`make bench`)."""
NO_QUIX = f"no {QUIX_PYTHON}: `make bench` makes it"

Reached = Callable[[Published], Awaitable[bool]]
"""Whether a reader has committed all it was given."""


class Reader(NamedTuple):
    """A reader: its name, what its topics begin with, its process. `ready` is awaited before it is
    given a slice, and told how many records it has had by its end. `held`: it would read what is
    not committed, so it is stopped until all is there."""

    name: str
    prefix: str
    child: Running
    reached: Reached
    database: str = ""
    ready: Callable[[int], Awaitable[None]] | None = None
    held: bool = False

    async def turn(
        self, publisher: Publisher, posts: Sequence[Post], servers: Mapping[str, int]
    ) -> Turn:
        """Give it a slice: the rate from when it can be seen until all of it is committed, and the
        processor time of that, the servers' too.

        Raises Ended when the process ends, TimeoutError when it does not get there.
        """
        if self.ready is not None:
            await self.ready(publisher.given(self.prefix) + len(posts))
        meter = Meter({"reader": self.child.process.pid, **servers})
        if self.held:
            self.child.process.send_signal(signal.SIGSTOP)
        published = await publisher.publish(self.prefix, posts, shown=meter.spent)
        if self.held:
            self.child.process.send_signal(signal.SIGCONT)
        began = time.perf_counter()

        async def all_is() -> bool:
            self.child.check()
            return await self.reached(published)

        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await until(all_is, every=POLL_SECONDS)
        except TimeoutError as why:
            raise TimeoutError(f"{self.name} has not got through {len(posts):,} records") from why
        taken = time.perf_counter() - began
        return Rate(self.name, len(posts), taken), meter.spent()


@asynccontextmanager
async def worker(rig: Rig, database: str) -> AsyncIterator[Reader]:
    """Ours, as it runs in production."""
    with settings(database, rig.kafka) as common:
        environment = {**reporting_settings(common), "GUILDHALL_HTTP_PORT": "0"}
        command = module("services.reporting.worker")
        async with (
            running("worker", *command, **environment) as child,
            _connected(database) as connection,
        ):

            async def reached(published: Published) -> bool:
                # What is refused is in no journal: then it stands, and the benchmark fails.
                return await _at(connection, "journal_head", "next_index - 1") >= published.records

            yield Reader("Guildhall", "", child, reached, database)


@asynccontextmanager
async def copying(
    rig: Rig, prefix: str, topics: Sequence[str], source: str = ""
) -> AsyncIterator[Reader]:
    """COPY of the rows that ours wrote into `source`; without one, of the records."""
    target = await rig.database()
    await migrate(await rig.pool(target), "shared.eventstore", "services.reporting")
    command = [*module("tests.benchmarks.peers.copying"), target, ",".join(topics)]
    command += filter(None, [source])
    async with (
        _connected(target) as connection,
        running(prefix, *command, piped=True, **rig.kafka.settings) as child,
    ):
        await prepare(connection)

        async def ready(up_to: int) -> None:
            stdin, stdout = child.process.stdin, child.process.stdout
            assert stdin is not None and stdout is not None
            stdin.write(f"{up_to}\n".encode())
            await stdout.readline()
            child.check()

        async def reached(published: Published) -> bool:
            sql = "SELECT topic, partition, next_offset FROM peer_positions"
            at = {TopicPartition(topic, n): end for topic, n, end in await connection.fetch(sql)}
            return _has_all(published, at)

        yield Reader(COPY if source else RAW, prefix, child, reached, target, ready)


@asynccontextmanager
async def streams(
    rig: Rig, prefix: str, topics: Sequence[str], peer: Streams
) -> AsyncIterator[Reader]:
    """The sum of Kafka Streams."""
    async with peer.running(rig.kafka, ",".join(topics)) as (child, group), _admin(rig) as client:
        yield Reader(STREAMS, prefix, child, _of_group(client, group))


@asynccontextmanager
async def quix(rig: Rig, prefix: str, topics: Sequence[str]) -> AsyncIterator[Reader]:
    """Quix Streams, in the Python that has it."""
    command = [QUIX_PYTHON, "-m", "tests.benchmarks.peers.quix", await rig.database()]
    async with (
        running("quix", *command, ",".join(topics), **rig.kafka.settings) as child,
        _admin(rig) as client,
    ):
        yield Reader(QUIX, prefix, child, _of_group(client, "quix"))


@asynccontextmanager
async def one_by_one(rig: Rig, prefix: str, topics: Sequence[str]) -> AsyncIterator[Reader]:
    """Faust and asyncpg. Faust reads committed records alone only where it writes transactions."""
    database = await rig.database()
    command = [*module("tests.benchmarks.peers.one_by_one"), database, ",".join(topics)]
    async with (
        running("faust", *command, **rig.kafka.settings) as child,
        _connected(database) as connection,
    ):

        async def reached(published: Published) -> bool:
            return await _at(connection, "lines", "count(*)") >= published.records

        yield Reader(FAUST, prefix, child, reached, held=True)


@asynccontextmanager
async def _connected(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _admin(rig: Rig) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(**rig.kafka.client())
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def _at(connection: asyncpg.Connection, table: str, value: str) -> int:
    try:
        return int(await connection.fetchval(f"SELECT {value} FROM {table}"))
    except asyncpg.UndefinedTableError:
        return 0  # it is still making its tables


def _of_group(client: AIOKafkaAdminClient, group: str) -> Reached:
    """Whether a consumer group has committed all it was given."""

    async def reached(published: Published) -> bool:
        targets = list(published.ends)
        offsets = await client.list_consumer_group_offsets(group, partitions=targets)
        return _has_all(published, {target: offset.offset for target, offset in offsets.items()})

    return reached


def _has_all(published: Published, at: Mapping[TopicPartition, int]) -> bool:
    return all(at.get(target, 0) >= end for target, end in published.ends.items())
