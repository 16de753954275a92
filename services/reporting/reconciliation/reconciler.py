"""Is everything here? The owners' shard heads against what the journal holds, and the copies.

Each owner says how far it stamped its 32 shards; the journal says how far it accepted each without
a gap, and each context how far its own copies did. When every head read is in the journal, its
last index is the watermark; what stays missing is repaired.

An owner that was restored says so with its heads. What the journal holds of its lost future is
named, one by one, and as long as it is there nothing is complete.
"""

import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple, TypeVar

import asyncpg
import structlog

from services.reporting.ingest import lost_events, parked
from services.reporting.journal import log as journal
from services.reporting.projections import figure_sums
from services.reporting.projections.checkpoints import Stale, folded, mark
from services.reporting.reconciliation import source_checks
from services.reporting.reconciliation.journal_check import Checked, JournalCheck
from services.reporting.reconciliation.owner_client import Token
from services.reporting.reconciliation.owner_heads import Compared, OwnerHeads
from services.reporting.reconciliation.progress import (
    JOURNAL,
    CopyState,
    SourceState,
    missing,
    positions,
)
from services.reporting.reconciliation.repair import PATIENCE_SECONDS, Repair
from services.reporting.reconciliation.scrub import Scrub, Scrubbed
from services.reporting.reconciliation.watchdog import Watchdog
from shared.health import Health
from shared.kafka.acceptance import Publisher
from shared.metrics import (
    AHEAD_OF_OWNER,
    JOURNAL_HEAD,
    JOURNAL_WRONG,
    MISSING,
    PARKED,
    QUARANTINED,
    SEAL_AHEAD,
    STALLED,
)
from shared.tasks import within

log = structlog.get_logger("reconciler")

GIVE_UP_SECONDS = 900.0
"""How long records wait behind a gap before they are put in quarantine, for a person to settle."""

PART_SECONDS = 20.0
"""How long a round waits for each of its parts; one that takes longer is the next round's."""
LOOK_SECONDS = 5.0

PARTS = (
    "owners",
    "comparison",
    "watchdog",
    "gauges",
    "ahead-of-owner",
    "journal-check",
    "projections",
    "scrub",
    "source-checks",
    "sums",
    "give-up",
)
"""The parts of a round, in their order."""
PROVING = ("ahead-of-owner", "journal-check", "projections", "scrub")
"""Parts without which it is not known whether the journal is right."""

UNPROVEN = (
    "ahead-of-owner",
    "journal-gaps",
    "rows-wrong",
    "seals-wrong",
    "projections-stale",
    "not-checked",
)
"""What is wrong with the journal, or with what is folded from it, while nothing is proven."""

Found = TypeVar("Found")


class Reconciled(NamedTuple):
    """`watermark` is the last log_index that is proven complete for every source; None: none is.

    `complete`: and no copy lacks anything, no row of the journal is gone, no projection is stale,
    and no partial sum differs from its list, as far as was looked. `ahead` names the events of the
    journal that their owner has lost, `journal_gaps` the rows the journal has lost, `stale` the
    projections that are not what the journal gives, `wrong_rows` the rows of the journal that are
    not what their bytes say, `wrong_seals` those from before their events were recorded; `failed`
    says of each part of the round that failed why.
    """

    complete: bool
    watermark: int | None
    sources: list[SourceState]
    differences: list[dict[str, Any]]
    copies: list[CopyState]
    ahead: list[dict[str, Any]]
    journal_gaps: list[dict[str, Any]]
    stale: list[dict[str, Any]]
    wrong_rows: list[dict[str, Any]]
    wrong_seals: list[int]
    failed: dict[str, str]


class Reconciler:
    """Compares, has what is missing published again, and knows the watermark.

    `whole`: the scrub is of the whole log, for an operator who asks, and takes as long as it takes.
    `health` is told of each part of a round: one that fails or hangs keeps no other from running.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        owners: Mapping[str, str],
        token: Token,
        patience_seconds: float = PATIENCE_SECONDS,
        give_up_seconds: float = GIVE_UP_SECONDS,
        *,
        watchdog: Watchdog | None = None,
        publishers: Mapping[str, Publisher] = {},
        health: Health | None = None,
        whole: bool = False,
    ) -> None:
        self.pool, self.owners, self.token = pool, owners, token
        self.publishers = publishers
        self.give_up_seconds, self.watchdog = give_up_seconds, watchdog
        self.repair = Repair(pool, patience_seconds, watchdog)
        self.health = health or Health()
        self.heads = OwnerHeads(pool, owners, token, self.repair, self.health, whole=whole)
        self.scrub = Scrub(whole=whole)
        self.journal_check = JournalCheck(whole=whole)
        self._seconds = None if whole else PART_SECONDS
        self.watermark: int | None = None

    async def once(self) -> Reconciled:
        """One comparison of every owner, gaps that were there for a while repaired; and what does
        not need an owner, whether one answers or not. Raises what PostgreSQL's absence raises."""
        compared = await self.heads.round(await within(LOOK_SECONDS, journal.last_index(self.pool)))
        await self._part("watchdog", self._watch)
        await self._part("gauges", self._observe)
        ahead = await self._part("ahead-of-owner", self._ahead) or []
        checked = await self._part(
            "journal-check", lambda: self.journal_check.round(self.pool, compared.last)
        ) or Checked([], [], [])
        stood = await self._part("projections", lambda: folded(self.pool))
        stale = stood.stale if stood else ()
        scrubbed = await self._part(
            "scrub", lambda: self.scrub.round(self.pool, compared.last, stale=bool(stale))
        ) or Scrubbed([], [])
        failed = self._failed()
        wrong = {
            "ahead-of-owner": ahead,
            "journal-gaps": scrubbed.journal_gaps,
            "rows-wrong": checked.rows,
            "seals-wrong": checked.seals,
            "projections-stale": stale,
            "sums-differ": scrubbed.differences,
            "not-checked": [part for part in PROVING if part in failed],
        }
        reasons = [reason for reason, there in wrong.items() if there]
        await self._part(
            "source-checks",
            lambda: source_checks.keep(self.pool, compared.sources, self.publishers, reasons),
        )
        await self._part("sums", lambda: self._stop_sums(scrubbed.differences))
        await self._part("give-up", lambda: parked.give_up(self.pool, self.give_up_seconds))
        _tell(compared, checked)
        complete = compared.complete and not any(wrong[each] for each in UNPROVEN)
        self.watermark = compared.last if complete else self.watermark
        return Reconciled(
            complete and compared.everywhere and not scrubbed.differences,
            compared.last if complete else None,
            compared.sources,
            scrubbed.differences,
            compared.copies,
            ahead,
            scrubbed.journal_gaps,
            [each._asdict() for each in stale],
            [each._asdict() for each in checked.rows],
            checked.seals,
            self._failed(),
        )

    async def _part(
        self, part: str, work: Callable[[], Coroutine[Any, Any, Found]]
    ) -> Found | None:
        return await self.health.attempt(part, work, self._seconds)

    def _failed(self) -> dict[str, str]:
        parts = self.health.parts
        return {name: parts[name].reason for name in PARTS if name in parts and parts[name].reason}

    async def _ahead(self) -> list[dict[str, Any]]:
        ahead = await lost_events.listed(self.pool)
        AHEAD_OF_OWNER.set(len(ahead))
        return ahead

    async def _stop_sums(self, differences: list[dict[str, Any]]) -> None:
        """Answer from no sums that differ from their lists, nor from the lists, which may be what
        was changed: both are folded from the journal anew."""
        if not differences:
            return
        async with self.pool.acquire() as connection, connection.transaction():
            head = await journal.lock_head(connection)
            for name in (figure_sums.NAME, figure_sums.LISTS):
                await mark(connection, Stale(name, "rows-changed", head.next_index - 1))
        self.scrub.forget_sums()  # or an older stretch stops them again until its turn

    async def _watch(self) -> None:
        if self.watchdog is not None:
            stall = self.watchdog.look(time.monotonic(), await positions(self.pool))
            STALLED.set(stall.seconds if stall else 0.0)

    async def _observe(self) -> None:
        async with self.pool.acquire() as connection:
            JOURNAL_HEAD.set(await journal.last_index(connection))
            SEAL_AHEAD.set(await connection.fetchval(journal.SEAL_AHEAD))
            PARKED.set(await connection.fetchval("SELECT count(*) FROM parked"))
            reasons = await connection.fetch(
                "SELECT reason, count(*) FILTER (WHERE state = 'open') AS n"
                " FROM quarantine GROUP BY reason"
            )
        for row in reasons:
            QUARANTINED.labels(row["reason"]).set(row["n"])


def _tell(compared: Compared, checked: Checked) -> None:
    JOURNAL_WRONG.set(len(checked.rows))
    if checked.rows or checked.seals:
        log.error("the journal was changed", rows=checked.rows[:10], seals=checked.seals[:10])
    for state in (state for state in compared.sources if state.reachable):
        MISSING.labels(JOURNAL, state.source).set(missing(state.gaps))
    for copy in compared.copies:
        MISSING.labels(copy.reader, copy.source).set(copy.behind)
