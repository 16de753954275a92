"""Verdicts are derived once for each question, kept within bounds, and never another question's."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.reporting.api.kept_verdicts import KeptVerdicts, Verdicts
from services.reporting.ingest.apply import Ingest
from services.reporting.rules.definition import Verdict
from tests.reporting.api.conftest import Asker
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.records import ORG
from tests.reporting.year import gift


def verdicts(events: int) -> Verdicts:
    """One verdict that stands on so many events."""
    names: dict[str, Any] = dict.fromkeys(Verdict._fields)
    ids = tuple(uuid4() for _ in range(events))
    return [Verdict._make({**names, "evidence": ids, "period_from": date.min}.values())]


class Deriving:
    """Derives verdicts, and counts how often."""

    def __init__(self, events: int = 1) -> None:
        self.events, self.times, self.go = events, 0, asyncio.Event()
        self.go.set()

    async def __call__(self) -> Verdicts:
        self.times += 1
        await self.go.wait()
        return verdicts(self.events)


async def test_a_question_is_derived_once_also_by_many_at_a_time() -> None:
    kept, derive = KeptVerdicts(), Deriving()
    derive.go.clear()
    asked = [asyncio.create_task(kept.get("a", derive)) for _ in range(3)]
    await asyncio.sleep(0)
    asked[0].cancel()
    derive.go.set()
    found = await asyncio.gather(*asked[1:])
    assert derive.times == 1 and found[0] is found[1] is await kept.get("a", derive)
    await kept.get("b", derive)
    assert derive.times == 2


async def test_what_failed_is_derived_again() -> None:
    kept, derive = KeptVerdicts(), Deriving()

    async def fails() -> Verdicts:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await kept.get("a", fails)
    assert await kept.get("a", derive)


async def test_what_is_kept_has_bounds() -> None:
    derive = Deriving(events=3)
    for kept in (KeptVerdicts(events_max=6), KeptVerdicts(answers_max=2)):
        derive.times = 0
        for key in ("a", "b", "a", "c", "a", "b"):
            await kept.get(key, derive)
        assert derive.times == 4, "b was asked for least recently, and dropped"
    large = KeptVerdicts(events_max=2)
    assert await large.get("a", derive)
    derive.times = 0
    await large.get("a", derive)
    assert derive.times == 1, "an answer beyond the bound is given and not kept"


async def test_a_later_event_is_judged_and_the_earlier_question_answered_as_before(
    asker: Asker, simulated: Ingest, pool: asyncpg.Pool
) -> None:
    history = whole_year()
    await history.told(simulated)
    first = await asker.answer(f"{ORG}/verdicts", year=2022)
    await history(gift("late", "mid_autumn", 3, "2022-09-30", capacity="staff")).told(simulated)
    now = await asker.answer(f"{ORG}/verdicts", year=2022)
    then = await asker.answer(f"{ORG}/verdicts", year=2022, as_of=str(first["known_at"]))
    assert then == first and now["verdicts"] != first["verdicts"]
    other = await asker.answer(f"{ORG}/verdicts", year=2021)
    assert other["verdicts"] != now["verdicts"]
