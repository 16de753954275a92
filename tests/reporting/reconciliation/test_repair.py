"""What outlasts patience is asked for again, ever more seldom; what moves is given time.

That a repair heals a real journal is in test_reconciler.py.
"""

import itertools
import json
from typing import Any

import httpx
import pytest

from services.reporting.reconciliation import repair as module
from services.reporting.reconciliation.owner_client import OwnerClient
from services.reporting.reconciliation.progress import JOURNAL, Progress
from services.reporting.reconciliation.repair import LONGEST_PATIENCE_SECONDS, Repair
from services.reporting.reconciliation.watchdog import Watchdog
from shared.contract.catalogue import topic_of

SOURCE = "/guildhall/benefits"
PATIENCE = 10.0


class Positions:
    """A pool that answers one question: how far each partition was read."""

    async def fetch(self, _sql: str) -> list[tuple[str, int, int]]:
        return [(topic_of("benefits"), 0, 5)]


class Scene:
    """A repair, its clock, an owner with one shard, and a reader of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, published: int = 1) -> None:
        self.now, self.asked, self.published = (
            1000.0,
            list[tuple[float, dict[str, int]]](),
            published,
        )
        self.watchdog = Watchdog(60.0, lambda _topic: 1)
        self.repair = Repair(Positions(), PATIENCE, self.watchdog)  # type: ignore[arg-type]
        transport = httpx.MockTransport(self._answer)
        self.owners = OwnerClient(
            httpx.AsyncClient(transport=transport), {"benefits": "http://benefits"}
        )
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((self.now, json.loads(request.content)))
        return httpx.Response(200, json={"republished": self.published})

    async def round(
        self, *readers: Progress, acked: int | None = 9, after: float = 0.0
    ) -> list[dict[str, int]]:
        """What is asked for in a round so many seconds later; acked None: the owner is away."""
        self.now += after
        before = len(self.asked)
        shard = {"shard": 0, "head": acked, "acked": acked}
        heads: Any = {} if acked is None else {SOURCE: [shard]}
        await self.repair.round(self.owners, readers, heads)
        return [asked for _, asked in self.asked[before:]]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(monkeypatch)


def reading(have: int, read: int = 5, reader: str = JOURNAL, gapped: bool = False) -> Progress:
    return Progress(reader, SOURCE, {0: have}, read, frozenset({0} if gapped else ()))


async def test_a_gap_is_given_patience_and_then_asked_for_whole(scene: Scene) -> None:
    assert await scene.round(reading(7)) == []
    assert await scene.round(reading(7), after=PATIENCE - 0.1) == []
    assert await scene.round(reading(7), after=0.1) == [{"shard": 0, "first": 8, "last": 9}]


async def test_without_a_gap_nothing_is_asked_for(scene: Scene) -> None:
    for _ in range(3):
        assert await scene.round(reading(9), after=PATIENCE) == []
    assert await scene.round(after=PATIENCE) == []


async def test_patience_doubles_with_every_asking_up_to_the_longest(scene: Scene) -> None:
    for _ in range(2000):
        await scene.round(reading(7), after=1.0)
    times = [at for at, _ in scene.asked]
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert waits[:5] == [20.0, 40.0, 80.0, 160.0, 300.0]
    assert set(waits[5:]) == {LONGEST_PATIENCE_SECONDS}


@pytest.mark.parametrize("moved", [reading(8, 5), reading(7, 6)])
async def test_while_anything_moves_what_is_missing_may_be_on_its_way(
    scene: Scene, moved: Progress
) -> None:
    await scene.round(reading(7, 5))
    assert await scene.round(moved, after=PATIENCE) == []
    assert len(await scene.round(moved, after=PATIENCE)) == 1


async def test_where_later_records_are_there_reading_on_is_no_excuse(scene: Scene) -> None:
    await scene.round(reading(7, 5, gapped=True))
    assert len(await scene.round(reading(7, 500, gapped=True), after=PATIENCE)) == 1


async def test_a_gap_that_was_closed_is_forgotten(scene: Scene) -> None:
    await scene.round(reading(7))
    await scene.round(reading(9), after=PATIENCE)
    assert await scene.round(reading(7), after=PATIENCE) == []


async def test_what_an_owner_that_is_away_was_asked_before_is_not_forgotten(scene: Scene) -> None:
    await scene.round(reading(7))
    assert len(await scene.round(reading(7), after=PATIENCE)) == 1
    assert await scene.round(reading(7), acked=None, after=5.0) == []
    assert await scene.round(reading(7), after=PATIENCE) == [], "its patience had doubled"
    assert len(await scene.round(reading(7), after=5.0)) == 1


async def test_each_reader_has_its_own_patience(scene: Scene) -> None:
    await scene.round(reading(7))
    found = await scene.round(reading(7), reading(6, reader="events"), after=PATIENCE)
    assert found == [{"shard": 0, "first": 8, "last": 9}]
    found = await scene.round(reading(7), reading(6, reader="events"), after=PATIENCE)
    assert found == [{"shard": 0, "first": 7, "last": 9}]


async def watched(scene: Scene, progress: Progress) -> bool:
    await scene.round(progress)
    await scene.round(progress, after=PATIENCE)
    assert len(scene.asked) == 1
    return scene.watchdog.look(scene.now, {(topic_of("benefits"), 0): 5}) is not None


async def test_what_was_published_again_for_the_journal_must_now_be_read(scene: Scene) -> None:
    assert await watched(scene, reading(7))


async def test_what_was_published_again_for_a_copy_is_the_copy_s_to_read(scene: Scene) -> None:
    assert not await watched(scene, reading(7, reader="events"))


async def test_where_there_was_nothing_to_publish_nothing_need_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not await watched(Scene(monkeypatch, published=0), reading(7))
