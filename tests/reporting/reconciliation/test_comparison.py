"""What the owner wrote against what the journal holds: every kind of difference is named, to the
sequence, and nothing else is."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import httpx
import pytest

from services.reporting.ingest import parked, quarantine, settle
from services.reporting.ingest.apply import Ingest
from services.reporting.projections.disowned import DISOWN
from services.reporting.reconciliation import comparison as module
from services.reporting.reconciliation.comparison import Comparison, ends_of
from services.reporting.reconciliation.log_difference import Compared
from services.reporting.reconciliation.owner_client import OwnerClient, OwnerSilent
from services.reporting.reconciliation.progress import journal_progress
from shared.contract.envelope import SHARDS, Envelope
from shared.eventstore.epochs import Epochs, keep_epochs
from shared.eventstore.event_ids import uuid7
from shared.testing.author import Author
from tests.reporting.reconciliation.owner_log import OwnerLog
from tests.reporting.records import (
    IN_ERROR,
    OPERATOR,
    Partition,
    altered,
    gift,
    gift_stream,
    take_rows,
)

SOURCE = "/guildhall/benefits"


class Scene:
    """An owner's log, the journal that read it, and who compares them."""

    def __init__(self, pool: asyncpg.Pool, ingest: Ingest) -> None:
        self.pool, self.ingest, self.owner = pool, ingest, OwnerLog()
        self.author, self.partition = Author(), Partition()
        self.comparison = Comparison(pool)
        self.silent = False

    def written(self, count: int, people: int = 1) -> list[Envelope]:
        """So many events of the owner, told to as many people in turn."""
        envelopes = [
            self.author.write(gift_stream(n % people), gift(n % people)) for n in range(count)
        ]
        self.owner.write(envelopes)
        return envelopes

    async def read(self, envelopes: Sequence[Envelope]) -> None:
        """They arrive."""
        raws = [self.partition.raw(envelope) for envelope in envelopes]
        await self.ingest.apply(raws, self.partition.move(raws))

    async def compare(self) -> Compared:
        """One round."""

        def answer(request: httpx.Request) -> httpx.Response:
            told = None if self.silent else self.owner.answer(request)
            return told or httpx.Response(503)

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            owners = OwnerClient(client, {"benefits": "http://benefits"})
            have = (await journal_progress(self.pool, ["benefits"]))[SOURCE].have
            ends = ends_of({"shards": self.owner.heads()}, have)
            return await self.comparison.round(owners, "benefits", SOURCE, ends)

    async def named(self) -> list[tuple[int, str]]:
        """What differs after a round: sequence and kind."""
        return [(each.sequence, each.kind) for each in (await self.compare()).differences]


@pytest.fixture
async def scene(
    pool: asyncpg.Pool, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    monkeypatch.setattr(module, "RANGE", 40)
    monkeypatch.setattr(module, "SIDE_BY_SIDE", 3)
    monkeypatch.setattr(module, "AGAIN", 16)
    monkeypatch.setattr(module, "OLDER_SECONDS", 0.0)
    yield Scene(pool, ingest)


async def test_what_is_the_same_is_found_equal_and_not_asked_for_anew(scene: Scene) -> None:
    await scene.read(scene.written(100, people=40))
    assert await scene.compare() == Compared([], True)
    asked = scene.owner.answers
    assert await scene.compare() == Compared([], True)
    assert scene.owner.answers == asked + 1  # a stretch of what was equal, again


async def test_a_forgery_in_an_owners_place_is_named_with_both_events(scene: Scene) -> None:
    """A forger took the shard's next sequence; the owner's own event came after it."""
    envelopes = scene.written(90)
    real = envelopes[60]
    forged = real._replace(event_id=uuid7(), data=gift(0, quantity=99).model_dump_json().encode())
    await scene.read([*envelopes[:60], forged, *envelopes[60:]])
    found = await scene.compare()
    difference, *rest = found.differences
    assert (difference.sequence, difference.kind) == (real.shard_sequence, "another-event")
    # What follows in the stream waits for it, and is named as well.
    assert [each.kind for each in rest] == ["in-quarantine"] * 29
    assert difference.owner_event_id == str(real.event_id)
    assert difference.journal_event_id == str(forged.event_id)
    assert difference.log_index == 61
    assert found.all_of_it


async def test_every_byte_of_a_journal_row_counts(scene: Scene, pool: asyncpg.Pool) -> None:
    await scene.read(scene.written(50))
    await scene.compare()
    await altered(pool, 33, b'"quantity":1', b'"quantity":9')
    scene.comparison = Comparison(pool)
    for _ in range(4):  # it was equal before: it is found when its stretch comes again
        found = await scene.named()
    assert found == [(33, "document-differs")]


async def test_a_record_in_quarantine_is_a_difference_until_it_is_settled(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    first, second = scene.written(2)
    unknown = "guildhall.benefits.GiftBlessed.v1"
    blessed = first._replace(type=unknown), second._replace(type=unknown)
    scene.owner.write(blessed)
    await scene.read(blessed)
    assert await scene.named() == [(1, "in-quarantine"), (2, "in-quarantine")]
    for row in await quarantine.listed(pool):
        await settle.discard(scene.ingest, row["id"], OPERATOR, IN_ERROR)
    assert await scene.named() == []


async def test_what_was_discarded_under_an_events_id_settles_nothing_of_the_event(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    """It never came; a forger's record names it, another takes its place, and both are
    discarded."""
    first, lost, third = scene.written(3)
    names_it = lost._replace(shard_sequence=1, data=gift(0, quantity=99).model_dump_json().encode())
    in_its_place = lost._replace(event_id=uuid7(), data=b"{}")
    await scene.read([first, names_it, in_its_place])
    for row in await quarantine.listed(pool):
        await settle.discard(scene.ingest, row["id"], OPERATOR, IN_ERROR)
    await scene.read([third])
    assert await scene.named() == [(2, "missing"), (3, "in-quarantine")]


async def test_what_a_person_applied_beyond_a_gap_is_looked_at_until_its_owner_has_it(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    """A forged sequence from nowhere: behind no head, and so in no range that is compared."""
    envelopes = scene.written(2)
    forged = envelopes[1]._replace(event_id=uuid7(), stream_version=3, shard_sequence=10**6)
    await scene.read([*envelopes, forged])
    await parked.give_up(pool, seconds=0)
    (row,) = await quarantine.listed(pool)
    assert (await settle.retry(scene.ingest, row["id"], "operator-1")).applied == 1
    assert await scene.named() == [(10**6, "not-the-owners")]
    assert await scene.named() == [(10**6, "not-the-owners")]
    scene.owner.write([forged])
    assert await scene.named() == []


async def test_an_event_that_its_owner_has_and_a_person_disowned_is_missing(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    """As where a restored owner had lost it, and stamps it anew afterwards."""
    await scene.read(scene.written(2))
    await pool.execute(DISOWN, 2, 3, 3)
    assert await scene.named() == [(2, "missing")]


async def test_what_the_owner_did_not_write_or_does_not_have_is_named(scene: Scene) -> None:
    envelopes = scene.written(30)
    await scene.read(envelopes)
    shard = envelopes[0].shard or 0
    del scene.owner.stamped[shard, 7]
    scene.owner.stamped[shard, 21] = None
    assert await scene.named() == [(7, "not-the-owners"), (21, "owner-lost")]


async def test_a_row_that_is_gone_is_missing_and_found_again_when_it_is_back(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    await scene.read(scene.written(30))
    await take_rows(pool, 11, 11)
    assert await scene.named() == [(11, "missing")]


async def test_no_more_are_named_than_a_person_can_read_and_none_passes_for_equal(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NAMED_MAX", 5)
    envelopes = scene.written(90)
    await scene.read(envelopes)
    scene.owner.stamped = dict.fromkeys(scene.owner.stamped)
    found = await scene.compare()
    assert 5 <= len(found.differences) < 12
    assert not found.all_of_it
    assert not (await scene.compare()).all_of_it
    scene.owner.write(envelopes)
    for _ in range(2):
        found = await scene.compare()
    assert found == Compared([], True)


async def test_what_a_restored_owner_stamped_anew_is_no_difference(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    """Two events were read; the owner was restored to before them and stamped them the other way
    round, in its second epoch."""
    kept, first, second = scene.written(3)
    await scene.read([kept, first, second])
    shard = kept.shard or 0
    inherited = [0] * SHARDS
    inherited[shard] = 1
    async with pool.acquire() as connection:
        await keep_epochs(connection, SOURCE, Epochs((inherited,)))
    again = [
        second._replace(epoch=2, shard_sequence=2),
        first._replace(epoch=2, shard_sequence=3),
    ]
    scene.owner.write(again)
    await scene.read(again)
    assert await scene.named() == []
    scene.owner.write([again[0]._replace(data=gift(0, quantity=7).model_dump_json().encode())])
    scene.comparison = Comparison(pool, whole=True)
    assert await scene.named() == [(2, "missing")]


async def test_an_owner_that_says_nothing_proves_nothing(scene: Scene) -> None:
    await scene.read(scene.written(3))
    scene.silent = True
    with pytest.raises(OwnerSilent):
        await scene.compare()


async def test_what_was_found_outlives_the_process(scene: Scene, pool: asyncpg.Pool) -> None:
    envelopes = scene.written(30)
    await scene.read(envelopes)
    scene.owner.stamped[envelopes[0].shard or 0, 21] = None
    await scene.compare()
    scene.comparison = Comparison(pool)
    asked = scene.owner.answers
    assert await scene.named() == [(21, "owner-lost")]
    assert scene.owner.answers - asked < 8


def test_ends_are_what_both_sides_should_have() -> None:
    head: Any = {"shards": [{"shard": 0, "head": 9}, {"shard": 1, "head": 4}]}
    assert ends_of(head, {0: 7, 1: 9}) == {0: 7, 1: 4}
