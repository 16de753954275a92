"""The relay: from the store to Kafka, in order, at least once, resumable after any crash.

One process owns a shard at a time (a session advisory lock). It *stamps*: one statement moves
outbox rows into the shard log with a dense sequence; then it *publishes* what lies between `acked`
and `head`, in sequence order, with an idempotent producer to partition `shard mod partitions`, and
moves `acked`. The sequence is stored before publishing, so a republished event has the same one.
No cursor runs over commit-ordered ids: a late committer's row is simply still in the outbox.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import SHARDS, Envelope
from shared.database import UNREACHABLE
from shared.epochs import FIRST, known_epochs
from shared.metrics import OUTBOX_AGE, OUTBOX_PENDING, RELAY_FAILURES, RELAYED
from shared.publisher import Publisher, open_publisher

log = structlog.get_logger("relay")

LOCK_CLASS = 7_301
RETRY_SECONDS = 1.0
TAKE_SECONDS = 1.0
PUBLISH_SECONDS_MAX = 30.0
COALESCE_SECONDS = 0.008
"""Between two stamps that found little: at 1,000 commands a second, a stamp takes several."""
IN_FLIGHT_MAX = 3
"""Batches on their way to Kafka while the next is stamped."""

ENVELOPE = (
    "e.event_id, e.type, e.stream, e.version, e.org_id, e.recorded_at, e.actor, e.role,"
    " e.correlation_id, e.causation_id, e.simulated, l.epoch, e.data, l.shard, l.sequence"
)

STAMP = f"""
WITH taken AS (
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE shard = ANY($1) ORDER BY id LIMIT $2)
    RETURNING id, shard, stream, version
), numbered AS (
    SELECT shard, stream, version, row_number() OVER (PARTITION BY shard ORDER BY id) AS n
    FROM taken
), heads AS (
    UPDATE shards SET head = head + counted.n
    FROM (SELECT shard, count(*) AS n FROM taken GROUP BY shard) AS counted
    WHERE shards.shard = counted.shard
    RETURNING shards.shard, head - counted.n AS base
), stamped AS (
    INSERT INTO shard_log (shard, sequence, stream, version, epoch)
    SELECT shard, base + n, stream, version, (SELECT epoch FROM store_epoch)
    FROM numbered JOIN heads USING (shard)
    RETURNING shard, sequence, stream, version, epoch
)
SELECT {ENVELOPE}
FROM stamped l JOIN events e ON e.stream = l.stream AND e.version = l.version
ORDER BY l.shard, l.sequence
"""
"""One statement, so one commit: stamps what waits and answers what it stamped."""

ACKNOWLEDGE = """
UPDATE shards SET acked = a.sequence
FROM unnest($1::int[], $2::bigint[]) AS a(shard, sequence),
     set_config('synchronous_commit', 'off', true)
WHERE shards.shard = a.shard AND shards.acked < a.sequence
"""
"""Not flushed: an acknowledgement lost in a crash only publishes the same records again."""

UNPUBLISHED = f"""
SELECT {ENVELOPE}
FROM shards s
CROSS JOIN LATERAL (
    SELECT * FROM shard_log WHERE shard = s.shard AND sequence > s.acked
    ORDER BY sequence LIMIT $2) l
JOIN events e ON e.stream = l.stream AND e.version = l.version
WHERE s.shard = ANY($1) AND s.head > s.acked
ORDER BY l.shard, l.sequence LIMIT $2
"""

RANGE = f"""
SELECT {ENVELOPE}
FROM shard_log l JOIN events e ON e.stream = l.stream AND e.version = l.version
WHERE l.shard = $1 AND l.sequence BETWEEN $2 AND $3 ORDER BY l.sequence LIMIT $4
"""

BACKLOG = """
SELECT (SELECT count(*) FROM outbox) + (SELECT coalesce(sum(head - acked), 0) FROM shards) AS rows,
       extract(epoch FROM now() - least(
           (SELECT e.recorded_at FROM outbox o JOIN events e USING (stream, version)
            ORDER BY o.id LIMIT 1),
           (SELECT min(e.recorded_at) FROM shards s
            JOIN shard_log l ON l.shard = s.shard AND l.sequence = s.acked + 1
            JOIN events e USING (stream, version) WHERE s.head > s.acked))) AS age
"""


def envelope_of_row(row: asyncpg.Record, context: str) -> Envelope:
    """The envelope of a row of ENVELOPE's columns: all its fields in order but the source."""
    return Envelope(row[0], source_of(context), *row[1:])


class _Sent(NamedTuple):
    """A batch on its way: the last sequence of each shard in it, its size, its acknowledgement."""

    heads: dict[int, int]
    events: int
    done: asyncio.Future[Any]


class _Stamps:
    """Stamps on the connection that owns the shards, one batch after the other."""

    def __init__(self, connection: asyncpg.Connection, shards: list[int], batch: int) -> None:
        self.connection, self.shards, self.batch = connection, shards, batch
        self.ahead: asyncio.Task[list[asyncpg.Record]] | None = None

    async def next(self) -> list[asyncpg.Record]:
        """A batch. A full one has another behind it: PostgreSQL stamps that while this is sent."""
        stamping, self.ahead = self.ahead or self._begin(), None
        rows = await stamping
        if len(rows) == self.batch:
            self.ahead = self._begin()
            await asyncio.sleep(0)  # so that the question is out before we are busy
        return rows

    def _begin(self) -> asyncio.Task[list[asyncpg.Record]]:
        return asyncio.create_task(self.connection.fetch(STAMP, self.shards, self.batch))

    async def close(self) -> None:
        """Leave the connection free. What was stamped and not sent is drained by the next relay."""
        if self.ahead is not None:
            self.ahead.cancel()
            await asyncio.gather(self.ahead, return_exceptions=True)


class Relay:
    """Publishes one context's events, inside its service; among replicas a shard has one owner."""

    def __init__(
        self, pool: asyncpg.Pool, context: str, kafka: str, *, poll_seconds: float, batch: int
    ) -> None:
        self.pool, self.context, self.kafka = pool, context, kafka
        self.poll_seconds, self.batch = poll_seconds, batch
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Called after each commit in this process; other processes' commits are polled."""
        self._woken.set()

    async def run(self) -> None:
        """Relay until cancelled. Kafka or PostgreSQL being away is waited out, for ever."""
        while True:
            try:
                async with (
                    self._owned_shards() as (connection, shards),
                    open_publisher(self.kafka, topic_of(self.context)) as publisher,
                ):
                    await self._relay(connection, shards, publisher)
            except (KafkaError, *UNREACHABLE) as why:
                # A fatal producer error (OutOfOrderSequence, fenced) needs a new producer; what was
                # not acknowledged is still beyond `acked` and is published again.
                RELAY_FAILURES.labels(self.context, type(why).__name__).inc()
                log.warning("relay starts anew", error=type(why).__name__, detail=str(why))
            except TimeoutError:
                RELAY_FAILURES.labels(self.context, "TimeoutError").inc()
                log.warning("relay starts anew", error="TimeoutError")
            await asyncio.sleep(RETRY_SECONDS)

    @asynccontextmanager
    async def _owned_shards(self) -> AsyncIterator[tuple[asyncpg.Connection, list[int]]]:
        """A connection that holds the locks of the shards nobody else relays."""
        async with self.pool.acquire() as connection:
            try:
                yield connection, await self._take(connection, range(SHARDS))
            finally:
                with contextlib.suppress(*UNREACHABLE):
                    await connection.execute("SELECT pg_advisory_unlock_all()")

    @staticmethod
    async def _take(connection: asyncpg.Connection, shards: Iterable[int]) -> list[int]:
        """Lock those of `shards` that nobody holds."""
        return [
            shard for shard in shards
            if await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCK_CLASS, shard)
        ]  # fmt: skip

    async def _relay(
        self, connection: asyncpg.Connection, shards: list[int], publisher: Publisher
    ) -> None:
        """Stamp and publish, the next batch stamped while the ones before are on their way."""
        await self._drain(connection, shards, publisher)
        in_flight, stamps = deque[_Sent](), _Stamps(connection, shards, self.batch)
        try:
            await self._stamp_and_send(stamps, publisher, in_flight)
        finally:
            await stamps.close()
            for sent in in_flight:
                sent.done.cancel()

    async def _stamp_and_send(
        self, stamps: _Stamps, publisher: Publisher, in_flight: deque["_Sent"]
    ) -> None:
        clock, shards = asyncio.get_running_loop().time, stamps.shards
        tried_at = clock()
        while True:
            overdue = clock() - tried_at > TAKE_SECONDS
            if len(shards) < SHARDS and overdue and stamps.ahead is None:
                # Another replica may have gone since, and with it the locks it held.
                tried_at = clock()
                shards += await self._take(stamps.connection, set(range(SHARDS)) - set(shards))
                await self._drain(stamps.connection, shards, publisher)
            self._woken.clear()
            stamped_at = clock()
            rows = await stamps.next()
            if rows:
                in_flight.append(await self._send(rows, publisher))
            while in_flight and (len(in_flight) >= IN_FLIGHT_MAX or not rows):
                await self._acknowledged(in_flight.popleft())
            if not rows:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.poll_seconds):
                        await self._woken.wait()
            if len(rows) < self.batch:
                await asyncio.sleep(stamped_at + COALESCE_SECONDS - clock())

    async def _drain(
        self, connection: asyncpg.Connection, shards: list[int], publisher: Publisher
    ) -> None:
        """Publish what was stamped and not acknowledged: by a relay before this one."""
        while rows := await connection.fetch(UNPUBLISHED, shards, self.batch):
            await self._acknowledged(await self._send(rows, publisher))

    async def _send(self, rows: Sequence[asyncpg.Record], publisher: Publisher) -> "_Sent":
        async with asyncio.timeout(PUBLISH_SECONDS_MAX):
            done = await publisher.send([envelope_of_row(row, self.context) for row in rows])
        return _Sent({row["shard"]: row["sequence"] for row in rows}, len(rows), done)

    async def _acknowledged(self, sent: "_Sent") -> None:
        await self._delivered(sent)
        await self.pool.execute(ACKNOWLEDGE, list(sent.heads), list(sent.heads.values()))

    async def _delivered(self, sent: "_Sent") -> None:
        async with asyncio.timeout(PUBLISH_SECONDS_MAX):
            await sent.done
        RELAYED.labels(self.context).inc(sent.events)

    async def observe(self) -> None:
        """Set the backlog's metrics, every second, until cancelled."""
        while True:
            with contextlib.suppress(*UNREACHABLE):
                row = await self.pool.fetchrow(BACKLOG)
                OUTBOX_PENDING.labels(self.context).set(row["rows"])
                OUTBOX_AGE.labels(self.context).set(max(0.0, float(row["age"] or 0)))
            await asyncio.sleep(1.0)

    async def republish(self, shards: Iterable[int], first: int, last: int) -> int:
        """Publish a range of the shard log again, with the sequences it had; returns how many.

        For a hole a reader found, or a wiped Kafka. Order within a shard is kept; readers know
        what they have by (shard, sequence).
        """
        done = 0
        async with open_publisher(self.kafka, topic_of(self.context)) as publisher:
            for shard in shards:
                after = first
                while rows := await self.pool.fetch(RANGE, shard, after, last, self.batch):
                    await self._delivered(await self._send(rows, publisher))
                    done, after = done + len(rows), rows[-1]["sequence"] + 1
        return done

    async def heads(self) -> dict[str, Any]:
        """How far each shard got: stamped (`head`) and acknowledged by Kafka (`acked`).

        `inherited` holds, by past epoch, the last sequence of each shard that the log still has.
        """
        rows = await self.pool.fetch("SELECT shard, head, acked FROM shards ORDER BY shard")
        source = source_of(self.context)
        past = (await known_epochs(self.pool)).get(source, FIRST).past
        return {
            "source": source,
            "epoch": await self.pool.fetchval("SELECT epoch FROM store_epoch"),
            "inherited": {str(epoch): list(heads) for epoch, heads in enumerate(past, start=1)},
            "unstamped": await self.pool.fetchval("SELECT count(*) FROM outbox"),
            "shards": [dict(row) for row in rows],
        }
