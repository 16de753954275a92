"""Every projection rebuilt while ingest goes on and a reader looks all the time.

The operator's way: a request to the query API's process. What is rebuilt must equal what was live,
row by row. The reader asks a figure as it was known before the rebuild began, which nothing later
may change, and how many lines there are now, which may only grow: a partial table would be seen.
"""

import asyncio
import random
import time
from typing import NamedTuple

import httpx

from services.reporting.journal import log as journal
from services.reporting.projections.as_of import LIVE
from services.reporting.queries.figures import figure_named, values_at
from shared.testing.http import token
from tests.benchmarks.cpu import Meter, Spent, cost, each
from tests.benchmarks.history import History, union_of, year
from tests.benchmarks.process import reporting_settings, serving, settings
from tests.benchmarks.rig import Rig
from tests.benchmarks.table import Row, bounded

PER_SECOND, FOLDING_US_MAX = 50_000, 15.0
LIVE_BATCH = 100
LIVE_EVERY_SECONDS = 0.2
READ_EVERY_SECONDS = 0.02


class Seen(NamedTuple):
    """What a reader saw: how often it looked, and its longest wait in seconds."""

    reads: int
    longest: float


async def measure(rig: Rig, history: History, database: str) -> list[Row]:
    """The rebuild's seconds against the goal, scaled to this history; what a reader saw."""
    done = asyncio.Event()
    before = history.events
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(_read(history, done))
        tasks.create_task(_ingest(history, done))
        try:
            equal, seconds, spent = await rebuild(rig, database)
        finally:
            done.set()
    if not equal:
        raise AssertionError("what was live is not what the journal says")
    seen = reading.result()
    live = history.events - before
    rate, costs = before / seconds, each(spent, before)
    return [
        Row(
            f"rebuild of all projections, {before:,} events",
            f"{seconds:.1f} s, {rate:,.0f}/s",
            goal=f"≥ {PER_SECOND:,}/s",
            met=rate >= PER_SECOND,
        ),
        bounded("its folding, processor time", costs["folding"], "µs an event", FOLDING_US_MAX),
        cost("an event", costs),
        Row(
            "meanwhile: readers, live ingest",
            f"{seen.reads} reads, longest {seen.longest * 1000:.0f} ms; {live:,} events ingested",
            goal="none partial; ingest goes on",
            met=live > 0,
        ),
    ]


async def rebuild(rig: Rig, database: str) -> tuple[bool, float, Spent]:
    """Rebuild as an operator does: whether live equalled rebuilt, the seconds it took, and those of
    processors: PostgreSQL's with what others asked of it meanwhile."""
    bearer = {"Authorization": f"Bearer {token('operator', orgs=('*',))}"}
    with settings(database, rig.kafka) as common:
        async with (
            serving("services.reporting", **reporting_settings(common)) as (child, port),
            httpx.AsyncClient(timeout=3600) as client,
        ):
            url, started = f"http://127.0.0.1:{port}/v1/rebuild", time.perf_counter()
            meter = Meter({"folding": child.process.pid, "PostgreSQL": rig.servers["PostgreSQL"]})
            answer = (await client.post(url, headers=bearer)).raise_for_status()
            seconds = time.perf_counter() - started
            return answer.json()["equal"], seconds, meter.spent()


async def _ingest(history: History, done: asyncio.Event) -> None:
    while not done.is_set():
        await history.ingest_batch(LIVE_BATCH)
        await asyncio.sleep(LIVE_EVERY_SECONDS)


async def _read(history: History, done: asyncio.Event) -> Seen:
    """Look until the rebuild is done. Raises AssertionError when a look shows half of a table."""
    pool, at = history.pool, await journal.last_index(history.pool)
    figure, chosen = figure_named("gift_mid_autumn_portions"), random.Random(5)
    asked = [(union_of(n), year(n % 10)) for n in range(10)]
    known = {one: (await values_at(pool, *one, at, [figure]))[figure.name] for one in asked}
    lines, reads, longest = 0, 0, 0.0
    while not done.is_set():
        one, began = chosen.choice(asked), time.perf_counter()
        found = (await values_at(pool, *one, at, [figure]))[figure.name]
        longest, reads = max(longest, time.perf_counter() - began), reads + 1
        # The planner's count of a whole table would not do: count those of the newest events.
        now = await pool.fetchval(
            f"SELECT count(*) FROM {LIVE}.figure_lines WHERE org_id = $1 AND valid_from > $2",
            one[0],
            at,
        )
        if found != known[one] or (one[0] == union_of(0) and now < lines):
            raise AssertionError(f"a partial read of {one}: {found}, then {known[one]}")
        lines = now if one[0] == union_of(0) else lines
        await asyncio.sleep(READ_EVERY_SECONDS)
    return Seen(reads, longest)
