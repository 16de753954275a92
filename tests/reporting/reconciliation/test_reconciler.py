"""What is missing is asked for again; what is only late, or asked for already, is not."""

import functools
import json
from typing import Any

import asyncpg
import httpx
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.reconciliation import owner_client, rolling_check, scrub
from services.reporting.reconciliation.reconciler import Reconciler
from services.reporting.reconciliation.watchdog import Stall, Watchdog
from shared.contract.catalogue import topic_of
from shared.contract.envelope import SHARDS, Envelope
from shared.testing.author import Author
from tests.reporting.reconciliation.owner_log import OwnerLog
from tests.reporting.records import Partition, gift, gift_stream, take_rows

PATIENCE, STALL = 10.0, 60.0


class Owner:
    """An owner that published `acked` in one shard, and notes what it is asked to publish again.

    It has a copy of itself, for want of another, which stands as `copy` says.
    """

    def __init__(self, shard: int) -> None:
        self.shard, self.acked, self.log = shard, 0, OwnerLog()
        self.asked: list[dict[str, int]] = []
        self.copy: dict[str, int] | None = None
        self.inherited: dict[str, list[int]] = {}

    def restored(self, inherited: int) -> None:
        """It was restored to where the shard had so many events."""
        self.inherited["1"] = [0] * SHARDS
        self.inherited["1"][self.shard] = inherited
        self.keeps(inherited)

    def keeps(self, sequence: int) -> None:
        """Its log has what it stamped up to there, and nothing after it."""
        self.acked = sequence
        stamped = self.log.stamped
        self.log.stamped = {key: stamped[key] for key in stamped if key[1] <= sequence}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/relay/republish":
            self.asked.append(json.loads(request.content))
            return httpx.Response(200, json={"republished": 1})
        if request.url.path == "/v1/copies":
            return httpx.Response(200, json=self._copies())
        if (answer := self.log.answer(request)) is not None:
            return answer
        heads = [{"shard": n, "head": 0, "acked": 0} for n in range(SHARDS)]
        heads[self.shard] = {"shard": self.shard, "head": self.acked, "acked": self.acked}
        body = {
            "source": "/guildhall/benefits",
            "epoch": len(self.inherited) + 1,
            "inherited": self.inherited,
            "unstamped": 0,
            "shards": heads,
        }
        return httpx.Response(200, json=body)

    def _copies(self) -> list[dict[str, Any]]:
        if self.copy is None:
            return []
        read, head, last = self.copy["read"], self.copy["head"], self.copy["last"]
        upto = self.copy["lacks_upto"] if last > head else 0
        shards = [{"shard": self.shard, "head": head, "lacks_upto": upto, "last": last}]
        named = self.copy.get("quarantine", [])
        kept = {"count": len(named), "first": named}
        source = "/guildhall/benefits"
        told = {"source": source, "read": read, "shards": shards, "quarantine": kept}
        return [told | {"refilling": self.copy.get("refilling")}]


class Scene:
    """An owner's shard, a partition that carries it, a reconciler and its clock."""

    def __init__(self, pool: asyncpg.Pool, ingest: Ingest) -> None:
        self.ingest, self.now = ingest, 0.0
        self.author, self.partition = Author(), Partition()
        self.shard = int(self.author.write(gift_stream(0), gift(0)).shard or 0)
        self.author = Author()
        self.owner = Owner(self.shard)
        self.watchdog = Watchdog(STALL, lambda _topic: 1)
        self.reconciler = Reconciler(
            pool, {"benefits": "http://benefits"}, token, PATIENCE, watchdog=self.watchdog
        )

    def published(self, count: int) -> list[Envelope]:
        """So many events of one stream, which Kafka acknowledged."""
        self.owner.acked += count
        envelopes = [self.author.write(gift_stream(0), gift(0)) for _ in range(count)]
        self.owner.log.write(envelopes)
        return envelopes

    async def read(self, *envelopes: Envelope) -> None:
        """They arrive."""
        raws = [self.partition.raw(envelope) for envelope in envelopes]
        await self.ingest.apply(raws, self.partition.move(raws))

    async def after(self, seconds: float) -> list[dict[str, int]]:
        """Compare so much later; answers what was asked for."""
        self.now += seconds
        self.owner.asked = []
        await self.reconciler.once()
        return self.owner.asked


async def token(refused: str | None = None) -> str:
    return "token"


@pytest.fixture
def scene(pool: asyncpg.Pool, ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return asks(Scene(pool, ingest), monkeypatch)


def asks(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Whoever asks over HTTP, asks its owner; time is the scene's."""
    client = functools.partial(httpx.AsyncClient, transport=httpx.MockTransport(scene.owner))
    monkeypatch.setattr(owner_client.httpx, "AsyncClient", client)
    monkeypatch.setattr("time.monotonic", lambda: scene.now)
    return scene


async def test_a_gap_that_stands_is_asked_for(scene: Scene) -> None:
    first, *_ = scene.published(3)
    await scene.read(first)
    assert await scene.after(0) == []
    assert await scene.after(PATIENCE - 1) == []
    assert await scene.after(1) == [{"shard": scene.shard, "first": 2, "last": 3}]


async def test_while_the_topic_is_still_read_what_is_behind_is_only_late(scene: Scene) -> None:
    first, *_ = scene.published(3)
    for _ in range(3):
        await scene.read(first)
        assert await scene.after(PATIENCE) == []
    assert await scene.after(PATIENCE) == [{"shard": scene.shard, "first": 2, "last": 3}]


async def test_records_that_wait_behind_a_gap_show_it_however_much_is_read(scene: Scene) -> None:
    first, _lost, third = scene.published(3)
    await scene.read(first, third)
    assert await scene.after(0) == []
    await scene.read(first)
    assert await scene.after(PATIENCE) == [{"shard": scene.shard, "first": 2, "last": 3}]


async def test_a_reader_that_is_stopped_is_not_sent_the_same_over_and_over(scene: Scene) -> None:
    scene.published(3)
    rounds = [await scene.after(PATIENCE) for _ in range(16)]
    assert [n for n, asked in enumerate(rounds) if asked] == [1, 3, 7, 15]


async def test_a_gap_that_is_filled_is_forgotten(scene: Scene) -> None:
    first, second, third = scene.published(3)
    await scene.read(first, third)
    await scene.after(0)
    await scene.read(second)
    assert await scene.after(PATIENCE) == []
    found: Any = await scene.reconciler.once()
    assert found.complete and found.watermark == 3


async def test_a_copy_that_skipped_is_sent_again_what_it_lacks(scene: Scene) -> None:
    """What it heard beyond the gap shows it is no laggard, however much it reads."""
    await scene.read(*scene.published(5))
    scene.owner.copy = {"read": 10, "head": 2, "lacks_upto": 4, "last": 5}
    assert await scene.after(0) == []
    scene.owner.copy["read"] = 12
    assert await scene.after(PATIENCE) == [{"shard": scene.shard, "first": 3, "last": 4}]
    found: Any = await scene.reconciler.once()
    assert [(copy.reader, copy.behind) for copy in found.copies] == [("benefits", 2)]
    assert not found.complete
    assert found.watermark == 5  # the journal has all of it
    scene.owner.copy = {"read": 14, "head": 5, "last": 5}
    assert (await scene.reconciler.once()).complete


async def test_a_copy_that_passed_a_record_over_is_not_complete(scene: Scene) -> None:
    await scene.read(*scene.published(5))
    first = {"reason": "reaction-failed", "event_id": "e-1", "offset": 3}
    scene.owner.copy = {"read": 5, "head": 5, "last": 5, "quarantine": [first]}
    found = await scene.reconciler.once()
    assert not found.complete and found.watermark == 5  # the journal has all of it
    assert [(copy.quarantined, copy.first) for copy in found.copies] == [(1, (first,))]
    scene.owner.copy["quarantine"] = []
    assert (await scene.reconciler.once()).complete


async def test_a_copy_that_skipped_the_last_is_sent_it_and_one_that_reads_is_not(
    scene: Scene,
) -> None:
    await scene.read(*scene.published(5))
    scene.owner.copy = {"read": 10, "head": 4, "last": 4}
    for read in (11, 12, 13):
        assert await scene.after(PATIENCE) == []
        scene.owner.copy["read"] = read
    assert await scene.after(PATIENCE) == []
    assert await scene.after(PATIENCE) == [{"shard": scene.shard, "first": 5, "last": 5}]


async def test_a_reader_that_leaves_unread_what_was_published_again_stands_still(
    scene: Scene,
) -> None:
    first, *_ = scene.published(3)
    await scene.read(first)
    await scene.after(0)
    assert await scene.after(PATIENCE)  # published again, and nobody reads
    assert not scene.watchdog.demands_an_end(lambda _: True)
    await scene.after(STALL)
    await scene.after(1)
    assert scene.watchdog.stall == Stall((topic_of("benefits"), 0), STALL + 1)
    assert scene.watchdog.demands_an_end(lambda _: True)


async def test_a_gap_in_a_topic_that_is_read_is_no_stand_still(scene: Scene) -> None:
    """The owner cannot send what is missing, but what it sends is read."""
    first, _lost, third = scene.published(3)
    await scene.read(first, third)
    for _ in range(20):
        await scene.after(PATIENCE)
        await scene.read(third)
    await scene.after(0)
    assert scene.watchdog.stall is None


async def test_a_restored_owner_is_heard_and_what_it_lost_is_named(scene: Scene) -> None:
    kept, lost = scene.published(1), scene.published(2)
    await scene.read(*kept, *lost)
    scene.owner.restored(1)
    found = await scene.reconciler.once()
    assert [row["event_id"] for row in found.ahead] == [str(e.event_id) for e in lost]
    assert not found.complete and found.watermark is None
    # As long as they are in the journal nothing is complete, whatever the owner publishes.
    again = await scene.reconciler.once()
    assert again.ahead == found.ahead and not again.complete


async def test_an_owner_that_lost_events_without_saying_so_is_found_out(scene: Scene) -> None:
    await scene.read(*scene.published(2), *scene.published(1))
    scene.owner.keeps(2)
    found = await scene.reconciler.once()
    assert [row["shard_sequence"] for row in found.ahead] == [3]
    assert not found.complete


async def test_what_is_gone_from_the_journal_is_named_and_nothing_is_complete(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    await scene.read(*scene.published(3))
    whole = await scene.reconciler.once()
    assert (whole.complete, whole.watermark, whole.journal_gaps) == (True, 3, [])
    await take_rows(pool, 2, 2)
    found = await scene.reconciler.once()
    assert found.journal_gaps == [{"first": 2, "last": 2}]
    assert not found.complete and found.watermark is None
    assert scene.reconciler.watermark == 3  # what was proven then, was


@pytest.mark.parametrize("whole", [True, False])
async def test_a_gap_far_back_is_found_by_the_first_look(
    scene: Scene, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    monkeypatch.setattr(rolling_check, "STRETCH", 2)
    scene.reconciler.scrub.whole = whole
    await scene.read(*scene.published(12))
    await take_rows(pool, 6, 6)
    found = await scene.reconciler.once()
    assert found.journal_gaps == [{"first": 6, "last": 6}] and found.watermark is None


async def test_sums_that_differed_far_back_are_stopped_once(
    scene: Scene, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen of them is of the tables before: folded anew, they would be stopped again."""
    wrong: list[dict[str, Any]] = [{"list": "gift"}]

    async def differences(*asked: Any) -> list[dict[str, Any]]:
        return wrong if asked[2] == 0 else []

    monkeypatch.setattr(rolling_check, "STRETCH", 2)
    monkeypatch.setattr(scrub, "differences", differences)
    await scene.read(*scene.published(12))
    assert (await scene.reconciler.once()).differences == wrong
    stopped = await pool.fetch("SELECT projection FROM checkpoints WHERE stale_since IS NOT NULL")
    assert {row["projection"] for row in stopped} == {"figure_lines", "figure_sums"}
    wrong = []
    await pool.execute("UPDATE checkpoints SET stale_since = NULL, reason = NULL")  # folded anew
    found = await scene.reconciler.once()
    assert (found.differences, found.stale) == ([], [])
