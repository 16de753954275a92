"""The part that watches a copy: it refills what was disowned since it last looked, once.

With Kafka: tests/attacks/test_disowned_replicas.py.
"""

from typing import Any

import pytest

from shared.health import Health
from shared.kafka.access import KafkaAccess
from shared.metrics import COPY_REFILLING
from shared.replicas import refill, refilling
from shared.replicas.refilling import Refilling
from shared.replicas.subscription import Done
from tests.shared.replicas.conftest import Copy
from tests.shared.replicas.refilled import LOG, Topic
from tests.shared.replicas.test_apply import counts
from tests.shared.replicas.test_refill import forged


class Watch:
    """The part, on a topic in memory; counts how often it was told to forget, and to settle."""

    def __init__(self, copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
        self.topic, self.forgot, self.settled = Topic(copy.replica), 0, 0
        self.part = Refilling(copy.replica, KafkaAccess(""), Health(), self.forget)
        watch = self

        class InMemory:
            def __init__(self, beside: Any, _kafka: Any, _health: Any, done: Done) -> None:
                self.beside, self.done = beside, done

            async def run(self) -> None:
                await watch.topic.reads(self.beside, 0)
                assert await self.done(LOG)

        settle = refill.settle

        async def settles(replica: Any) -> None:
            self.settled += replica is copy.replica
            await settle(replica)

        monkeypatch.setattr(refilling, "Subscription", InMemory)
        monkeypatch.setattr(refill, "settle", settles)

    def forget(self) -> None:
        self.forgot += 1


async def test_it_does_nothing_until_something_is_disowned_and_then_what_there_is_to_do(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, events = Watch(copy, monkeypatch), counts(100, 101)
    ghost = forged(events[1])
    await watch.topic.hears(events[0], ghost, events[1])
    gauge = COPY_REFILLING.labels("benefits", copy.replica.topic)
    await watch.part.look()
    assert (watch.settled, watch.forgot, gauge._value.get()) == (0, 0, 0)
    await watch.topic.disowned(ghost)
    await watch.part.look()
    assert await copy.rows() == {1: 1, 2: 1}
    assert (watch.settled, watch.forgot) == (1, 1)
    for _ in range(2):
        await watch.part.look()
    assert (watch.settled, watch.forgot, gauge._value.get()) == (1, 2, 0)


async def test_what_another_process_refilled_is_looked_up_anew_here(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, events = Watch(copy, monkeypatch), counts(100)
    ghost = forged(events[0])
    await watch.topic.hears(ghost, *events)
    await watch.part.look()
    await watch.topic.disowned(ghost)
    assert await watch.topic.refill()
    await watch.part.look()
    assert watch.forgot == 1


async def test_what_an_operator_asks_for_is_refilled_once(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(copy, monkeypatch)
    await watch.topic.hears(*counts(100, 101))
    await watch.part.look()
    await copy.pool.execute("INSERT INTO copy VALUES (77, 1)")
    await refill.ask(copy.pool, copy.replica.source, "operator", "by hand")
    await refill.ask(copy.pool, copy.replica.source, "operator2", "by hand too")
    for _ in range(2):
        await watch.part.look()
    assert await copy.rows() == {1: 1, 2: 1}
    found = await refill.last(copy.pool, copy.replica.source)
    assert found is not None
    assert (found["number"], found["asked_by"], found["why"]) == (1, "operator", "by hand")
    assert found["changed"] == {"copy": {"removed": 1, "added": 0}}


async def test_once_a_day_a_copy_is_compared_with_its_events_by_itself(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refilling, "COMPARE_SECONDS", 0.0)
    watch = Watch(copy, monkeypatch)
    await watch.topic.hears(*counts(100, 101))
    await copy.pool.execute("DELETE FROM copy WHERE place = 2")
    for _ in range(2):
        await watch.part.look()
    assert await copy.rows() == {1: 1}, "a day has not gone by"
    monkeypatch.setattr(refilling, "CHECK_SECONDS", -1.0)
    await watch.part.look()
    assert await copy.rows() == {1: 1, 2: 1}
    found = await refill.last(copy.pool, copy.replica.source)
    assert found is not None
    assert (found["asked_by"], found["changed"]) == (
        refilling.BY_ITSELF,
        {"copy": {"removed": 0, "added": 1}},
    )
