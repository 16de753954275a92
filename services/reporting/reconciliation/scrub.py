"""Scrub: the journal's rows against its head, and partial sums against their lists, in turn."""

from typing import Any, NamedTuple

import asyncpg
import structlog

from services.reporting.projections.as_of import LIVE
from services.reporting.projections.figure_sums import differences
from services.reporting.reconciliation.journal_gaps import journal_gaps
from services.reporting.reconciliation.rolling_check import RollingCheck
from shared.metrics import JOURNAL_GONE, SUMS_DIFFER

log = structlog.get_logger("scrub")


class Scrubbed(NamedTuple):
    """`journal_gaps` are the rows the journal has lost, `differences` the sums that differ."""

    journal_gaps: list[dict[str, Any]]
    differences: list[dict[str, Any]]


class Scrub:
    """Compares a stretch of the log a round. `whole`: all of it every round, for an operator who
    asks; else rows are looked at once whole, and then as sums are."""

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self._seen_whole = False
        self._rows, self._sums = RollingCheck(journal_gaps), RollingCheck(_sums)

    async def round(self, pool: asyncpg.Pool, last_index: int, *, stale: bool = False) -> Scrubbed:
        """What is wrong in the log up to `last_index`, as far as was looked; sums and lists are
        not looked at while projections are `stale`."""
        rows, sums = self._rows, self._sums
        async with pool.acquire() as connection:
            look = rows.sweep if self.whole or not self._seen_whole else rows.round
            gone, self._seen_whole = await look(connection, last_index), True
            look = sums.sweep if self.whole else sums.round
            wrong = [] if stale else await look(connection, last_index)
        JOURNAL_GONE.set(sum(gap["last"] - gap["first"] + 1 for gap in gone))
        SUMS_DIFFER.set(len(wrong))
        if gone:
            log.error("rows of the journal are gone", gaps=gone[:10])
        if wrong:
            log.error("partial sums differ from their lists", figures=wrong[:10])
        return Scrubbed(gone, wrong)

    def forget_sums(self) -> None:
        """Sums and lists are folded anew: what was seen of them before says nothing of these."""
        self._sums.forget()


async def _sums(connection: asyncpg.Connection, since: int, before: int) -> list[dict[str, Any]]:
    return await differences(connection, LIVE, since, before)
