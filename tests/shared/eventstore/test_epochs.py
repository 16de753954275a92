"""A restored store begins a new epoch and says what it inherits; its relay keeps the old stamps."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import Envelope, shard_of
from shared.eventstore.database import open_pool
from shared.eventstore.epochs import NOTHING, known_epochs, raise_epoch, stated
from shared.eventstore.store import EventStore, Reply, Write
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import CONTENT_TYPE, from_record, position_header
from shared.relay.relay import Relay
from shared.relay.shard_log import RANGE, STAMP
from tests.shared.eventstore.test_store import raised, request

SOURCE = source_of("events")
STREAM = "tjtc/issue-1"
SHARD = shard_of(STREAM)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database, size=4)
    yield pool
    await pool.close()


async def stamped(pool: asyncpg.Pool, version: int) -> None:
    """Write the next event of the stream, and stamp it."""
    await EventStore(pool, system_clock, source_of("benefits")).append(
        request(), [Write(STREAM, version, [raised()])], Reply(201, {})
    )
    assert len(await pool.fetch(STAMP, list(range(32)), 100)) == 1


async def test_raising_the_epoch_states_what_is_inherited(pool: asyncpg.Pool) -> None:
    await stamped(pool, 0)
    async with pool.acquire() as connection:
        epochs = await raise_epoch(connection, SOURCE, 3)
    assert epochs.current == 3
    assert epochs.past[0][SHARD] == sum(epochs.past[0]) == 1
    assert tuple(epochs.past[1]) == NOTHING
    assert (await known_epochs(pool))[SOURCE] == epochs
    relay = Relay(pool, "events", KafkaAccess("127.0.0.1:9"), poll_seconds=1, batch=1)
    heads = await relay.heads()
    assert (heads["epoch"], stated(heads["inherited"])) == (3, epochs)


async def test_an_event_published_again_keeps_the_epoch_it_was_stamped_with(
    pool: asyncpg.Pool,
) -> None:
    await stamped(pool, 0)
    async with pool.acquire() as connection:
        await raise_epoch(connection, SOURCE, 2)
    await stamped(pool, 1)
    rows = await pool.fetch(RANGE, SHARD, 1, 9, 9)
    envelopes = [envelope_of(row) for row in rows]
    assert [(e.epoch, e.shard_sequence) for e in envelopes] == [(1, 1), (2, 2)]
    epochs = (await known_epochs(pool))[SOURCE]
    assert not any(epochs.are_dead(envelope) for envelope in envelopes)
    assert epochs.are_dead(envelopes[1]._replace(epoch=1))


def envelope_of(row: Any) -> Envelope:
    """The envelope of a row as it is published."""
    position = position_header(row["epoch"], row["shard"], row["sequence"])
    return from_record(row["stream"].encode(), row["document"], [CONTENT_TYPE, position])


async def test_an_epoch_is_never_lowered_or_begun_twice(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        await raise_epoch(connection, SOURCE, 2)
        for epoch in (1, 2):
            with pytest.raises(ValueError, match="is in epoch 2"):
                await raise_epoch(connection, SOURCE, epoch)
    assert (await known_epochs(pool))[SOURCE].current == 2
