"""Kafka → journal and every projection, one worker, beside copies, Kafka Streams and what a Python
user would pick instead.

All are processes that keep running; they are given the same records, slice by slice, and take
turns: ours, then each peer (`readers`, `slices`). The worker's memory is read when all is done.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import asyncpg

from deploy.embedded import create_topics
from services.reporting.projections.as_of import LIVE
from tests.benchmarks import readers
from tests.benchmarks.cpu import Spent, Turn, cost, together
from tests.benchmarks.gifts import gifts
from tests.benchmarks.mix import mix
from tests.benchmarks.peers.streams import NO_JDK
from tests.benchmarks.readers import Reader
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.slices import Workload, create_topics_of, publisher
from tests.benchmarks.table import Row, bounded, compared, not_measured, within
from tests.benchmarks.timing import Rate

WHAT = "ingest of {}: Kafka → journal + all projections, one worker"
MEMORY_MIB_MAX = 200
TURNS_MAX = 6
ROUND = 10_000
"""Slices are so many records, or several times as many: Quix Streams commits after so many."""
WARM_UP = ROUND
SLOW, SLOW_WARM_UP = 3_000, 500
"""Of a slice, for who takes one event at a time."""
GOALS = {readers.COPY: 0.7, readers.QUIX: 1.2}
DEARER_AT_MOST = 5.0


class Side(NamedTuple):
    """One that takes turns: over all of them, its rate and what a record cost."""

    rate: Rate
    spent: Spent


async def benchmark(rig: Rig, sizes: Sizes) -> list[Row]:
    """Gifts alone: most of what a union says, and each the first event of its stream."""
    return await measure(rig, gifts(), sizes.events)


async def benchmark_mix(rig: Rig, sizes: Sizes) -> list[Row]:
    """The mix of the demo's events."""
    return await measure(rig, await mix(), sizes.events)


async def measure(rig: Rig, workload: Workload, events: int) -> list[Row]:
    """Rates, processor time and the worker's peak memory, of one workload."""
    each_turn = max(ROUND, events // TURNS_MAX // ROUND * ROUND)
    await create_topics(rig.kafka)
    database = await rig.database("shared.eventstore", "services.reporting")
    async with publisher(rig.kafka) as publishing, _side_by_side(rig, workload, database) as all_:
        found: dict[str, list[Turn]] = {reader.name: [] for reader in all_}
        for turn in range(max(1, events // each_turn) + 1):
            posts = workload.slice(each_turn if turn else WARM_UP)
            for reader in all_:
                few = posts[: SLOW if turn else SLOW_WARM_UP] if reader.held else posts
                taken = await reader.turn(publishing, few, rig.servers)
                found[reader.name] += [taken] if turn else []
        mebibytes = all_[0].child.peak_mebibytes()
        await _same_rows(database, all_[1].database)
    sides = {name: Side(*together(turns)) for name, turns in found.items()}
    return _rows(workload.name, sides, mebibytes)


@asynccontextmanager
async def _side_by_side(
    rig: Rig, workload: Workload, database: str
) -> AsyncIterator[tuple[Reader, ...]]:
    """Ours and every peer that can run here, running: ours, COPY of the same rows, the others."""

    async def topics(prefix: str) -> list[str]:
        given = workload.topics(prefix)
        await create_topics_of(rig.kafka, given)
        return given

    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        all_ = [
            await enter(readers.worker(rig, database)),
            await enter(readers.copying(rig, "copy.", await topics("copy."), database)),
            await enter(readers.copying(rig, "raw.", await topics("raw."))),
        ]
        if rig.streams is not None:
            all_.append(
                await enter(readers.streams(rig, "sums.", await topics("sums."), rig.streams))
            )
        if readers.QUIX_PYTHON.exists():
            all_.append(await enter(readers.quix(rig, "quix.", await topics("quix."))))
        all_.append(await enter(readers.one_by_one(rig, "faust.", await topics("faust."))))
        yield tuple(all_)


def _rows(name: str, sides: Mapping[str, Side], mebibytes: float) -> list[Row]:
    what, (ours, *peers) = WHAT.format(name), sides.values()
    missing = {readers.STREAMS: NO_JDK, readers.QUIX: readers.NO_QUIX}
    copy = sides[readers.COPY]
    return [
        *(
            compared(what, ours.rate, peer.rate, "events/s", GOALS.get(peer.rate.name))
            for peer in peers
        ),
        *(not_measured(what, why) for peer, why in missing.items() if peer not in sides),
        *(cost("an event", ours.spent, peer.rate.name, peer.spent) for peer in peers),
        within(
            f"ingest of {name}: processor time of who reads",
            ours.spent["reader"],
            copy.spent["reader"],
            "µs an event",
            name=readers.COPY,
            at_most=DEARER_AT_MOST,
        ),
        bounded("memory of the worker at its peak", mebibytes, "MiB", MEMORY_MIB_MAX),
    ]


async def _same_rows(source: str, target: str) -> None:
    """COPY wrote as much as we did. Raises AssertionError."""
    counted = []
    for database in (source, target):
        connection = await asyncpg.connect(database)
        sql = f"SELECT (SELECT count(*) FROM journal), count(*) FROM {LIVE}.figure_lines"
        counted.append(await connection.fetchrow(sql))
        await connection.close()
    if counted[0] != counted[1]:
        raise AssertionError(f"rows of journal and lines: ours {counted[0]}, peer {counted[1]}")
