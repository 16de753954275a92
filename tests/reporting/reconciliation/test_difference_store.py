"""What differs is kept since it was first noticed, and forgotten where it is equal again."""

import asyncpg

from services.reporting.reconciliation import difference_store as kept
from services.reporting.reconciliation.log_difference import LogDifference
from shared.relay.digests import Range

ID, OTHER = "01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"

NOTICED = """
SELECT noticed_at FROM log_differences WHERE sequence = 5 AND reader = 'reporting'
"""
OURS, COPY = kept.Read("reporting", "/s"), kept.Read("benefits", "/s")


def difference(sequence: int, shard: int = 3) -> LogDifference:
    return LogDifference("/s", shard, sequence, "another-event", ID, "00", OTHER, "11", sequence)


async def test_a_range_that_was_looked_at_holds_what_was_found_and_nothing_else(
    pool: asyncpg.Pool,
) -> None:
    first = [difference(n) for n in (2, 5, 9)]
    await kept.keep(pool, OURS, Range(3, 1, 9), first)
    since = await pool.fetchval(
        "SELECT noticed_at FROM log_differences WHERE sequence = 5 AND reader = 'reporting'"
    )
    moved = difference(5)._replace(kind="document-differs")
    await kept.keep(pool, OURS, Range(3, 4, 9), [moved])
    await kept.keep(pool, OURS, Range(4, 1, 9), [difference(7, shard=4)])
    assert await kept.listed(pool, OURS) == [first[0], moved, difference(7, shard=4)]
    assert await kept.listed(pool, OURS._replace(source="/other")) == []
    assert await kept.listed(pool, COPY) == []
    await kept.keep(pool, COPY, Range(3, 1, 9), [difference(5)])
    await kept.settle(pool, COPY, [Range(4, 1, 9)])
    noticed = await pool.fetchval(
        "SELECT noticed_at FROM log_differences WHERE sequence = 5 AND reader = 'reporting'"
    )
    assert noticed == since
    await kept.settle(pool, OURS, [Range(3, 3, 6), Range(4, 8, 9)])
    assert await kept.listed(pool, OURS) == [first[0], difference(7, shard=4)]
    assert await kept.listed(pool, COPY) == [difference(5)]


async def test_how_far_was_compared_never_goes_back(pool: asyncpg.Pool) -> None:
    await kept.keep_compared(pool, OURS, {0: 7, 1: 3})
    await kept.keep_compared(pool, OURS, {0: 4, 1: 5})
    assert await kept.compared(pool, OURS) == {0: 7, 1: 5}
    assert await kept.compared(pool, COPY) == {}


async def test_nothing_is_in_quarantine_where_nothing_was_refused(pool: asyncpg.Pool) -> None:
    assert await kept.in_quarantine(pool, "/s", {ID: "00"}) == {}
