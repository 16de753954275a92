"""From Kafka into the journal and every projection: one transaction a batch, decided by PostgreSQL.

The batch's positions are compared and set in that transaction, which fences a worker that lost its
partitions; Kafka's committed offsets are only advice. Where the transaction fails nothing happened,
and the batch is read again from PostgreSQL's positions.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import asyncpg

from services.reporting.ingest import parked, quarantine
from services.reporting.ingest.admission import Admission, admit
from services.reporting.ingest.batch_end import Released, by_outcome, close
from services.reporting.ingest.bisect import write_isolated
from services.reporting.ingest.decode import Refused, decode
from services.reporting.ingest.lookup import exceptions, look_up
from services.reporting.ingest.lost_events import doubt_beyond, settle_reentered
from services.reporting.ingest.offsets import Move, move_positions
from services.reporting.ingest.parked import Waited
from services.reporting.journal import log as journal
from services.reporting.journal.record import Decoded, Raw
from services.reporting.projections import checkpoints, fold_entries
from services.reporting.projections.as_of import LIVE
from shared.clock import Clock, system_clock
from shared.errors import NotYet
from shared.kafka.acceptance import Publisher
from shared.metrics import (
    END_TO_END_SECONDS,
    INGEST_BATCH_SECONDS,
    INGEST_PAUSED,
    INGEST_STOPPED,
    INGESTED,
    JOURNAL_HEAD,
    PROJECTION_APPLIED_AT,
)

OPEN_OF_TOPIC = "SELECT count(*) FROM quarantine WHERE state = 'open' AND topic = $1"


class QuarantineFull(Exception):
    """More records of these topics would be in quarantine than allowed: they are not read on,
    rather than that a record is dropped. `topics` says of each why."""

    def __init__(self, topics: Mapping[str, str]) -> None:
        super().__init__("; ".join(topics.values()))
        self.topics = dict(topics)


class Ingest:
    """Applies batches. `allow_simulated` accepts events of a simulated clock, and seals with it.

    `quarantine_limit` is of each topic, so that no source fills another's; `full` says by topic why
    its last batch could not be applied for want of room. `held` says why nothing may be folded.
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
        self.full: dict[str, str] = {}
        self.held = ""

    def read(self, raw: Raw) -> Decoded | Refused:
        """What a record says, or why it is none of ours; nothing is decided yet."""
        # By the machine's clock: a simulated one says when, and never how late it may be.
        return decode(raw, self.publishers, self.allow_simulated, system_clock().year)

    async def apply(
        self, given: Sequence[Raw | Decoded | Refused], moves: Sequence[Move]
    ) -> Admission:
        """Apply one batch, or nothing; what is raw in it is read first.

        Raises Fenced, QuarantineFull, Held, and database errors.
        """
        started = time.perf_counter()
        records = [self.read(record) if isinstance(record, Raw) else record for record in given]
        async with self.pool.acquire() as connection, connection.transaction():
            head = await journal.begin_batch(connection)
            await move_positions(connection, moves)
            admission, released, waits = await self._admit(connection, records)
            admission, head = await self._write(connection, head, admission, released)
            if waits and admission.accepted:
                await quarantine.close_applied(connection, admission.accepted)
            await close(connection, head, admission, _unparked(released))
            await self._check_room(connection, {r.raw.origin.topic for r in admission.refused})
        self.held = ""
        INGEST_STOPPED.set(0)
        for topic in {move.topic for move in moves} & self.full.keys():
            del self.full[topic]
            INGEST_PAUSED.labels(topic).set(0)
        INGEST_BATCH_SECONDS.observe(time.perf_counter() - started)
        self._observe(admission)
        return admission

    async def retry(self, raws: Sequence[Raw], connection: asyncpg.Connection) -> Admission:
        """Apply records that were in quarantine, in the caller's transaction. Raises NotYet
        `ingest-held` where nothing may be folded."""
        head = await journal.begin_batch(connection)
        again = [self.read(raw)._replace(retried=True) for raw in raws]
        admission, released, _ = await self._admit(connection, again)
        try:
            admission, head = await self._write(connection, head, admission, released)
        except checkpoints.Held as why:
            raise NotYet("ingest-held", f"nothing is folded now: {why}") from why
        await quarantine.close_applied(connection, admission.accepted)
        await doubt_beyond(connection, admission)
        left = [Released("quarantined", raws), *_unparked(released)]
        await close(connection, head, admission, left)
        self._observe(admission)
        return admission

    async def _write(
        self,
        connection: asyncpg.Connection,
        head: journal.Head,
        admission: Admission,
        released: Sequence[Waited],
    ) -> tuple[Admission, journal.Head]:
        """Write what was decided; returns it, less what no projection could fold, and the head
        as it becomes."""

        names = await self._to_fold(connection) if admission.accepted else frozenset[str]()

        async def write(run: Sequence[Decoded]) -> None:
            nonlocal head
            entries = journal.entries_of(head.next_index, run)
            appending = journal.append(connection, head.next_index, run)
            await fold_entries(connection, LIVE, entries, appending, names)
            seal = max(self._seal(run, head), head.sealed_at)
            head = journal.Head(head.next_index + len(entries), seal, head.now)

        if admission.accepted:
            written, failed = await write_isolated(connection, admission.accepted, write)
            JOURNAL_HEAD.set(head.next_index - 1)
            # By offset: of one stream, what came first is retried first.
            refused = sorted(admission.refused + failed, key=lambda r: r.raw.origin.offset)
            admission = admission._replace(accepted=written, refused=refused)
        admission = await parked.park(connection, admission, released)
        await quarantine.insert(connection, admission.refused)
        await settle_reentered(connection, admission)
        return admission, head

    async def _admit(
        self, connection: asyncpg.Connection, records: Sequence[Decoded | Refused]
    ) -> tuple[Admission, list[Waited], bool]:
        """Decide about a batch; returns the parked records too that it released, and whether any
        record waits in quarantine."""
        there_are = await exceptions(connection)
        decoded = [record for record in records if isinstance(record, Decoded)]
        released = await parked.release(connection, records) if there_are.parked else []
        waiting = [self.read(waited.raw) for waited in released]
        decoded += [record for record in waiting if isinstance(record, Decoded)]
        known = await look_up(connection, records, decoded, there_are)

        def decide(ordered: Iterable[Decoded | Refused]) -> Admission:
            return admit(
                ordered,
                known.heads,
                known.identities,
                known.blocked,
                known.versions,
                epochs=known.epochs,
                places=known.places,
                passed=known.passed,
                histories=known.histories,
                named=known.named,
                disowned=known.disowned,
                discarded=known.discarded,
            )

        admission = decide(_by_sequence([*records, *waiting]) if waiting else records)
        if admission.closes_a_gap():
            admission = decide(_by_sequence([*records, *waiting]))
        return admission, released, there_are.quarantined

    async def _to_fold(self, connection: asyncpg.Connection) -> frozenset[str]:
        try:
            return await checkpoints.to_fold(connection)
        except checkpoints.Held as why:
            self.held = str(why)
            INGEST_STOPPED.set(1)
            raise

    def _seal(self, accepted: Sequence[Decoded], head: journal.Head) -> datetime:
        if self.allow_simulated:
            return max(record.envelope.recorded_at for record in accepted)
        return head.now

    async def waiting(self, topic: str) -> int:
        """How many records of a topic are open in quarantine."""
        return int(await self.pool.fetchval(OPEN_OF_TOPIC, topic))

    async def _check_room(self, connection: asyncpg.Connection, topics: Iterable[str]) -> None:
        full = {}
        for topic in sorted(topics):
            found = await connection.fetchval(OPEN_OF_TOPIC, topic)
            if found > self.quarantine_limit:
                full[topic] = (
                    f"{found} records of {topic} would be in quarantine,"
                    f" at most {self.quarantine_limit}"
                )
                INGEST_PAUSED.labels(topic).set(1)
        if full:
            self.full |= full
            raise QuarantineFull(full)

    def _observe(self, admission: Admission) -> None:
        for outcome, group in by_outcome(admission).items():
            for topic, count in Counter([raw.origin.topic for raw in group]).items():
                INGESTED.labels(topic, outcome).inc(count)
        if not admission.accepted:
            return
        now = datetime.now(UTC)
        PROJECTION_APPLIED_AT.set(now.timestamp())
        if self.allow_simulated:
            return
        oldest = min(record.envelope.recorded_at for record in admission.accepted)
        END_TO_END_SECONDS.observe(max(0.0, (now - oldest).total_seconds()))


def _unparked(released: Sequence[Waited]) -> list[Released]:
    return [Released("parked", [waited.raw for waited in released])]


def _by_sequence(records: Iterable[Decoded | Refused]) -> list[Decoded | Refused]:
    """By sequence, each shard's records one after the other; equal ones as they came."""

    def sequence(record: Decoded | Refused) -> int:
        return (record.envelope.shard_sequence or 0) if record.envelope else 0

    return sorted(records, key=sequence)
