"""From Kafka into the journal and every projection: one transaction a batch, decided by PostgreSQL.

The batch's positions are compared and set in that transaction, which fences a worker that lost its
partitions; Kafka's committed offsets are only advice. Where the transaction fails nothing happened,
and the batch is read again from PostgreSQL's positions.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import asyncpg

from services.reporting import journal
from services.reporting.admission import (
    Admission,
    Decoded,
    Refused,
    ShardKey,
    StreamKey,
    admit,
    decode,
)
from services.reporting.entry import Entry, Raw
from services.reporting.epochs import held_streams, settle_reentered
from services.reporting.figures.sums import add_sums
from services.reporting.fold import fold_batch
from services.reporting.isolating import write_isolated
from services.reporting.projections import DISPATCH, FIGURE_LINES
from services.reporting.set_aside import count_outcomes, groups, raw_of, set_aside
from services.reporting.sources import Publisher
from shared.clock import Clock
from shared.epochs import known_epochs
from shared.metrics import (
    END_TO_END_SECONDS,
    INGEST_BATCH_SECONDS,
    INGEST_STOPPED,
    INGESTED,
    JOURNAL_HEAD,
    PROJECTION_APPLIED_AT,
)

LIVE = "projections"
"""The PostgreSQL schema of the projections that readers see."""

MOVE_POSITION = """
INSERT INTO positions AS p (cluster_id, topic_id, partition, topic, next_offset)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (cluster_id, topic_id, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
WHERE p.next_offset = $6
"""

RELEASE = """
DELETE FROM parked p
USING unnest($1::text[], $2::int[], $3::bigint[]) AS batch(source, shard, records)
WHERE p.source = batch.source AND p.shard = batch.shard AND p.sequence <= batch.records
    + coalesce((SELECT h.sequence FROM shard_heads h
                WHERE h.source = batch.source AND h.shard = batch.shard), 0)
    + (SELECT count(*) FROM parked w WHERE w.source = batch.source AND w.shard = batch.shard)
RETURNING p.*
"""
"""Parked records that a batch may reach: its own and the parked ones cannot move a head further, so
that a sequence from nowhere is not read again with every batch of its shard."""


class Fenced(Exception):
    """Another worker moved a position of this batch: it owns the partition now."""


class QuarantineFull(Exception):
    """More records are in quarantine than allowed: ingest stops rather than drop."""


class Move(NamedTuple):
    """A partition's position, as it was when the batch was read and as it becomes."""

    cluster_id: str
    topic_id: Any
    topic: str
    partition: int
    expected: int
    next_offset: int


class Ingest:
    """Applies batches. `allow_simulated` accepts events of a simulated clock, and seals with it.

    `full` says why the last batch could not be applied for want of room in quarantine, or nothing.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        publishers: Mapping[str, Publisher],
        clock: Clock,
        *,
        allow_simulated: bool,
        quarantine_limit: int,
    ) -> None:
        self.pool, self.publishers, self.clock = pool, publishers, clock
        self.allow_simulated, self.quarantine_limit = allow_simulated, quarantine_limit
        self.full = ""

    def read(self, raw: Raw) -> Decoded | Refused:
        """What a record says, or why it is none of ours; nothing is decided yet."""
        return decode(raw, self.publishers, self.allow_simulated)

    async def apply(
        self, given: Sequence[Raw | Decoded | Refused], moves: Sequence[Move]
    ) -> Admission:
        """Apply one batch, or nothing; what is raw in it is read first.

        Raises Fenced, QuarantineFull, and database errors.
        """
        started = time.perf_counter()
        records = [self.read(record) if isinstance(record, Raw) else record for record in given]
        async with self.pool.acquire() as connection, connection.transaction():
            head = await journal.lock_head(connection)
            await _move(connection, moves)
            admission, released = await self._admit(connection, records)
            admission = await self._write(connection, head, admission)
            await count_outcomes(connection, admission, [(r.raw, 2) for r in released])
            if admission.refused:
                await self._check_room(connection)
        self.full = ""
        INGEST_STOPPED.set(0)
        INGEST_BATCH_SECONDS.observe(time.perf_counter() - started)
        self._observe(admission)
        return admission

    async def retry(self, raws: Sequence[Raw], connection: asyncpg.Connection) -> Admission:
        """Apply records that were in quarantine, in the caller's transaction."""
        head = await journal.lock_head(connection)
        again = [self.read(raw)._replace(retried=True) for raw in raws]
        admission, released = await self._admit(connection, again)
        admission = await self._write(connection, head, admission)
        left = [(raw, 3) for raw in raws] + [(record.raw, 2) for record in released]
        await count_outcomes(connection, admission, left)
        self._observe(admission)
        return admission

    async def _write(
        self, connection: asyncpg.Connection, head: journal.Head, admission: Admission
    ) -> Admission:
        """Write what was decided; returns it, less what no projection could fold."""

        async def write(run: Sequence[Decoded]) -> None:
            nonlocal head
            seal = max(self._seal(run, head), head.sealed_at)
            entries = await journal.append(connection, head, run, seal)
            await fold_entries(connection, LIVE, entries)
            head = journal.Head(entries[-1].log_index + 1, seal, head.now)

        if admission.accepted:
            written, failed = await write_isolated(connection, admission.accepted, write)
            JOURNAL_HEAD.set(head.next_index - 1)
            # By offset: of one stream, what came first is retried first.
            refused = sorted(admission.refused + failed, key=lambda r: r.raw.origin.offset)
            admission = admission._replace(accepted=written, refused=refused)
        return await self._store(connection, admission)

    async def _admit(
        self, connection: asyncpg.Connection, records: Sequence[Decoded | Refused]
    ) -> tuple[Admission, list[Decoded | Refused]]:
        decoded = [record for record in records if isinstance(record, Decoded)]
        waiting = await self._released(connection, decoded)
        decoded += [record for record in waiting if isinstance(record, Decoded)]
        heads = await _heads(connection, records)
        identities = [record.envelope.event_id for record in decoded]
        known = {
            (row["event_id"], row["source"]): row["leaf"]
            for row in await connection.fetch(
                "SELECT event_id, source, leaf FROM journal WHERE event_id = ANY($1)", identities
            )
        }
        ordered = _in_sequence(records, waiting)
        held = await held_streams(connection, {record.stream_key for record in decoded})
        versions, epochs = await _versions(connection, decoded), await known_epochs(connection)
        return admit(ordered, heads, known, held, versions, epochs=epochs), waiting

    async def _released(
        self, connection: asyncpg.Connection, decoded: Sequence[Decoded]
    ) -> list[Decoded | Refused]:
        """Parked records of the shards in this batch: what they waited for may be in it."""
        shards = Counter((r.envelope.source, r.envelope.shard) for r in decoded if r.sequenced)
        if not shards or not await connection.fetchval("SELECT EXISTS (SELECT 1 FROM parked)"):
            return []
        rows = await connection.fetch(RELEASE, *zip(*shards, strict=True), list(shards.values()))
        return [self.read(raw_of(row)) for row in rows]

    def _seal(self, accepted: Sequence[Decoded], head: journal.Head) -> datetime:
        if self.allow_simulated:
            return max(record.envelope.recorded_at for record in accepted)
        return head.now

    async def _store(self, connection: asyncpg.Connection, admission: Admission) -> Admission:
        if admission.heads:
            await connection.execute(
                "INSERT INTO shard_heads (source, shard, sequence)"
                " SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])"
                " ON CONFLICT (source, shard) DO UPDATE SET sequence = EXCLUDED.sequence",
                [source for source, _ in admission.heads],
                [shard for _, shard in admission.heads],
                list(admission.heads.values()),
            )
        admission = await set_aside(connection, admission)
        await settle_reentered(connection, admission)
        return admission

    async def _check_room(self, connection: asyncpg.Connection) -> None:
        found = await connection.fetchval("SELECT count(*) FROM quarantine WHERE state = 'open'")
        if found > self.quarantine_limit:
            self.full = f"{found} records would be in quarantine, at most {self.quarantine_limit}"
            INGEST_STOPPED.set(1)
            raise QuarantineFull(self.full)

    def _observe(self, admission: Admission) -> None:
        for outcome, group in groups(admission):
            for topic, count in Counter(raw.origin.topic for raw in group).items():
                INGESTED.labels(topic, outcome).inc(count)
        if not admission.accepted:
            return
        now = datetime.now(UTC)
        PROJECTION_APPLIED_AT.set(now.timestamp())
        if self.allow_simulated:
            return
        oldest = min(record.envelope.recorded_at for record in admission.accepted)
        END_TO_END_SECONDS.observe(max(0.0, (now - oldest).total_seconds()))


async def fold_entries(
    connection: asyncpg.Connection, schema: str, entries: Sequence[Entry]
) -> None:
    """Fold entries into every projection of `schema` and the partial sums beside the lines."""
    changed = await fold_batch(connection, schema, DISPATCH, entries)
    await add_sums(connection, schema, changed.get(FIGURE_LINES.name, ()))


async def _move(connection: asyncpg.Connection, moves: Sequence[Move]) -> None:
    for move in sorted(moves):
        status = await connection.execute(
            MOVE_POSITION, move.cluster_id, move.topic_id, move.partition, move.topic,
            move.next_offset, move.expected,
        )  # fmt: skip
        if status.endswith(" 0"):
            raise Fenced(f"{move.topic}[{move.partition}] is no longer at {move.expected}")


async def _heads(
    connection: asyncpg.Connection, records: Sequence[Decoded | Refused]
) -> dict[ShardKey, int]:
    shards = {
        (r.envelope.source, r.envelope.shard)
        for r in records
        if r.envelope is not None and r.envelope.shard is not None
    }
    if not shards:
        return {}
    rows = await connection.fetch(
        "SELECT h.source, h.shard, h.sequence FROM shard_heads h"
        " JOIN unnest($1::text[], $2::int[]) AS s(source, shard) USING (source, shard)",
        *zip(*shards, strict=True),
    )
    return {(row["source"], row["shard"]): row["sequence"] for row in rows}


async def _versions(
    connection: asyncpg.Connection, decoded: Sequence[Decoded]
) -> dict[StreamKey, int]:
    """The last version known of streams whose source numbers streams, but no shards."""
    streams = {
        (r.envelope.source, r.envelope.stream)
        for r in decoded
        if not r.sequenced and r.envelope.stream_version
    }
    if not streams:
        return {}
    rows = await connection.fetch(
        "SELECT j.source, j.stream, max(j.stream_version) AS version FROM journal j"
        " JOIN unnest($1::text[], $2::text[]) AS s(source, stream) USING (source, stream)"
        " WHERE j.shard IS NULL GROUP BY j.source, j.stream",
        *zip(*streams, strict=True),
    )
    return {(row["source"], row["stream"]): row["version"] for row in rows}


def _in_sequence(
    records: Sequence[Decoded | Refused], waiting: Sequence[Decoded | Refused]
) -> list[Decoded | Refused]:
    """The batch in its order; where parked records join it, those shards by sequence."""
    if not waiting:
        return list(records)

    def sequence(record: Decoded | Refused) -> int:
        return (record.envelope.shard_sequence or 0) if record.envelope else 0

    return sorted([*records, *waiting], key=sequence)
