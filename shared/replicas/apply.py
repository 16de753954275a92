"""A service's own copy of another context's facts: records in, statements of its own database out.

Accepted is what reporting's ingest would accept, and applied in the order of the owner's sequence,
without a gap. Whatever one record causes, a reaction that raises or a row that PostgreSQL cannot
hold, quarantines that record, and everything else is applied. Statements must be idempotent by
stream version and indifferent to order: what was quarantined is applied late.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import structlog

from shared.contract.catalogue import CATALOGUE
from shared.contract.envelope import DomainEvent, Envelope
from shared.errors import ContractViolation
from shared.eventstore.isolated import Failed, place_of, write_isolated
from shared.eventstore.store import Also
from shared.kafka.acceptance import Accepted
from shared.metrics import COPY_PARKED, COPY_QUARANTINED
from shared.replicas import applied, parked, quarantine
from shared.replicas.admission import Admission, Quarantined, admit
from shared.replicas.records import Read, Reader

log = structlog.get_logger("replica")

GIVE_UP_SECONDS = 900.0
"""How long records wait behind a gap before they are quarantined, as at reporting's ingest."""

Reaction = Callable[[Any, Envelope], Also]
"""What a context does when another speaks: (event, envelope) -> a statement and its rows."""

ADVANCE = """
INSERT INTO subscription_positions AS p (cluster_id, topic_id, partition, topic, next_offset)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (cluster_id, topic_id, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
WHERE p.next_offset = $6
"""
POSITIONS = """
SELECT cluster_id, topic_id, partition, next_offset FROM subscription_positions WHERE topic = $1
"""
UNDER_WAY = """
SELECT number FROM public.replica_refills WHERE source = $1 AND began_at IS NOT NULL
"""
OBSERVED = """
SELECT (SELECT count(*) FROM replica_parked WHERE source = $1) AS parked,
    (SELECT count(*) FROM replica_quarantine
     WHERE topic = $2 AND state IN ('open', 'retrying')) AS quarantined
"""


class Move(NamedTuple):
    """How a batch moves the position of its partition: from `expected` to `next_offset`."""

    cluster_id: str
    topic_id: UUID
    partition: int
    next_offset: int
    expected: int


class RefillEnded(Exception):
    """The refill that a batch was read for is over, or was begun anew."""


class Refill(NamedTuple):
    """A refill of a copy: its number, and the schema whose tables it fills."""

    number: int
    schema: str


class Replica:
    """Applies batches of one context's topic to the database of `service`.

    `tables` are those that the reactions write. `refill`: it fills tables beside the copy that
    answers (refill.py), and everything here is done in those.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        service: str,
        reader: Reader,
        reactions: Mapping[type[DomainEvent], Reaction],
        tables: Sequence[str] = (),
        *,
        refill: Refill | None = None,
    ) -> None:
        self.pool, self.service, self.reader = pool, service, reader
        self.topic, self.source = reader.topic, reader.publisher.source
        self.said, self.tables, self.refill = reactions, tables, refill
        self.reactions = {cls.type_name(): reaction for cls, reaction in reactions.items()}

    def beside(self, refill: Refill) -> "Replica":
        """The replica that fills the tables of a refill."""
        given = self.pool, self.service, self.reader, self.said, self.tables
        return Replica(*given, refill=refill)

    async def apply(self, consumed: Sequence[Any], move: Move) -> Admission:
        """Apply what Kafka's consumer gave of one partition, or nothing. Raises RefillEnded,
        asyncpg.InterfaceError where another process moved the position, database errors.
        """
        reads = self.reader.read(consumed)
        async with self.begun() as (connection, there_are):
            await self._advance(connection, move)
            return await self._apply(connection, reads, there_are)

    async def try_again(self) -> int:
        """Try again what is quarantined, for the code may be mended since; returns how many are
        open still. One transaction."""
        async with self.begun() as (connection, there_are):
            if not there_are.quarantined:
                return 0
            rows = await quarantine.take_again(connection, self.topic)
            found = await self._apply(connection, self.reader.read_rows(rows), there_are)
            await quarantine.end_again(connection, self.topic)
        log.info("tried again", topic=self.topic, tried=len(rows), left=len(found.quarantined))
        return len(found.quarantined)

    async def give_up(self, seconds: float = GIVE_UP_SECONDS) -> None:
        """Quarantine what waited longer behind a gap: it is to be seen."""
        async with self.begun() as (connection, there_are):
            if there_are.parked:
                given_up = await parked.give_up(connection, self.reader, seconds)
                await quarantine.insert(connection, self.topic, given_up)

    async def positions(self) -> dict[tuple[str, UUID, int], int]:
        """The offset that is read next, by the ids of cluster and topic, and the partition."""
        async with self.begun() as (connection, _):
            rows = await connection.fetch(POSITIONS, self.topic)
        return {(cluster, topic, number): offset for cluster, topic, number, offset in rows}

    @asynccontextmanager
    async def begun(self) -> AsyncIterator[tuple[asyncpg.Connection, applied.Exceptions]]:
        """A transaction on this replica's tables, one of its source at a time. Raises
        RefillEnded."""
        async with self.pool.acquire() as connection, connection.transaction():
            if self.refill is not None:
                await connection.execute(f"SET LOCAL search_path = {self.refill.schema}, public")
            there_are = await applied.begin(connection, self.source, self.topic)
            if self.refill is not None:
                # Without its schema the same names would mean the copy that answers.
                number = await connection.fetchval(UNDER_WAY, self.source)
                if number != self.refill.number:
                    raise RefillEnded(f"refill {self.refill.number} of {self.source} is over")
            yield connection, there_are

    async def observe(self) -> None:
        """Tell the metrics what is parked and what is quarantined."""
        row = await self.pool.fetchrow(OBSERVED, self.source, self.topic)
        COPY_PARKED.labels(self.service, self.topic).set(row["parked"])
        COPY_QUARANTINED.labels(self.service, self.topic).set(row["quarantined"])

    async def _advance(self, connection: asyncpg.Connection, move: Move) -> None:
        cluster_id, topic_id, partition, next_offset, expected = move
        moved = await connection.execute(
            ADVANCE, cluster_id, topic_id, partition, self.topic, next_offset, expected
        )
        if moved.endswith(" 0"):
            # Another process is ahead with the same copy: take its position, apply nothing.
            raise asyncpg.InterfaceError("another replica moved this position")

    async def _apply(
        self, connection: asyncpg.Connection, reads: Sequence[Read], there_are: applied.Exceptions
    ) -> Admission:
        """Apply in the caller's transaction; returns what became of each."""
        if there_are.parked:
            reads = [*reads, *await parked.release(connection, self.reader, reads)]
        known = await applied.look_up(connection, self.source, reads, there_are)
        found = admit(reads, known)
        failed = await write_isolated(connection, found.applied, self._write(connection))
        found = _without(found, failed)
        await applied.note(
            connection, self.source, [*found.applied, *found.moved], found.heads, known.heads
        )
        if found.parked:
            reused = await parked.park(connection, self.reader, found.parked)
            found = found._replace(quarantined=found.quarantined + reused)
        await quarantine.insert(connection, self.topic, found.quarantined)
        if there_are.quarantined:
            contents = [read.content for read in (*found.applied, *found.again)]
            await quarantine.applied(connection, self.topic, contents)
            contents = [read.content for read in found.disowned]
            await quarantine.disowned(connection, self.topic, contents)
        for read in found.dead:
            log.warning("lost by its owner in a restore", event_id=_event_id(read))
        return found

    def _write(self, connection: asyncpg.Connection) -> Any:
        async def write(reads: Sequence[Read]) -> None:
            for sql, rows in self._statements(reads):
                await connection.executemany(sql, rows)

        return write

    def _statements(self, reads: Sequence[Read]) -> Iterator[Also]:
        """What these events change here, in their order; runs of one statement joined."""
        last: Also | None = None
        for read in reads:
            assert isinstance(read.said, Accepted)
            reaction = self.reactions.get(read.said.envelope.type)
            if reaction is None:
                continue
            also = reaction(read.said.event, read.said.envelope)
            if last is not None and last.sql == also.sql:
                last = Also(last.sql, [*last.rows, *also.rows])
                continue
            if last is not None:
                yield last
            last = also
        if last is not None:
            yield last


def _without(found: Admission, failed: Sequence[Failed]) -> Admission:
    """The decisions less what could not be applied, which is quarantined."""
    if not failed:
        return found
    numbers = {number for number, _ in failed}
    applied_ones = [read for n, read in enumerate(found.applied) if n not in numbers]
    failures = [_failed(found.applied[number], why) for number, why in failed if why is not None]
    return found._replace(applied=applied_ones, quarantined=found.quarantined + failures)


def _failed(read: Read, why: Exception) -> Quarantined:
    """The class and place of the failure alone, where it is no named reason: its message may quote
    the event."""
    if isinstance(why, ContractViolation):
        return Quarantined(read, why.reason, why.detail)
    assert read.envelope is not None
    kind = CATALOGUE[read.envelope.type].__name__
    detail = f"{type(why).__name__} at {place_of(why)}, reacting to {kind}"
    return Quarantined(read, "reaction-failed", detail)


def _event_id(read: Read) -> str | None:
    return str(read.envelope.event_id) if read.envelope else None
