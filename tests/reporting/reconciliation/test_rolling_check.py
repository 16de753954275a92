"""Every stretch of a long log has its turn, the newest has every turn."""

from collections.abc import Iterator
from typing import Any, cast

import asyncpg
import pytest

from services.reporting.reconciliation import rolling_check
from services.reporting.reconciliation.rolling_check import NO_END, RollingCheck

NOBODY = cast(asyncpg.Connection, None)


@pytest.fixture(autouse=True)
def stretch(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(rolling_check, "STRETCH", 10)
    yield 10


class Log:
    """A log in which some indexes are wrong, and what was compared of it."""

    def __init__(self, *wrong: int) -> None:
        self.wrong, self.asked = set(wrong), list[tuple[int, int]]()
        self.comparison = RollingCheck(self.compare)

    async def compare(self, _: asyncpg.Connection, since: int, before: int) -> list[dict[str, Any]]:
        self.asked.append((since, before))
        return [{"at": at} for at in sorted(self.wrong) if since <= at < before]

    async def rounds(self, count: int, last: int) -> list[list[int]]:
        found = [await self.comparison.round(NOBODY, last) for _ in range(count)]
        return [sorted(row["at"] for row in rows) for rows in found]


async def test_a_short_log_is_compared_whole() -> None:
    log = Log(3)
    assert await log.rounds(2, last=9) == [[3], [3]]
    assert log.asked == [(0, NO_END)] * 2


async def test_older_stretches_take_turns_and_the_newest_is_always_there() -> None:
    log = Log(4, 17, 33)
    assert await log.rounds(4, last=35) == [[4, 33], [4, 17, 33], [4, 17, 33], [4, 17, 33]]
    assert log.asked[::2] == [(0, 10), (10, 20), (20, 25), (0, 10)]
    assert log.asked[1::2] == [(25, NO_END)] * 4


async def test_what_was_wrong_stays_so_until_it_is_its_turn_again() -> None:
    log = Log(4)
    await log.rounds(1, last=35)
    log.wrong.clear()
    assert await log.rounds(3, last=35) == [[4], [4], []]


async def test_nothing_is_looked_at_twice_in_a_round_and_nothing_is_passed_over() -> None:
    for last in range(60):
        log = Log(*range(last + 1))
        rounds = await log.rounds(6, last)
        assert rounds[-1] == list(range(last + 1))


async def test_a_log_that_grows_leaves_nothing_between_old_and_new() -> None:
    log = Log()
    for last in range(1, 60, 7):
        log.asked.clear()
        await log.rounds(6, last)
        seen = {at for since, before in log.asked for at in range(since, min(before, last + 1))}
        assert seen == set(range(last + 1))


async def test_a_sweep_is_of_all_at_once_and_forgets_what_was_wrong() -> None:
    log = Log(*range(36))
    assert await log.comparison.sweep(NOBODY, 35) == [{"at": at} for at in range(36)]
    assert log.asked == [(0, 10), (10, 20), (20, 25), (25, NO_END)]
    log.wrong.clear()
    assert await log.comparison.sweep(NOBODY, 35) == []
