"""What a replica knows of a batch, and what it notes of it."""

import asyncpg
import pytest

from shared.eventstore.epochs import FIRST, Epochs, keep_epochs
from shared.replicas.applied import Exceptions, begin, look_up
from shared.replicas.records import Read
from tests.shared.replicas.conftest import Copy
from tests.shared.replicas.consumed import consumed
from tests.shared.replicas.test_apply import SOURCE, counts

NONE = Exceptions(False, False, False)


async def exceptions(copy: Copy) -> Exceptions:
    async with copy.pool.acquire() as connection, connection.transaction():
        return await begin(connection, SOURCE, copy.replica.topic)


async def test_exceptions_are_there_only_where_something_is(copy: Copy) -> None:
    events = counts(100, 101, 102)
    await copy.hears(events[:1])
    assert await exceptions(copy) == Exceptions(False, False, False)
    await copy.hears([events[2], events[1]._replace(salt="")])
    assert await exceptions(copy) == Exceptions(False, True, False), "the place was taken"
    await copy.hears([counts(100)[0]._replace(shard_sequence=77)])
    await keep_epochs(copy.pool, SOURCE, Epochs(([0] * 32,)))
    assert await exceptions(copy) == Exceptions(True, True, True)


async def test_of_a_batch_heads_leaves_and_taken_places_are_known(copy: Copy) -> None:
    events = counts(100, 101, 102)
    await copy.hears([events[0], events[1]._replace(salt=""), events[2]])
    shard = events[0].shard or 0
    others = [each._replace(shard_sequence=n) for n, each in enumerate(counts(1, 2, 3, 4), 1)]
    async with copy.pool.acquire() as connection:
        known = await look_up(connection, SOURCE, reads(copy, events[:1]), NONE)
        assert (known.heads, known.epochs) == ({shard: 3}, FIRST)
        assert list(known.leaves) == [events[0].event_id]
        assert known.taken == frozenset()
        known = await look_up(connection, SOURCE, reads(copy, others), NONE)
        assert known.taken == {(shard, 1), (shard, 3)}, "the place of 2 is open"


async def test_a_place_of_a_lost_event_is_open(copy: Copy) -> None:
    events = counts(100, 101)
    await copy.hears(events)
    epochs = Epochs(([1] * 32,))
    await keep_epochs(copy.pool, SOURCE, epochs)
    others = [each._replace(shard_sequence=n) for n, each in enumerate(counts(1, 2), 1)]
    async with copy.pool.acquire() as connection:
        known = await look_up(connection, SOURCE, reads(copy, others), NONE._replace(restored=True))
    assert (known.taken, known.epochs) == ({(events[0].shard, 1)}, epochs)


def reads(copy: Copy, events: list[object]) -> list[Read]:
    return copy.replica.reader.read(consumed(events))  # type: ignore[arg-type]


async def test_a_batch_that_is_undone_noted_nothing(copy: Copy) -> None:
    await copy.pool.execute("ALTER TABLE replica_heads ADD CHECK (sequence < 2)")
    with pytest.raises(asyncpg.CheckViolationError):
        await copy.hears(counts(100, 101))
    assert await copy.pool.fetchval("SELECT count(*) FROM replica_events") == 0
    assert await copy.rows() == {}
