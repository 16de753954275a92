"""A topic in memory, the copy that reads it, and its refilling, without Kafka."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import Envelope
from shared.replicas import refill
from shared.replicas.apply import Replica
from shared.replicas.subscription import Log
from tests.shared.replicas.consumed import MOVE, consumed, move

LOG = Log(MOVE.cluster_id, MOVE.topic_id)
BY = UUID(int=5)
SOURCES = dict.fromkeys(("replica_events", "replica_heads"), "source = '/guildhall/members'")


class Topic:
    """One partition of a topic, which a copy reads as far as it is told."""

    def __init__(self, replica: Replica) -> None:
        self.replica, self.records, self.read = replica, list[Envelope](), 0

    @property
    def pool(self) -> asyncpg.Pool:
        return self.replica.pool

    async def hears(self, *envelopes: Envelope, batch: int = 2000) -> None:
        """They are published, and the copy reads them."""
        self.records += envelopes
        self.read = await self.reads(self.replica, self.read, batch=batch)

    async def reads(
        self, replica: Replica, start: int, end: int | None = None, batch: int = 2000
    ) -> int:
        """A replica reads from one offset to another; returns where it is then."""
        until = len(self.records) if end is None else end
        while start < until:
            records = consumed(self.records[start : min(start + batch, until)], start)
            await replica.apply(records, move(start, len(records)))
            start += len(records)
        return start

    async def disowned(self, *envelopes: Envelope) -> None:
        """Reporting says so, and it was heard."""
        for each in envelopes:
            await disown(self.pool, each)

    async def refill(self, batch: int = 2000) -> bool:
        """Refill the copy if it must be; whether it was."""
        wanted = await refill.begin(self.replica)
        if wanted is None:
            return False
        beside = self.replica.beside(wanted)
        start = (await beside.positions()).get((*LOG, 0), 0)
        await self.reads(beside, start, batch=batch)
        return await refill.end(self.replica, wanted, LOG)


async def disown(pool: asyncpg.Pool, envelope: Envelope, source: str | None = None) -> None:
    """Note an event as disowned, as the reaction to EventDisowned does."""
    await pool.execute(
        "INSERT INTO replica_disowned VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        *(source or envelope.source, envelope.event_id, leaf_hash(document_of(envelope)), BY),
    )


async def held(pool: asyncpg.Pool, tables: Sequence[str]) -> dict[str, list[Any]]:
    """What the tables hold, and what is kept of members' events; of the quarantine what is open."""
    found = {}
    for table in (*tables, "replica_events", "replica_heads"):
        rows = await pool.fetch(f"SELECT * FROM {table} WHERE {SOURCES.get(table, 'true')}")
        found[table] = sorted((tuple(row) for row in rows), key=repr)
    rows = await pool.fetch("SELECT source, shard, sequence, value FROM replica_parked")
    found["parked"] = sorted((tuple(row) for row in rows), key=repr)
    rows = await pool.fetch("SELECT content FROM replica_quarantine WHERE state = 'open'")
    found["quarantined"] = sorted(row["content"] for row in rows)
    return found
