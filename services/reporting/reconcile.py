"""Is everything here? The owners' shard heads against what the journal holds.

Each owner says how far it stamped its 32 shards; the journal says how far it accepted each without
a hole. A shard that stays behind what Kafka acknowledged is asked for again, so a silent skip is
named and healed; one whose records are still being read is only late. When every head read is in
the journal, the journal's last index is a proven cut.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import asyncpg
import httpx
import structlog

from services.reporting import journal, quarantine
from services.reporting.figures.sums import differences
from services.reporting.ingest import LIVE
from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import SHARDS
from shared.metrics import PARKED, QUARANTINED, SUMS_DIFFER

log = structlog.get_logger("reconcile")

PATIENCE_SECONDS = 10.0
"""How long a shard may stand behind Kafka's acknowledgement before its range is asked for. It
doubles with every asking: a reader that is stopped must not fill Kafka with repeats."""
LONGEST_PATIENCE_SECONDS = 300.0
GIVE_UP_SECONDS = 900.0
"""How long records wait behind a hole before they are put in quarantine, for a person to settle."""
ANSWER_SECONDS = 5.0

Token = Callable[[], Awaitable[str]]


class Hole(NamedTuple):
    """A shard whose accepted sequence (`have`) is behind what its owner published (`acked`)."""

    source: str
    shard: int
    have: int
    acked: int


class Standing(NamedTuple):
    """A hole as it stands: while any of these moves, what is missing may be on its way. `read` is
    how far its topic was read; where records wait behind the hole it plays no part (-1)."""

    source: str
    shard: int
    have: int
    read: int


class Patience(NamedTuple):
    """Since when (monotonic seconds) a hole stands, and how long it may."""

    since: float
    seconds: float


class SourceState(NamedTuple):
    """One owner: whether all it has stamped is here, and what is not."""

    source: str
    reachable: bool
    complete: bool
    behind: int
    holes: list[Hole]


class Reconciled(NamedTuple):
    """`cut` is the last log_index that is proven complete for every source; None: none is."""

    complete: bool
    cut: int | None
    sources: list[SourceState]
    differences: list[dict[str, Any]]


class Reconciler:
    """Compares, asks again for what is missing, and knows the last proven cut."""

    def __init__(
        self, pool: asyncpg.Pool, owners: Mapping[str, str], token: Token,
        patience_seconds: float = PATIENCE_SECONDS, give_up_seconds: float = GIVE_UP_SECONDS,
    ) -> None:  # fmt: skip
        self.pool, self.owners, self.token = pool, owners, token
        self.patience_seconds, self.give_up_seconds = patience_seconds, give_up_seconds
        self.cut: int | None = None
        self._standing: dict[Standing, Patience] = {}

    async def once(self) -> Reconciled:
        """One comparison of every owner; holes that stood for a while are asked for again."""
        headers = {"Authorization": f"Bearer {await self.token()}"}
        async with httpx.AsyncClient(
            timeout=ANSWER_SECONDS, headers=headers, trust_env=False
        ) as client:
            heads = await asyncio.gather(
                *(self._heads(client, name, url) for name, url in self.owners.items())
            )
            have, read = await self._accepted(), await self._read()
            last = await journal.last_index(self.pool)
            states = [_state(name, head, have) for name, head in heads]
            for state in states:
                await self._ask_again(client, state, read)
        complete = all(state.complete for state in states)
        self.cut = last if complete else self.cut
        await quarantine.give_up(self.pool, self.give_up_seconds)
        wrong = await self._observe()
        return Reconciled(complete and not wrong, last if complete else None, states, wrong)

    async def _heads(
        self, client: httpx.AsyncClient, name: str, url: str
    ) -> tuple[str, dict[str, Any] | None]:
        try:
            answer = await client.get(f"{url}/v1/relay/heads")
            answer.raise_for_status()
            return name, answer.json()
        except (httpx.HTTPError, ValueError) as why:
            log.warning("owner does not answer", owner=name, url=url, why=repr(why))
            return name, None

    async def _accepted(self) -> dict[tuple[str, int], int]:
        rows = await self.pool.fetch("SELECT source, shard, sequence FROM shard_heads")
        return {(row["source"], row["shard"]): row["sequence"] for row in rows}

    async def _read(self) -> dict[tuple[str, int], int]:
        """How far the topic of a shard's source was read; -1 where records of the shard wait."""
        rows = await self.pool.fetch("SELECT topic, sum(next_offset) FROM positions GROUP BY topic")
        topics: dict[str, int] = {topic: int(read) for topic, read in rows}
        waiting = await self.pool.fetch("SELECT DISTINCT source, shard FROM parked")
        return {
            (source_of(owner), shard): topics.get(topic_of(owner), 0)
            for owner in self.owners
            for shard in range(SHARDS)
        } | {(row["source"], row["shard"]): -1 for row in waiting}

    async def _ask_again(
        self, client: httpx.AsyncClient, state: SourceState, read: Mapping[tuple[str, int], int]
    ) -> None:
        now = time.monotonic()
        known = self._standing
        self._standing = {key: known[key] for key in known if key.source != state.source}
        for hole in state.holes:
            key = Standing(hole.source, hole.shard, hole.have, read[hole.source, hole.shard])
            patience = known.get(key, Patience(now, self.patience_seconds))
            if now - patience.since >= patience.seconds:
                await self._republish(client, hole)
                patience = Patience(now, min(patience.seconds * 2, LONGEST_PATIENCE_SECONDS))
            self._standing[key] = patience

    async def _republish(self, client: httpx.AsyncClient, hole: Hole) -> None:
        log.warning("asking the owner to publish again", **hole._asdict())
        url = self.owners[hole.source.rpartition("/")[2]]
        try:
            answer = await client.post(
                f"{url}/v1/relay/republish",
                json={"shard": hole.shard, "first": hole.have + 1, "last": hole.acked},
            )
            answer.raise_for_status()
        except httpx.HTTPError as why:
            log.warning("owner could not publish again", owner=url, why=repr(why))

    async def _observe(self) -> list[dict[str, Any]]:
        async with self.pool.acquire() as connection:
            wrong = await differences(connection, LIVE)
            SUMS_DIFFER.set(len(wrong))
            PARKED.set(await connection.fetchval("SELECT count(*) FROM parked"))
            rows = await connection.fetch(
                "SELECT reason, count(*) FILTER (WHERE state = 'open') AS n"
                " FROM quarantine GROUP BY reason"
            )
        for row in rows:
            QUARANTINED.labels(row["reason"]).set(row["n"])
        if wrong:
            log.error("partial sums differ from their lists", figures=wrong[:10])
        return wrong


def _state(
    name: str, head: dict[str, Any] | None, have: Mapping[tuple[str, int], int]
) -> SourceState:
    if head is None:
        return SourceState(f"/guildhall/{name}", False, False, 0, [])
    source = head["source"]
    holes = [
        Hole(source, row["shard"], have.get((source, row["shard"]), 0), row["acked"])
        for row in head["shards"]
        if have.get((source, row["shard"]), 0) < row["acked"]
    ]
    behind = sum(
        max(0, row["head"] - have.get((source, row["shard"]), 0)) for row in head["shards"]
    )
    behind += head["unstamped"]
    return SourceState(source, True, behind == 0, behind, holes)
