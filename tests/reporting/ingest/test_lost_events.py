"""What an owner lost is named, never merged: in the journal, in quarantine, and when it is back."""

from typing import Any

import asyncpg
import pytest

from services.reporting.ingest import lost_events as epochs
from services.reporting.ingest import quarantine
from services.reporting.ingest.apply import Ingest
from services.reporting.projections.disowned import DISOWN
from shared.contract.envelope import SHARDS, Envelope
from shared.eventstore.epochs import Epochs
from shared.eventstore.event_ids import uuid7
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream

SOURCE = "/guildhall/benefits"


class Scene:
    """One stream of an owner that is restored, and reporting's database."""

    def __init__(self, pool: asyncpg.Pool, ingest: Ingest) -> None:
        self.pool, self.ingest = pool, ingest
        self.author, self.partition = Author(), Partition()
        self.kept = self.write(2)

    def write(self, count: int, person: int = 1) -> list[Envelope]:
        """So many events of a person's stream."""
        return [self.author.write(gift_stream(person), gift(person)) for _ in range(count)]

    def restore(self) -> None:
        """The owner goes back to `kept`."""
        self.author.restore(*self.kept)

    async def read(self, *envelopes: Envelope) -> Any:
        """They arrive in one batch."""
        raws = [self.partition.raw(envelope) for envelope in envelopes]
        return await self.ingest.apply(raws, self.partition.move(raws))

    async def learn(self, pool: asyncpg.Pool | None = None) -> bool:
        """Reporting hears of the restore."""
        past = [0] * SHARDS
        past[self.kept[0].shard or 0] = len(self.kept)
        return await epochs.learn(pool or self.pool, SOURCE, Epochs((past,)))

    async def ahead(self) -> list[str]:
        """The ids of what is named as lost."""
        return [row["event_id"] for row in await epochs.listed(self.pool)]

    async def open(self) -> dict[str, str]:
        """Reasons of what is in quarantine, by event id."""
        rows = await quarantine.listed(self.pool)
        return {str(row["event_id"]): row["reason"] for row in rows}

    async def journalled(self) -> list[str]:
        rows = await self.pool.fetch("SELECT event_id::text FROM journal ORDER BY log_index")
        return [row["event_id"] for row in rows]


@pytest.fixture
def scene(pool: asyncpg.Pool, ingest: Ingest) -> Scene:
    return Scene(pool, ingest)


def ids(*envelopes: Envelope) -> list[str]:
    return [str(envelope.event_id) for envelope in envelopes]


async def test_what_reporting_had_not_read_yet_is_quarantined(scene: Scene) -> None:
    lost = scene.write(2)
    scene.restore()
    new = scene.write(2)
    assert await scene.learn()
    await scene.read(*scene.kept, *lost, *new)
    assert await scene.journalled() == ids(*scene.kept, *new)
    assert await scene.open() == dict.fromkeys(ids(*lost), "dead-epoch")
    assert await scene.ahead() == []
    assert not await scene.learn()


async def test_what_is_in_the_journal_is_named_and_nothing_is_put_on_top(scene: Scene) -> None:
    lost = scene.write(2)
    await scene.read(*scene.kept, *lost)
    scene.restore()
    new, other = scene.write(1), scene.write(1, person=1 + 32)
    assert await scene.learn()
    assert await scene.ahead() == ids(*lost)
    result = await scene.read(*new)
    assert [refused.reason for refused in result.refused] == ["stream-blocked"]
    assert await scene.journalled() == ids(*scene.kept, *lost)
    # Another stream goes on, under sequences that lost events had.
    await scene.read(*other)
    assert await scene.journalled() == ids(*scene.kept, *lost, *other)


async def test_what_waits_for_its_epoch_is_applied_when_it_is_known(scene: Scene) -> None:
    scene.restore()
    first, second = scene.write(2)
    await scene.read(*scene.kept, second)
    await scene.learn()
    await scene.read(first)
    assert await scene.journalled() == ids(*scene.kept, first, second)


async def test_lost_and_new_records_of_one_sequence_wait_side_by_side(scene: Scene) -> None:
    _, lost = scene.write(2)
    scene.restore()
    first, new = scene.write(2)
    assert (lost.shard, lost.shard_sequence) == (new.shard, new.shard_sequence)
    await scene.read(*scene.kept, lost, new)
    assert await scene.pool.fetchval("SELECT count(*) FROM parked") == 2
    await scene.learn()
    await scene.read(first)
    assert await scene.journalled() == ids(*scene.kept, first, new)
    assert await scene.open() == dict.fromkeys(ids(lost), "dead-epoch")


async def test_an_event_that_is_published_again_is_no_longer_lost(scene: Scene) -> None:
    """It was committed but not stamped at the restored second: the relay stamps it again."""
    in_journal, in_quarantine = scene.write(2)
    await scene.read(*scene.kept, in_journal)
    scene.restore()
    again = [
        lost._replace(epoch=new.epoch, shard_sequence=new.shard_sequence)
        for lost, new in zip((in_journal, in_quarantine), scene.write(2), strict=True)
    ]
    await scene.learn()
    await scene.read(in_quarantine)
    assert await scene.ahead() == ids(in_journal)
    assert await scene.open() == dict.fromkeys(ids(in_quarantine), "dead-epoch")
    await scene.read(again[0])
    await scene.read(again[1])
    assert (await scene.ahead(), await scene.open()) == ([], {})
    assert await scene.journalled() == ids(*scene.kept, in_journal, in_quarantine)
    [settled] = await quarantine.listed(scene.pool, state="discarded")
    assert settled["settled_by"] == "ingest"


async def test_another_body_under_a_lost_events_id_leaves_it_lost(scene: Scene) -> None:
    [lost] = scene.write(1)
    scene.restore()
    [other] = scene.write(1)
    other = other._replace(event_id=lost.event_id, actor="clerk-2")
    await scene.learn()
    await scene.read(*scene.kept, lost)
    await scene.read(other)
    assert await scene.open() == dict.fromkeys(ids(lost), "dead-epoch")


async def test_a_log_that_is_shorter_without_a_word_is_noticed(scene: Scene) -> None:
    lost = scene.write(1)
    await scene.read(*scene.kept, *lost)
    await epochs.notice(scene.pool, SOURCE, {lost[0].shard or 0: len(scene.kept)}, last=3)
    assert await scene.ahead() == ids(*lost)


async def test_what_a_person_has_disowned_is_not_lost_and_its_owner_goes_on_where_it_is(
    scene: Scene,
) -> None:
    """A forger took the shard's next sequence, and the owner had not come so far."""
    [forged] = scene.write(1)
    heads = {forged.shard or 0: len(scene.kept)}
    await scene.read(*scene.kept, forged)
    await epochs.notice(scene.pool, SOURCE, heads, last=3)
    assert await scene.ahead() == ids(forged)
    await scene.pool.execute(DISOWN, 3, 4, 4)
    await epochs.notice(scene.pool, SOURCE, heads, last=3)
    assert await scene.ahead() == []
    assert await scene.pool.fetchval("SELECT sequence FROM shard_heads") == len(scene.kept)
    real = forged._replace(event_id=uuid7(), actor="clerk-2")
    await scene.read(real)
    assert await scene.journalled() == ids(*scene.kept, forged, real)


async def test_what_came_since_the_owner_was_asked_is_not_lost(scene: Scene) -> None:
    since = scene.write(1)
    await scene.read(*scene.kept, *since)
    await epochs.notice(scene.pool, SOURCE, {since[0].shard or 0: len(scene.kept)}, last=2)
    assert await scene.ahead() == []
    assert await scene.pool.fetchval("SELECT sequence FROM shard_heads") == 3


async def test_what_a_restored_owner_stamped_anew_is_not_lost(scene: Scene) -> None:
    lost = scene.write(3)
    await scene.read(*scene.kept, *lost)
    scene.restore()
    [new] = scene.write(1)
    await scene.learn()
    await scene.read(lost[2]._replace(epoch=new.epoch, shard_sequence=new.shard_sequence))
    assert await scene.ahead() == ids(*lost[:2])
    await epochs.notice(scene.pool, SOURCE, {new.shard or 0: 3}, last=5)
    assert await scene.ahead() == ids(*lost[:2])
