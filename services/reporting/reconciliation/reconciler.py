"""Is everything here? The owners' shard heads against what the journal holds, and the copies.

Each owner says how far it stamped its 32 shards; the journal says how far it accepted each without
a gap, and each context how far its own copies did. When every head read is in the journal, its
last index is the watermark; what stays missing is repaired.

An owner that was restored says so with its heads. What the journal holds of its lost future is
named, one by one, and as long as it is there nothing is complete.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import asyncpg
import structlog

from services.reporting.ingest import lost_events, parked
from services.reporting.journal import log as journal
from services.reporting.projections import figure_sums
from services.reporting.projections.checkpoints import Stale, folded, mark
from services.reporting.reconciliation import source_checks
from services.reporting.reconciliation.comparison import Comparison, ends_of
from services.reporting.reconciliation.journal_check import JournalCheck
from services.reporting.reconciliation.log_difference import Compared as Content
from services.reporting.reconciliation.owner_client import (
    OwnerClient,
    OwnerSilent,
    Token,
    owner_client,
)
from services.reporting.reconciliation.progress import (
    JOURNAL,
    CopyState,
    Progress,
    SourceState,
    copy_progress,
    copy_state,
    journal_progress,
    missing,
    positions,
    source_state,
)
from services.reporting.reconciliation.repair import PATIENCE_SECONDS, Repair
from services.reporting.reconciliation.scrub import Scrub
from services.reporting.reconciliation.watchdog import Watchdog
from shared.contract.catalogue import source_of, topic_of
from shared.eventstore.epochs import FIRST, Epochs, known_epochs, stated
from shared.kafka.acceptance import Publisher
from shared.metrics import (
    AHEAD_OF_OWNER,
    JOURNAL_WRONG,
    MISSING,
    PARKED,
    QUARANTINED,
    SEAL_AHEAD,
    STALLED,
)

log = structlog.get_logger("reconciler")

GIVE_UP_SECONDS = 900.0
"""How long records wait behind a gap before they are put in quarantine, for a person to settle."""

UNPROVEN = ("ahead-of-owner", "journal-gaps", "rows-wrong", "seals-wrong", "projections-stale")
"""What is wrong with the journal, or with what is folded from it, while nothing is proven."""


class Reconciled(NamedTuple):
    """`watermark` is the last log_index that is proven complete for every source; None: none is.

    `complete`: and no copy lacks anything, no row of the journal is gone, no projection is stale,
    and no partial sum differs from its list, as far as was looked. `ahead` names the events of the
    journal that their owner has lost, `journal_gaps` the rows the journal has lost, `stale` the
    projections that are not what the journal gives, `wrong_rows` the rows of the journal that are
    not what their bytes say, `wrong_seals` those from before their events were recorded.
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


class Compared(NamedTuple):
    """The readers against the owners' heads. `last` is the journal's last index, read after what
    the owners answered; `copies_told`: every context told of its copies."""

    last: int
    sources: list[SourceState]
    copies: list[CopyState]
    copies_told: bool

    @property
    def complete(self) -> bool:
        """Whether all that every owner stamped is in the journal."""
        return all(state.complete for state in self.sources)

    @property
    def everywhere(self) -> bool:
        """Whether no copy lacks anything, or passed a record over."""
        return self.copies_told and all(copy.complete for copy in self.copies)


class Reconciler:
    """Compares, has what is missing published again, and knows the watermark.

    `whole`: the scrub is of the whole log, for an operator who asks.
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
        whole: bool = False,
    ) -> None:
        self.pool, self.owners, self.token = pool, owners, token
        self.publishers = publishers
        self.give_up_seconds, self.watchdog = give_up_seconds, watchdog
        self.repair = Repair(pool, patience_seconds, watchdog)
        self.scrub = Scrub(whole=whole)
        self.journal_check = JournalCheck(whole=whole)
        self.comparison = Comparison(pool, whole=whole)
        self.watermark: int | None = None

    async def once(self) -> Reconciled:
        """One comparison of every owner; gaps that were there for a while are repaired."""
        async with owner_client(self.owners, self.token) as client:
            compared = await self._compare(client)
        await self._watch()
        ahead = await lost_events.listed(self.pool)
        AHEAD_OF_OWNER.set(len(ahead))
        checked = await self.journal_check.round(self.pool, compared.last)
        stale = (await folded(self.pool)).stale
        scrubbed = await self.scrub.round(self.pool, compared.last, stale=bool(stale))
        await self._observe()
        wrong = {
            "ahead-of-owner": ahead,
            "journal-gaps": scrubbed.journal_gaps,
            "rows-wrong": checked.rows,
            "seals-wrong": checked.seals,
            "projections-stale": stale,
            "sums-differ": scrubbed.differences,
        }
        await self._stop_sums(scrubbed.differences)
        JOURNAL_WRONG.set(len(checked.rows))
        if checked.rows or checked.seals:
            log.error("the journal was changed", rows=checked.rows[:10], seals=checked.seals[:10])
        reasons = [reason for reason, there in wrong.items() if there]
        await source_checks.keep(self.pool, compared.sources, self.publishers, reasons)
        complete = compared.complete and not any(wrong[each] for each in UNPROVEN)
        self.watermark = compared.last if complete else self.watermark
        await parked.give_up(self.pool, self.give_up_seconds)
        _observe_missing(compared.sources, compared.copies)
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
        )

    async def _compare(self, client: OwnerClient) -> Compared:
        # Read first: what an owner says now is at least what we had from it before.
        had = await journal_progress(self.pool, list(self.owners))
        known = await known_epochs(self.pool)
        answers = await client.heads()
        for head in filter(None, answers.values()):
            await self._learn(head, had[head["source"]], known)
        told = await client.copies()
        journalled = await journal_progress(self.pool, list(self.owners))
        last = await journal.last_index(self.pool)
        heads = {head["source"]: head["shards"] for head in answers.values() if head}
        waiting = await source_checks.quarantined(self.pool)
        states = [
            source_state(
                name,
                answers[name] or None,
                journalled[source_of(name)],
                await self._content(client, name, answers[name], journalled[source_of(name)].have),
                waiting.get(topic_of(name), 0),
            )
            for name in self.owners
        ]
        answered = [(name, copy) for name in told for copy in told[name] or ()]
        copies = [copy_state(name, copy, heads.get(copy["source"], ())) for name, copy in answered]
        copied = [copy_progress(name, copy) for name, copy in answered]
        await self.repair.round(client, [*journalled.values(), *copied], heads)
        return Compared(last, states, copies, None not in told.values())

    async def _content(
        self,
        client: OwnerClient,
        name: str,
        head: Mapping[str, Any] | None,
        have: Mapping[int, int],
    ) -> Content | None:
        """What an owner's log says, against the journal; None where the owner does not say."""
        if not head:
            return None
        try:
            return await self.comparison.round(client, name, head["source"], ends_of(head, have))
        except OwnerSilent as why:
            log.warning("an owner's log was not compared", owner=name, why=str(why))
            return None

    async def _learn(
        self, head: Mapping[str, Any], had: Progress, known: Mapping[str, Epochs]
    ) -> None:
        """Take over an owner's epochs, and name what we had of it that it does not have."""
        source, now = head["source"], stated(head.get("inherited", {}))
        if await lost_events.learn(self.pool, source, now) or now != known.get(source, FIRST):
            return
        beyond = {
            row["shard"]: row["head"]
            for row in head["shards"]
            if had.have.get(row["shard"], 0) > row["head"]
        }
        if beyond:
            await lost_events.notice(self.pool, source, beyond)

    async def _stop_sums(self, differences: list[dict[str, Any]]) -> None:
        """Answer from no sums that differ from their lists: they are filled from these anew."""
        if not differences:
            return
        async with self.pool.acquire() as connection, connection.transaction():
            head = await journal.lock_head(connection)
            stale = Stale(figure_sums.NAME, "rows-changed", head.next_index - 1)
            await mark(connection, stale)

    async def _watch(self) -> None:
        if self.watchdog is not None:
            stall = self.watchdog.look(time.monotonic(), await positions(self.pool))
            STALLED.set(stall.seconds if stall else 0.0)

    async def _observe(self) -> None:
        async with self.pool.acquire() as connection:
            SEAL_AHEAD.set(await connection.fetchval(journal.SEAL_AHEAD))
            PARKED.set(await connection.fetchval("SELECT count(*) FROM parked"))
            reasons = await connection.fetch(
                "SELECT reason, count(*) FILTER (WHERE state = 'open') AS n"
                " FROM quarantine GROUP BY reason"
            )
        for row in reasons:
            QUARANTINED.labels(row["reason"]).set(row["n"])


def _observe_missing(states: Iterable[SourceState], copies: Iterable[CopyState]) -> None:
    for state in (state for state in states if state.reachable):
        MISSING.labels(JOURNAL, state.source).set(missing(state.gaps))
    for copy in copies:
        MISSING.labels(copy.reader, copy.source).set(copy.behind)
