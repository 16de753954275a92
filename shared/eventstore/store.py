"""The event store: the truth of one service.

Promise: `append` writes events, their outbox rows and the saved reply in one transaction, or
nothing. (stream, version) is unique, so of two writers who saw the same version one wins and the
other learns what is true: "Expected version 3 of …, found 5".
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from shared.clock import Clock
from shared.contract.catalogue import CATALOGUE
from shared.contract.document import DOCUMENT_BYTES_MAX, SALT_BYTES, DocumentWriter, Told
from shared.contract.envelope import DomainEvent, shard_of
from shared.errors import Invalid, StaleVersion
from shared.eventstore.event_ids import uuid7
from shared.eventstore.idempotency import as_saved, saved_reply
from shared.eventstore.loaded import Loaded, event_of
from shared.eventstore.request import Reply, Request
from shared.eventstore.withdrawn_before import refuse_what_was_withdrawn

COPY_FROM_EVENTS = 500
"""From this many events on, COPY is faster than one INSERT of arrays (measured: ADR 0003)."""

EVENT_COLUMNS = (
    "stream", "version", "event_id", "type", "org_id", "shard", "recorded_at", "actor", "document",
)  # fmt: skip

APPEND = """
WITH written AS (
    INSERT INTO events (stream, version, event_id, type, org_id, shard, recorded_at, actor,
                        document)
    SELECT * FROM unnest($1::text[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::smallint[],
                         $7::timestamptz[], $8::text[], $9::bytea[])
), queued AS (
    INSERT INTO outbox (shard, stream, version)
    SELECT * FROM unnest($6::smallint[], $1::text[], $2::int[])
)
INSERT INTO idempotency (client, key, body_hash, status, reply)
SELECT $10, $11, $12, $13, $14 WHERE $11::text IS NOT NULL
"""


APPEND_ONE = """
WITH written AS (
    INSERT INTO events (stream, version, event_id, type, org_id, shard, recorded_at, actor,
                        document)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
), queued AS (
    INSERT INTO outbox (shard, stream, version) VALUES ($6, $1, $2)
)
INSERT INTO idempotency (client, key, body_hash, status, reply)
SELECT $10, $11, $12, $13, $14 WHERE $11::text IS NOT NULL
"""
"""APPEND for one event, which most commands write: half of its planning and none of its arrays."""


class Write(NamedTuple):
    """Events to append to one stream, whose last version must be `expecting` (0: a new stream)."""

    stream: str
    expecting: int
    events: Sequence[DomainEvent]


class Encoded(NamedTuple):
    """An event as it is stored: its name on the wire, its union, its exact bytes."""

    type: str
    org_id: str
    data: bytes


class EncodedWrite(NamedTuple):
    """A write whose events are encoded already, and known to be valid by who encoded them.

    For bulk commands whose events differ in a field or two: one model is built and checked, and
    100,000 events are made from its bytes.
    """

    stream: str
    expecting: int
    events: Sequence[Encoded]


_Place = tuple[int, str, int]
"""Shard, stream and version of an event: its row of the outbox."""


class Also(NamedTuple):
    """One more statement of the same transaction, for a service's own tables."""

    sql: str
    rows: Sequence[Sequence[Any]]


def too_large(type_name: str, document: bytes) -> Invalid:
    """The refusal of an event whose document nobody could read back."""
    return Invalid(
        "document-too-large",
        f"{type_name} would be {len(document)} bytes, at most {DOCUMENT_BYTES_MAX}",
    )


def encode(event: DomainEvent) -> Encoded:
    """The event as `append` stores it."""
    return Encoded(
        event.type_name(), event.org_id, event.model_dump_json(exclude_none=True).encode()
    )


class EventStore:
    """One service's store; `source` is its CloudEvents source, as its documents state it.

    `on_append` is called after each commit, to wake the relay.
    `settled` is for what a query found that no later event can change, such as that a union exists:
    looked up once in a process.
    """

    def __init__(self, pool: asyncpg.Pool, clock: Clock, source: str) -> None:
        self.pool, self.clock, self.source = pool, clock, source
        self.on_append: list[Any] = []
        self.settled: dict[str, Any] = {}

    async def load(self, stream: str) -> Loaded:
        """The events of one stream."""
        return (await self.load_many([stream]))[stream]

    async def load_many(self, streams: Sequence[str]) -> dict[str, Loaded]:
        """The events of several streams in one round trip; absent streams are empty."""
        rows = await self.pool.fetch(
            "SELECT stream, version, event_id, type, actor, document FROM events"
            " WHERE stream = ANY($1) ORDER BY stream, version",
            streams,
        )
        events: dict[str, list[DomainEvent]] = {stream: [] for stream in streams}
        actors: dict[str, list[str]] = {stream: [] for stream in streams}
        ids: dict[str, list[UUID]] = {stream: [] for stream in streams}
        versions = dict.fromkeys(streams, 0)
        for row in rows:
            stream = row["stream"]
            events[stream].append(event_of(row["type"], row["document"]))
            actors[stream].append(row["actor"])
            ids[stream].append(row["event_id"])
            versions[stream] = row["version"]
        return {
            stream: Loaded(events[stream], versions[stream], actors[stream], ids[stream])
            for stream in streams
        }

    async def append(
        self,
        request: Request,
        writes: Iterable[Write | EncodedWrite],
        reply: Reply,
        also: Sequence[Also] = (),
    ) -> Reply:
        """Append all writes, their outbox rows, the reply and `also`, or nothing.

        Returns the reply; where the same key and body was answered before, the saved one, with
        nothing written. Of a preview nothing is written either. Raises StaleVersion, Invalid
        (`idempotency-key-reused`, `document-too-large`), SaidBefore, Conflict `withdrawn-before`.
        """
        if request.unless_withdrawn:
            writes = list(writes)
            entering = {each.stream: _events(each) for each in writes if each.expecting}
            await refuse_what_was_withdrawn(self.load_many, entering)
        if request.preview:
            return Reply(200, {**reply.body, "preview": True})
        written: list[_Place] = []
        rows = self._rows(request, writes, written)
        first = list(islice(rows, COPY_FROM_EVENTS))
        try:
            if also or len(first) == COPY_FROM_EVENTS:
                reply = await self._append_in_transaction(
                    request, chain(first, rows), written, reply, also
                )
            else:
                reply = _positioned(reply, written)
                if len(first) == 1:
                    await self.pool.execute(APPEND_ONE, *first[0], *as_saved(request, reply))
                else:
                    await self.pool.execute(APPEND, *_columns(first), *as_saved(request, reply))
        except asyncpg.UniqueViolationError as conflict:
            saved = await saved_reply(self.pool, request)
            if saved is not None:
                return saved
            if conflict.table_name != "events":
                raise
            deque(rows, maxlen=0)  # those that were not made yet
            await self._explain_conflict(written)
            raise
        for wake in self.on_append:
            wake()
        return reply

    def _rows(
        self, request: Request, writes: Iterable[Write | EncodedWrite], written: list[_Place]
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of events, each made when it is asked for, and its place then in `written`."""
        recorded_at, actor = self.clock(), request.actor
        writer = DocumentWriter(
            Told(
                self.source,
                recorded_at,
                actor.subject,
                actor.role,
                request.correlation_id,
                request.causation_id,
                request.simulated,
            )
        )
        for write in writes:
            stream = write.stream
            shard = shard_of(stream)
            for version, event in enumerate(_encoded(write), start=write.expecting + 1):
                event_id = uuid7()
                document = writer.document(
                    event_id,
                    event.type,
                    stream,
                    version,
                    event.data,
                    org_id=event.org_id,
                    salt=os.urandom(SALT_BYTES).hex(),
                )
                if len(document) > DOCUMENT_BYTES_MAX:
                    raise too_large(event.type, document)
                written.append((shard, stream, version))
                yield (
                    stream,
                    version,
                    event_id,
                    event.type,
                    event.org_id,
                    shard,
                    recorded_at,
                    actor.subject,
                    document,
                )

    async def _append_in_transaction(
        self,
        request: Request,
        rows: Iterable[tuple[Any, ...]],
        written: list[_Place],
        reply: Reply,
        also: Sequence[Also],
    ) -> Reply:
        """Append by COPY; `rows` are made while PostgreSQL takes those before, and then stand in
        `written`. Returns the reply as it was saved."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.copy_records_to_table("events", records=rows, columns=EVENT_COLUMNS)
            await connection.copy_records_to_table(
                "outbox", records=written, columns=("shard", "stream", "version")
            )
            for statement in also:
                await connection.executemany(statement.sql, statement.rows)
            reply = _positioned(reply, written)
            await connection.execute(APPEND, *_columns([]), *as_saved(request, reply))
        return reply

    async def _explain_conflict(self, written: list[_Place]) -> None:
        expecting: dict[str, int] = {}
        for _, stream, version in written:
            expecting.setdefault(stream, version - 1)
        found = await self.pool.fetch(
            "SELECT stream, max(version) AS version FROM events WHERE stream = ANY($1)"
            " GROUP BY stream",
            list(expecting),
        )
        versions = {row["stream"]: row["version"] for row in found}
        for stream, expected in expecting.items():
            if versions.get(stream, 0) != expected:
                raise StaleVersion(stream, expected, versions.get(stream, 0))


def _positioned(reply: Reply, written: Iterable[_Place]) -> Reply:
    last = {shard: f"{stream}@{version}" for shard, stream, version in written}
    return reply._replace(position=",".join(last.values()))


def _columns(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * len(EVENT_COLUMNS)


def _events(write: Write | EncodedWrite) -> Iterable[DomainEvent]:
    if isinstance(write, Write):
        return write.events
    return (CATALOGUE[each.type].model_validate_json(each.data) for each in write.events)


def _encoded(write: Write | EncodedWrite) -> Iterable[Encoded]:
    return write.events if isinstance(write, EncodedWrite) else map(encode, write.events)
