"""Catching up is given up only where nothing comes in, and is not believed until nobody reads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests.faults import run
from tests.faults.evidence import CAUGHT_UP
from tests.faults.history import History, read_history
from tests.faults.rig import Rig


class _Workers:
    """A rig of one worker, that notes what is asked of it."""

    def __init__(self) -> None:
        self.supervisor, self.asked = self, list[str]()

    def replicas_of(self, _: str) -> list[str]:
        return ["worker-1"]

    async def stop(self, name: str) -> None:
        self.asked.append(f"stop {name}")

    async def start(self, name: str) -> None:
        self.asked.append(f"start {name}")


async def _settled(
    missing: Iterator[int], patience: float, file: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], list[str]]:
    """What settling asked of the workers, and what it noted."""

    async def next_missing(_: Rig) -> int:
        return next(missing)

    async def nothing_forged(*_: Any) -> None:
        return None

    monkeypatch.setattr(run, "_missing", next_missing)
    monkeypatch.setattr(run, "put_right", nothing_forged)
    workers = _Workers()
    with History(file) as history:
        await run._settle(cast(Any, workers), history, patience)
    return workers.asked, [record["says"] for record in read_history(file)]


async def test_it_is_over_when_nothing_is_missing_with_the_workers_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = iter([3, 3, 1, 0, 0])
    asked, said = await _settled(missing, 60.0, tmp_path / "h", monkeypatch)
    assert (asked, said) == (["stop worker-1"], [CAUGHT_UP])


async def test_what_a_worker_said_before_it_stopped_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing is missing; stopping, the worker published one more; then that came in too.
    missing = iter([0, 0, 1, 0, 0])
    asked, said = await _settled(missing, 60.0, tmp_path / "h", monkeypatch)
    assert asked == ["stop worker-1", "start worker-1", "stop worker-1"]
    assert said == [CAUGHT_UP, CAUGHT_UP]


async def test_it_is_given_up_when_nothing_comes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, said = await _settled(iter(lambda: 7, None), 0.1, tmp_path / "h", monkeypatch)
    assert (asked, said) == (["stop worker-1"], [])
