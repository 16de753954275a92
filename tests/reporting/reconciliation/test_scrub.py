"""Every round looks at rows and sums: at rows once whole, then a stretch at a time; and it is told.

What counts as a gap or a difference is in test_journal_gaps.py and tests/reporting/queries.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.reporting.projections.as_of import LIVE
from services.reporting.reconciliation import rolling_check
from services.reporting.reconciliation import scrub as module
from services.reporting.reconciliation.scrub import Scrub, Scrubbed
from shared.metrics import JOURNAL_GONE, SUMS_DIFFER

STRETCH = 10
LAST = 45
"""Recent is from 35; before it lie four stretches."""


class Log:
    """A pool of a log in which some rows are gone and some sums differ; and where was looked."""

    def __init__(self) -> None:
        self.gone: list[dict[str, Any]] = []
        self.wrong: list[dict[str, Any]] = []
        self.rows: list[int] = []
        self.sums: list[int] = []

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[None]:
        yield

    async def gaps(self, _connection: None, since: int, before: int) -> list[dict[str, Any]]:
        self.rows.append(since)
        return [gap for gap in self.gone if since <= gap["first"] < before]

    async def differences(
        self, _connection: None, schema: str, since: int, before: int
    ) -> list[dict[str, Any]]:
        assert schema == LIVE
        self.sums.append(since)
        return [each for each in self.wrong if since <= each["at"] < before]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()
    monkeypatch.setattr(rolling_check, "STRETCH", STRETCH)
    monkeypatch.setattr(module, "journal_gaps", log.gaps)
    monkeypatch.setattr(module, "differences", log.differences)
    return log


async def look(scrub: Scrub, log: Log) -> Scrubbed:
    log.rows.clear()
    log.sums.clear()
    return await scrub.round(log, LAST)  # type: ignore[arg-type]


async def test_rows_are_looked_at_once_whole_and_then_as_sums_are(log: Log) -> None:
    scrub = Scrub()
    await look(scrub, log)
    assert (sorted(log.rows), log.sums) == ([0, 10, 20, 30, 35], [0, 35])
    for _ in range(2):
        await look(scrub, log)
        assert len(log.rows) == len(log.sums) == 2


async def test_who_asks_for_the_whole_has_it_every_round(log: Log) -> None:
    scrub = Scrub(whole=True)
    for _ in range(2):
        await look(scrub, log)
        assert sorted(log.rows) == sorted(log.sums) == [0, 10, 20, 30, 35]


async def test_what_is_gone_and_what_differs_is_told_and_measured(log: Log) -> None:
    scrub = Scrub(whole=True)
    log.gone = [{"first": 12, "last": 14}, {"first": 40, "last": 40}]
    log.wrong = [{"at": 3, "list": "gift"}]
    assert await look(scrub, log) == Scrubbed(log.gone, log.wrong)
    assert (JOURNAL_GONE._value.get(), SUMS_DIFFER._value.get()) == (4, 1)
    log.gone, log.wrong = [], []
    assert await look(scrub, log) == Scrubbed([], [])
    assert (JOURNAL_GONE._value.get(), SUMS_DIFFER._value.get()) == (0, 0)


async def test_an_old_row_that_goes_later_is_found_when_it_is_its_stretch_s_turn(log: Log) -> None:
    scrub = Scrub()
    await look(scrub, log)
    log.gone = [{"first": 22, "last": 22}]
    found = [(await look(scrub, log)).journal_gaps for _ in range(4)]
    assert log.gone in found
    assert found == sorted(found, key=len), "what was seen stays told"


async def test_an_empty_log_has_nothing_wrong(log: Log) -> None:
    assert await Scrub().round(log, 0) == Scrubbed([], [])  # type: ignore[arg-type]
    assert (log.rows, log.sums) == ([0], [0])
