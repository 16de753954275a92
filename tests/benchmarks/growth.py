"""What an event costs as the tables grow, and what is then asked of the long history."""

import statistics

from tests.benchmarks import questions, rebuilding
from tests.benchmarks.history import BATCH, INGESTED_MAX, History
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.table import Row

MARKS = (100_000, 1_000_000, 10_000_000)
BATCHES = 10
FLAT_WITHIN = 1.25


async def benchmark(rig: Rig, sizes: Sizes) -> list[Row]:
    """Grow a history to its size and measure on the way; then questions, then a rebuild."""
    database = await rig.database()
    history = await History.empty(await rig.pool(database))
    marks = [mark for mark in MARKS if mark <= sizes.history] or [sizes.history]
    costs = [await _cost_at(rig, history, database, mark) for mark in marks]
    await history.settle()
    shown = ", ".join(f"{cost:.0f} µs at {mark:,}" for mark, cost in zip(marks, costs, strict=True))
    ratio = max(costs) / min(costs)
    return [
        Row(
            "ingest's cost of an event as tables grow",
            shown,
            "",
            ratio,
            f"flat: ≤ {FLAT_WITHIN:g} ×",
            ratio <= FLAT_WITHIN if len(costs) > 1 else None,
        ),
        # As the query API asks.
        *await questions.measure(rig, history, database, await rig.pool(database, plan_each=True)),
        *await rebuilding.measure(rig, history, database),
    ]


async def _cost_at(rig: Rig, history: History, database: str, events: int) -> float:
    """Grow to so many events; microseconds an event of the median batch of the next."""
    await history.ingest_to(min(events, INGESTED_MAX))
    if events > INGESTED_MAX:
        await history.clone_to(events)
        await rebuilding.rebuild(rig, database)
        await history.settle()
    batch = min(BATCH, events // BATCHES)
    for _ in range(BATCHES):
        await history.ingest_batch(batch)
    return statistics.median(seconds for _, seconds in history.timings[-BATCHES:]) / batch * 1e6
