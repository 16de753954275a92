"""Is everything here? The owners' shard heads against what the journal holds, and the copies.

Each owner says how far it stamped its 32 shards; the journal says how far it accepted each without
a hole, and each context how far its own copies did. A shard that stays behind what Kafka
acknowledged is asked for again, so a silent skip is named and healed; one whose records are still
being read is only late. When every head read is in the journal, its last index is a proven cut.

An owner that was restored says so with its heads. What the journal holds of its lost future is
named, one by one, and as long as it is there nothing is complete.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg
import httpx
import structlog

from services.reporting.ingest import lost_events as epochs
from services.reporting.ingest import parked
from services.reporting.journal import log as journal
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.figure_sums import differences
from services.reporting.reconciliation.gaps import gaps
from services.reporting.reconciliation.progress import (
    JOURNAL,
    CopyState,
    Hole,
    Reading,
    SourceState,
    copy_reading,
    holes,
    journal_readings,
    missing,
    positions,
    source_state,
)
from services.reporting.reconciliation.rolling_check import StandingComparison
from services.reporting.reconciliation.watchdog import Watchdog
from shared.contract.catalogue import source_of, topic_of
from shared.eventstore.epochs import FIRST, Epochs, known_epochs, stated
from shared.metrics import (
    AHEAD_OF_OWNER,
    JOURNAL_GONE,
    MISSING,
    PARKED,
    QUARANTINED,
    SEAL_AHEAD,
    STALLED,
    SUMS_DIFFER,
)

log = structlog.get_logger("reconcile")

PATIENCE_SECONDS = 10.0
"""How long a shard may stand behind Kafka's acknowledgement before its range is asked for. It
doubles with every asking: a reader that is stopped must not fill Kafka with repeats."""
LONGEST_PATIENCE_SECONDS = 300.0
GIVE_UP_SECONDS = 900.0
"""How long records wait behind a hole before they are put in quarantine, for a person to settle."""
ANSWER_SECONDS = 5.0

Token = Callable[[], Awaitable[str]]


class Standing(NamedTuple):
    """A reader's hole as it stands: while any of these moves, what is missing may be on its way.
    `read` is how far the topic was read; where later records are there it plays no part (-1)."""

    reader: str
    source: str
    shard: int
    have: int
    read: int


class Patience(NamedTuple):
    """Since when (monotonic seconds) a hole stands, and how long it may."""

    since: float
    seconds: float


class Reconciled(NamedTuple):
    """`cut` is the last log_index that is proven complete for every source; None: none is.

    `complete`: and no copy lacks anything, no row of the journal is gone, and no partial sum
    differs from its list, as far as was looked. `ahead` names the events of the journal that their
    owner has lost, `gaps` the rows the journal has lost.
    """

    complete: bool
    cut: int | None
    sources: list[SourceState]
    differences: list[dict[str, Any]]
    copies: list[CopyState]
    ahead: list[dict[str, Any]]
    gaps: list[dict[str, Any]]


class Reconciler:
    """Compares, asks again for what is missing, and knows the last proven cut.

    `whole`: every comparison of rows and sums is of the whole log, for an operator who asks. Else
    its rows are looked at once whole and then a stretch at a time, its sums a stretch at a time.
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
        whole: bool = False,
    ) -> None:
        self.pool, self.owners, self.token = pool, owners, token
        self.patience_seconds, self.give_up_seconds = patience_seconds, give_up_seconds
        self.watchdog, self.whole = watchdog, whole
        self._seen_whole = False
        self._sums = StandingComparison(_sums)
        self._rows = StandingComparison(gaps)
        self.cut: int | None = None
        self._standing: dict[Standing, Patience] = {}

    async def once(self) -> Reconciled:
        """One comparison of every owner; holes that stood for a while are asked for again."""
        headers = {"Authorization": f"Bearer {await self.token()}"}
        async with httpx.AsyncClient(
            timeout=ANSWER_SECONDS, headers=headers, trust_env=False
        ) as client:
            # Read first: what an owner says now is at least what we had from it before.
            had = await journal_readings(self.pool, list(self.owners))
            known = await known_epochs(self.pool)
            answers = await self._ask_all(client, "/v1/relay/heads")
            for head in filter(None, answers.values()):
                await self._learn(head, had[head["source"]], known)
            told = await self._ask_all(client, "/v1/copies")
            journalled = await journal_readings(self.pool, list(self.owners))
            last = await journal.last_index(self.pool)
            heads = {head["source"]: head["shards"] for head in answers.values() if head}
            states = [
                source_state(name, answers[name] or None, journalled[source_of(name)])
                for name in self.owners
            ]
            readings = [copy_reading(name, copy) for name in told for copy in told[name] or ()]
            copies = [
                CopyState(reading.reader, reading.source, missing(found), found)
                for reading in readings
                for found in (holes(heads.get(reading.source, ()), reading),)
            ]
            await self._ask_again(client, [*journalled.values(), *readings], heads)
        await self._watch()
        ahead = await epochs.listed(self.pool)
        AHEAD_OF_OWNER.set(len(ahead))
        gaps, wrong = await self._observe(last)
        complete = all(state.complete for state in states) and not ahead and not gaps
        self.cut = last if complete else self.cut
        await parked.give_up(self.pool, self.give_up_seconds)
        _observe_missing(states, copies)
        everywhere = None not in told.values() and not any(copy.holes for copy in copies)
        return Reconciled(
            complete and everywhere and not wrong,
            last if complete else None,
            states,
            wrong,
            copies,
            ahead,
            gaps,
        )

    async def _learn(
        self, head: Mapping[str, Any], had: Reading, known: Mapping[str, Epochs]
    ) -> None:
        """Take over an owner's epochs, and name what we had of it that it does not have."""
        source, now = head["source"], stated(head.get("inherited", {}))
        if await epochs.learn(self.pool, source, now) or now != known.get(source, FIRST):
            return
        beyond = {
            row["shard"]: row["head"]
            for row in head["shards"]
            if had.have.get(row["shard"], 0) > row["head"]
        }
        if beyond:
            await epochs.notice(self.pool, source, beyond)

    async def _ask_all(self, client: httpx.AsyncClient, path: str) -> dict[str, Any]:
        """What each owner answers; None where it does not, empty where it has no such route."""
        return dict(
            await asyncio.gather(
                *(self._ask(client, name, url, path) for name, url in self.owners.items())
            )
        )

    async def _ask(
        self, client: httpx.AsyncClient, name: str, url: str, path: str
    ) -> tuple[str, Any]:
        try:
            answer = await client.get(f"{url}{path}")
            if answer.status_code == httpx.codes.NOT_FOUND:
                return name, []
            return name, answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as why:
            log.warning("owner does not answer", owner=name, url=f"{url}{path}", why=repr(why))
            return name, None

    async def _ask_again(
        self,
        client: httpx.AsyncClient,
        readings: Iterable[Reading],
        heads: Mapping[str, Sequence[Mapping[str, int]]],
    ) -> None:
        """Ask the owners for what stood missing too long; what an owner that is away was asked
        before is not forgotten."""
        now = time.monotonic()
        known = self._standing
        self._standing = {key: known[key] for key in known if key.source not in heads}
        for reading in readings:
            for hole in holes(heads.get(reading.source, ()), reading):
                read = -1 if hole.shard in reading.gapped else reading.read
                key = Standing(reading.reader, hole.source, hole.shard, hole.have, read)
                patience = known.get(key, Patience(now, self.patience_seconds))
                if now - patience.since >= patience.seconds:
                    await self._republish(client, reading.reader, hole)
                    longer = min(patience.seconds * 2, LONGEST_PATIENCE_SECONDS)
                    patience = Patience(now, longer)
                self._standing[key] = patience

    async def _republish(self, client: httpx.AsyncClient, reader: str, hole: Hole) -> None:
        log.warning("asking the owner to publish again", reader=reader, **hole._asdict())
        owner = hole.source.rpartition("/")[2]
        # Before the asking: what it brings may have been read when it is answered.
        read = await positions(self.pool)
        try:
            answer = await client.post(
                f"{self.owners[owner]}/v1/relay/republish",
                json={"shard": hole.shard, "first": hole.have + 1, "last": hole.acked},
            )
            answer.raise_for_status()
        except httpx.HTTPError as why:
            log.warning("owner could not publish again", owner=owner, why=repr(why))
            return
        if self.watchdog is not None and reader == JOURNAL and answer.json()["republished"]:
            self.watchdog.published_again(time.monotonic(), topic_of(owner), hole.shard, read)

    async def _watch(self) -> None:
        if self.watchdog is not None:
            stall = self.watchdog.look(time.monotonic(), await positions(self.pool))
            STALLED.set(stall.seconds if stall else 0.0)

    async def _observe(self, last: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows that the journal lacks, and sums that differ from their lists."""
        async with self.pool.acquire() as connection:
            rows, sums = self._rows, self._sums
            look = rows.sweep if self.whole or not self._seen_whole else rows.round
            gaps, self._seen_whole = await look(connection, last), True
            wrong = await (sums.sweep if self.whole else sums.round)(connection, last)
            SEAL_AHEAD.set(await connection.fetchval(journal.SEAL_AHEAD))
            PARKED.set(await connection.fetchval("SELECT count(*) FROM parked"))
            reasons = await connection.fetch(
                "SELECT reason, count(*) FILTER (WHERE state = 'open') AS n"
                " FROM quarantine GROUP BY reason"
            )
        for row in reasons:
            QUARANTINED.labels(row["reason"]).set(row["n"])
        JOURNAL_GONE.set(sum(gap["last"] - gap["first"] + 1 for gap in gaps))
        SUMS_DIFFER.set(len(wrong))
        if gaps:
            log.error("rows of the journal are gone", gaps=gaps[:10])
        if wrong:
            log.error("partial sums differ from their lists", figures=wrong[:10])
        return gaps, wrong


async def _sums(connection: asyncpg.Connection, since: int, before: int) -> list[dict[str, Any]]:
    return await differences(connection, LIVE, since, before)


def _observe_missing(states: Iterable[SourceState], copies: Iterable[CopyState]) -> None:
    for state in (state for state in states if state.reachable):
        MISSING.labels(JOURNAL, state.source).set(missing(state.holes))
    for copy in copies:
        MISSING.labels(copy.reader, copy.source).set(copy.behind)
