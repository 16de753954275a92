"""Faust runs the worker and loses nothing: what fails is told to the intake, never swallowed."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.reporting.ingest.admission import Admission
from services.reporting.ingest.faust_app import FaustApp

NOTHING = Admission([], [], [], [], {})


class Ingest:
    """Applies nothing, and fails for the batches whose number is in `failing`."""

    def __init__(self, failing: set[int]) -> None:
        self.failing, self.seen = failing, 0

    async def apply(self, _raws: Sequence[Any], _moves: Sequence[Any]) -> Admission:
        self.seen += 1
        if self.seen in self.failing:
            raise ConnectionError(f"batch {self.seen}")
        return NOTHING


class Intake:
    """Hands over five batches and keeps the outcomes."""

    def __init__(self, apply: Callable[..., Any]) -> None:
        self.apply = apply
        self.outcomes: list[object] = []
        self.finished = asyncio.Event()

    async def run(self) -> None:
        for _ in range(5):
            try:
                self.outcomes.append(await self.apply([], []))
            except ConnectionError as why:
                self.outcomes.append(str(why))
        self.finished.set()
        await asyncio.Event().wait()


def built(ingest: Any, kind: type[Intake] = Intake) -> tuple[Any, Intake]:
    """Faust's app with an intake."""
    app = FaustApp(ingest)
    intake = kind(app.hand_over)
    app.reads(intake)
    return app.faust, intake


async def test_it_leaves_nothing_where_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app, _ = built(Ingest(set()))
    app.finalize()
    await app.start()
    await app.stop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", [set(), {1}, {2, 3}, {5}])
async def test_every_batch_has_its_outcome_and_a_failure_ends_nothing(failing: set[int]) -> None:
    app, intake = built(Ingest(failing))
    app.finalize()
    await app.start()
    try:
        async with asyncio.timeout(10):
            await intake.finished.wait()
    finally:
        await app.stop()
    assert intake.outcomes == [f"batch {n}" if n in failing else NOTHING for n in range(1, 6)]
    assert not app.crashed


async def test_none_of_fausts_own_kafka_clients_is_started() -> None:
    app, _ = built(Ingest(set()))
    app.finalize()
    await app.start()
    try:
        assert not app.consumer.started
        assert not app.producer.started
    finally:
        await app.stop()


async def test_an_intake_that_is_cancelled_from_within_ends_the_worker() -> None:
    class Cancelled(Intake):
        async def run(self) -> None:
            raise asyncio.CancelledError

    app, _ = built(Ingest(set()), Cancelled)
    app.finalize()
    await app.start()
    try:
        await asyncio.wait_for(app.wait_until_stopped(), 10)
        assert app.crashed
    finally:
        await app.stop()
