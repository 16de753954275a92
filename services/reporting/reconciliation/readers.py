"""Who reads an owner's log, and what each holds of it: the journal here, the contexts' copies."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import asyncpg

from services.reporting.reconciliation import difference_store as kept
from services.reporting.reconciliation import journal_digests
from services.reporting.reconciliation.log_difference import Elsewhere
from services.reporting.reconciliation.owner_client import OwnerClient, OwnerSilent
from services.reporting.reconciliation.progress import JOURNAL
from shared.relay.digests import Range


class Reader(Protocol):
    """A reader of owners' logs, under its name. Each question raises OwnerSilent where it cannot
    be answered."""

    name: str

    async def digests(self, source: str, ranges: Sequence[Range]) -> list[dict[str, Any]]:
        """The digest of what it holds in each range, in the order asked."""

    async def entries(self, source: str, asked: Range) -> list[dict[str, Any]]:
        """What it holds in a range."""

    async def elsewhere(self, source: str, events: Mapping[str, str]) -> Elsewhere:
        """Where else it has these events of the owner, which are the owner's leaves by id."""


class Journal:
    """The journal, in reporting's own database."""

    name = JOURNAL

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def digests(self, source: str, ranges: Sequence[Range]) -> list[dict[str, Any]]:
        return await journal_digests.digests(self.pool, source, ranges)

    async def entries(self, source: str, asked: Range) -> list[dict[str, Any]]:
        return await journal_digests.entries(self.pool, source, asked)

    async def elsewhere(self, source: str, events: Mapping[str, str]) -> Elsewhere:
        leaves = await journal_digests.leaves(self.pool, source, list(events))
        return _elsewhere(leaves, await kept.in_quarantine(self.pool, source, events))


class Copy:
    """A context's copy, as the context answers for it."""

    def __init__(self, client: OwnerClient, context: str) -> None:
        self.client, self.name = client, context

    async def digests(self, source: str, ranges: Sequence[Range]) -> list[dict[str, Any]]:
        return await self.client.copy_digests(self.name, source, ranges)

    async def entries(self, source: str, asked: Range) -> list[dict[str, Any]]:
        return await self.client.copy_entries(self.name, source, asked)

    async def elsewhere(self, source: str, events: Mapping[str, str]) -> Elsewhere:
        if not events:
            return Elsewhere({}, (), ())
        found = await self.client.copy_events(self.name, source, list(events))
        try:
            return _elsewhere(found["leaves"], _states(found["quarantine"], events))
        except (KeyError, TypeError, AttributeError) as why:
            raise OwnerSilent(f"{self.name} does not say what its copy holds: {why!r}") from why


def _states(rows: Sequence[Mapping[str, str]], leaves: Mapping[str, str]) -> dict[str, str]:
    """The state of events in quarantine. Of an event that was refused twice, discarded is what a
    person said of it; what was discarded under its id and is not it, says nothing."""
    states = {row["event_id"]: "open" for row in rows if row["state"] == "open"}
    return states | {
        row["event_id"]: "discarded"
        for row in rows
        if row["state"] == "discarded" and row["leaf"] == leaves.get(row["event_id"])
    }


def _elsewhere(leaves: dict[str, str], quarantine: dict[str, Any]) -> Elsewhere:
    return Elsewhere(
        leaves,
        {event_id for event_id, state in quarantine.items() if state == "open"},
        {event_id for event_id, state in quarantine.items() if state == "discarded"},
    )
