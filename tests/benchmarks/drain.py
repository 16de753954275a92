"""How fast a reader of a topic gets through what is in it, seen from outside.

Every reader is a process of its own that finds the whole topic waiting. The sum of the positions it
has committed is polled. Its rate runs from the first commit seen to the last, over the records
between them; until the first is its start-up, in which a runtime starts, a group is joined and the
first batch is read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from tests.benchmarks.cpu import Meter, Spent, each
from tests.benchmarks.process import Running
from tests.benchmarks.timing import Rate

POLL_SECONDS = 0.01
STUCK_SECONDS = 60.0

Committed = Callable[[], Awaitable[int]]


class Drained(NamedTuple):
    """The rate between the first and the last commit, the processor time a record took between
    them (µs), and the seconds before the first."""

    rate: Rate
    spent: Spent
    start_up_seconds: float


async def drain(
    name: str, child: Running, records: int, committed: Committed, servers: Mapping[str, int]
) -> Drained:
    """Wait until `records` are committed. `servers` are the processes that serve the reader.

    Raises Ended when the process ends before, TimeoutError when it commits nothing for a minute.
    """
    started = moved_at = time.perf_counter()
    first_at, first, last = 0.0, 0, 0
    meter = Meter({"reader": child.process.pid, **servers})
    while last < records:
        child.check()
        now, done = time.perf_counter(), await committed()
        if done > last:
            moved_at, last = time.perf_counter(), done
            if not first:
                first_at, first = moved_at, done
                meter.spent()
        elif now - moved_at > STUCK_SECONDS:
            raise TimeoutError(f"{name} stands at {last} of {records}")
        await asyncio.sleep(POLL_SECONDS)
    rate, spent = Rate(name, last - first, moved_at - first_at), meter.spent()
    return Drained(rate, each(spent, rate.count), first_at - started)


async def group_committed(
    client: AIOKafkaAdminClient, group: str, targets: list[TopicPartition]
) -> int:
    """The sum of the offsets a consumer group has committed."""
    offsets = await client.list_consumer_group_offsets(group, partitions=targets)
    return sum(max(0, offset.offset) for offset in offsets.values())
