"""The owners' shard heads against what the readers have: the journal here, the contexts' copies.

No owner keeps another from being compared. Where none can be asked, for want of a token, each is
unreachable, and that is said at once: an old comparison says nothing of now.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import asyncpg
import structlog

from services.reporting.ingest import lost_events
from services.reporting.journal import log as journal
from services.reporting.reconciliation import source_checks
from services.reporting.reconciliation.comparison import Comparison, ends_of, ends_of_copy
from services.reporting.reconciliation.log_difference import Compared as Content
from services.reporting.reconciliation.owner_client import (
    OwnerClient,
    OwnerSilent,
    Token,
    owner_client,
)
from services.reporting.reconciliation.progress import (
    CopyState,
    Progress,
    SourceState,
    copy_progress,
    copy_state,
    journal_progress,
    source_state,
)
from services.reporting.reconciliation.readers import Copy
from services.reporting.reconciliation.repair import Repair
from shared.contract.catalogue import source_of, topic_of
from shared.eventstore.epochs import FIRST, Epochs, known_epochs, stated
from shared.health import Health

log = structlog.get_logger("reconciler")

OWNERS_SECONDS = 45.0
"""How long a round asks the owners, all of them; what takes longer is the next round's."""


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


class OwnerHeads:
    """Compares, and has what is missing published again; tells `health` of each owner."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        owners: Mapping[str, str],
        token: Token,
        repair: Repair,
        health: Health,
        *,
        whole: bool,
    ) -> None:
        self.pool, self.owners, self.token = pool, owners, token
        self.repair, self.health = repair, health
        self.comparison = Comparison(pool, whole=whole)
        self._seconds = None if whole else OWNERS_SECONDS
        self._silent: dict[str, str] = {}
        self._copies: dict[str, Any] = {}

    async def round(self, last: int) -> Compared:
        """One comparison of every owner; `last` is the journal's last index, for where none can be
        asked."""
        self._silent = {}
        found = await self.health.attempt("owners", self._ask, self._seconds)
        if found is None:
            why = self.health.parts["owners"].reason
            self._silent = dict.fromkeys(self.owners, why)
            states = [
                source_state(name, None, Progress("", source_of(name), {}, 0, frozenset()), None, 0)
                for name in self.owners
            ]
            found = Compared(last, states, [], False)
        for name, state in zip(self.owners, found.sources, strict=True):
            if state.reachable:
                self.health.succeeded(f"reconcile-{name}")
            else:
                self.health.failed(f"reconcile-{name}", OwnerSilent(self._silent.get(name, "")))
        return found

    async def _ask(self) -> Compared:
        async with owner_client(self.owners, self.token) as client:
            try:
                return await self._compare(client)
            finally:
                self._silent = client.silent

    async def _compare(self, client: OwnerClient) -> Compared:
        # Read first: what an owner says now is at least what we had from it before.
        already = await journal.last_index(self.pool)
        had = await journal_progress(self.pool, list(self.owners))
        known = await known_epochs(self.pool)
        before = self._copies or await client.copies()
        answers = await client.heads()
        for head in filter(None, answers.values()):
            await self._learn(head, had[head["source"]], known, already)
        told = self._copies = await client.copies()
        journalled = await journal_progress(self.pool, list(self.owners))
        last = await journal.last_index(self.pool)
        heads = {head["source"]: head["shards"] for head in answers.values() if head}
        waiting = await source_checks.quarantined(self.pool)
        contents = await self._contents(client, answers, journalled)
        states = [
            source_state(
                name,
                answers[name] or None,
                journalled[source_of(name)],
                contents[name],
                waiting.get(topic_of(name), 0),
                had=had[source_of(name)].have,
            )
            for name in self.owners
        ]
        answered = [(name, copy) for name in told for copy in told[name] or ()]
        copies = [
            copy_state(
                name,
                copy,
                heads.get(copy["source"], ()),
                await self._copy_content(client, name, copy, answers, before),
            )
            for name, copy in answered
        ]
        copied = [copy_progress(name, copy) for name, copy in answered]
        await self.repair.round(client, [*journalled.values(), *copied], heads)
        return Compared(last, states, copies, None not in told.values())

    async def _contents(
        self,
        client: OwnerClient,
        answers: Mapping[str, Any],
        journalled: Mapping[str, Progress],
    ) -> dict[str, Content | None]:
        """What each owner's log says, against the journal; None where it does not say."""
        found: dict[str, Content | None] = dict.fromkeys(self.owners)
        failed = False
        for name, head in answers.items():
            if not head:
                continue
            ends = ends_of(head, journalled[source_of(name)].have)
            try:
                found[name] = await self.comparison.round(client, name, head["source"], ends)
            except (OwnerSilent, KeyError, TypeError, ValueError) as why:
                failed = True  # it does not answer, or nothing that could be understood
                self.health.failed("comparison", why)
                log.warning("an owner's log was not compared", owner=name, why=str(why))
        if not failed and any(found.values()):
            self.health.succeeded("comparison")
        return found

    async def _copy_content(
        self,
        client: OwnerClient,
        name: str,
        copy: Mapping[str, Any],
        answers: Mapping[str, Any],
        before: Mapping[str, Any],
    ) -> Content | None:
        """What an owner's log says, against a context's copy; None where one of them does not say,
        or the copy is being refilled."""
        owner = copy["source"].rpartition("/")[2]
        head = answers.get(owner)
        if not head or copy.get("refilling"):
            return None
        heads = {
            row["shard"]: row["head"]
            for was in before.get(name) or ()
            if was["source"] == copy["source"] and not was.get("refilling")
            for row in was["shards"]
        }
        try:
            ends = ends_of_copy(head, copy, heads)
            reader = Copy(client, name)
            return await self.comparison.round(client, owner, copy["source"], ends, reader)
        except (OwnerSilent, KeyError, TypeError, ValueError) as why:
            self.health.failed("comparison", why)
            log.warning("a copy was not compared", reader=name, owner=owner, why=str(why))
            return None

    async def _learn(
        self, head: Mapping[str, Any], had: Progress, known: Mapping[str, Epochs], already: int
    ) -> None:
        """Take over an owner's epochs, and name what we had of it, up to the log_index `already`,
        that it does not have."""
        source, now = head["source"], stated(head.get("inherited", {}))
        if await lost_events.learn(self.pool, source, now) or now != known.get(source, FIRST):
            return
        beyond = {
            row["shard"]: row["head"]
            for row in head["shards"]
            if had.have.get(row["shard"], 0) > row["head"]
        }
        if beyond:
            await lost_events.notice(self.pool, source, beyond, already)
