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
from aiokafka.errors import KafkaError, KafkaTimeoutError

from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import SHARDS
from shared.errors import NotYet
from shared.eventstore.database import UNREACHABLE
from shared.eventstore.epochs import FIRST, known_epochs
from shared.health import Health, reason_of
from shared.kafka.access import KafkaAccess
from shared.metrics import OUTBOX_AGE, OUTBOX_PENDING, RELAY_FAILURES, RELAYED
from shared.relay.digests import lost
from shared.relay.producer import Publisher, open_publisher
from shared.relay.shard_log import ACKNOWLEDGE, RANGE, UNPUBLISHED, Stamps

log = structlog.get_logger("relay")

LOCK_CLASS = 7_301
RETRY_SECONDS = 1.0
REPUBLISH_ATTEMPTS = 4
TAKE_SECONDS = 1.0
BACKLOG_SECONDS = 10.0
PUBLISH_SECONDS_MAX = 30.0
COALESCE_SECONDS = 0.008
"""Between two stamps that found little: at 1,000 commands a second, a stamp takes several."""
IN_FLIGHT_MAX = 3
"""Batches on their way to Kafka while the next is stamped."""

BACKLOG = """
SELECT (SELECT count(*) FROM outbox) + (SELECT coalesce(sum(head - acked), 0) FROM shards) AS rows,
       extract(epoch FROM now() - (
           SELECT min(e.recorded_at)
           FROM ((SELECT stream, version FROM outbox ORDER BY id LIMIT 1) UNION ALL
                 SELECT l.stream, l.version FROM shards s CROSS JOIN LATERAL (
                     SELECT stream, version FROM shard_log
                     WHERE shard = s.shard AND sequence = s.acked + 1 LIMIT 1) l
                 WHERE s.head > s.acked) waiting
           CROSS JOIN LATERAL (
               SELECT recorded_at FROM events
               WHERE stream = waiting.stream AND version = waiting.version LIMIT 1) e)) AS age
"""
"""How many events wait, and how long the oldest has. Each is asked for by its key, as in STAMP."""


class _Sent(NamedTuple):
    """A batch on its way: the last sequence of each shard in it, its size, its acknowledgement."""

    heads: dict[int, int]
    events: int
    done: asyncio.Future[Any]


class Relay:
    """Publishes one context's events, inside its service; among replicas a shard has one owner."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        context: str,
        kafka: KafkaAccess,
        *,
        poll_seconds: float,
        batch: int,
        health: Health | None = None,
    ) -> None:
        self.pool, self.context, self.kafka = pool, context, kafka
        self.poll_seconds, self.batch = poll_seconds, batch
        self.health = health or Health()
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
            except (KafkaError, TimeoutError, *UNREACHABLE) as why:
                # A fatal producer error (OutOfOrderSequence, fenced) needs a new producer; what was
                # not acknowledged is still beyond `acked` and is published again.
                RELAY_FAILURES.labels(self.context, type(why).__name__).inc()
                self.health.failed("relay", why)
                log.warning("relay starts anew", error=type(why).__name__, detail=reason_of(why))
            await asyncio.sleep(RETRY_SECONDS)

    @asynccontextmanager
    async def _owned_shards(self) -> AsyncIterator[tuple[asyncpg.Connection, list[int]]]:
        """A connection that holds the locks of the shards nobody else relays."""
        async with self.pool.acquire() as connection:
            try:
                yield connection, await self._take(connection, range(SHARDS))
            finally:
                try:
                    await connection.execute("SELECT pg_advisory_unlock_all()")
                except UNREACHABLE:
                    connection.terminate()  # the locks go with it

    @staticmethod
    async def _take(connection: asyncpg.Connection, shards: Iterable[int]) -> list[int]:
        """Lock those of `shards` that nobody holds."""
        return [
            shard
            for shard in shards
            if await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCK_CLASS, shard)
        ]

    async def _relay(
        self, connection: asyncpg.Connection, shards: list[int], publisher: Publisher
    ) -> None:
        """Stamp and publish, the next batch stamped while the ones before are on their way."""
        await self._drain(connection, shards, publisher)
        in_flight = deque[_Sent]()
        stamps = Stamps(connection, shards, self.batch, self._woken)
        try:
            await self._stamp_and_send(stamps, publisher, in_flight)
        finally:
            await stamps.close()
            for sent in in_flight:
                sent.done.cancel()

    async def _stamp_and_send(
        self, stamps: Stamps, publisher: Publisher, in_flight: deque["_Sent"]
    ) -> None:
        clock = asyncio.get_running_loop().time
        connection, shards = stamps.connection, stamps.shards
        tried_at, delivered = clock(), dict[int, int]()
        while True:
            if self._may_take(shards, clock() - tried_at) and stamps.ahead is None:
                # Another replica may have gone since, and with it the locks it held.
                tried_at = clock()
                shards += await self._take(connection, set(range(SHARDS)) - set(shards))
                await self._drain(connection, shards, publisher)
            stamped_at = clock()
            rows = await stamps.next()
            # Between two stamps: at once, they would lock the same shards in two orders.
            await self._acknowledge(connection, delivered)
            if len(rows) == self.batch and not self._may_take(shards, clock() - tried_at):
                await stamps.begin()
            if rows:
                in_flight.append(await self._send(rows, publisher))
            while in_flight and (len(in_flight) >= IN_FLIGHT_MAX or not rows):
                delivered |= await self._delivered(in_flight.popleft())
            if stamps.ahead is None:
                await self._acknowledge(connection, delivered)
            self.health.succeeded("relay")
            if not rows:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.poll_seconds):
                        await self._woken.wait()
            if len(rows) < self.batch:
                await asyncio.sleep(stamped_at + COALESCE_SECONDS - clock())

    @staticmethod
    def _may_take(shards: list[int], seconds: float) -> bool:
        return len(shards) < SHARDS and seconds > TAKE_SECONDS

    async def _drain(
        self, connection: asyncpg.Connection, shards: list[int], publisher: Publisher
    ) -> None:
        """Publish what was stamped and not acknowledged: by a relay before this one."""
        while rows := await connection.fetch(UNPUBLISHED, shards, self.batch):
            heads = await self._delivered(await self._send(rows, publisher))
            await self._acknowledge(connection, heads)

    async def _send(self, rows: Sequence[asyncpg.Record], publisher: Publisher) -> "_Sent":
        async with asyncio.timeout(PUBLISH_SECONDS_MAX):
            done = await publisher.send(rows)
        return _Sent({row["shard"]: row["sequence"] for row in rows}, len(rows), done)

    async def _delivered(self, sent: "_Sent") -> dict[int, int]:
        """How far each shard of a batch is published, once it is."""
        async with asyncio.timeout(PUBLISH_SECONDS_MAX):
            await sent.done
        RELAYED.labels(self.context).inc(sent.events)
        return sent.heads

    @staticmethod
    async def _acknowledge(connection: asyncpg.Connection, delivered: dict[int, int]) -> None:
        if delivered:
            await connection.execute(ACKNOWLEDGE, list(delivered), list(delivered.values()))
            delivered.clear()

    async def observe(self) -> None:
        """Set the backlog's metrics, every second, until cancelled."""
        while True:
            row = await self.health.attempt("backlog", self._backlog, BACKLOG_SECONDS)
            if row is not None:
                OUTBOX_PENDING.labels(self.context).set(row["rows"])
                OUTBOX_AGE.labels(self.context).set(max(0.0, float(row["age"] or 0)))
            await asyncio.sleep(1.0)

    async def _backlog(self) -> asyncpg.Record:
        return await self.pool.fetchrow(BACKLOG)

    async def republish(self, shards: Iterable[int], first: int, last: int) -> int:
        """Publish a range of the shard log again, with the sequences it had; returns how many.

        For a gap a reader found, or a wiped Kafka. Order within a shard is kept; readers know
        what they have by (shard, sequence). Raises NotYet `kafka-away`.
        """
        left, after, done, tried = deque(shards), first, 0, 0
        while left:
            try:
                async with open_publisher(self.kafka, topic_of(self.context)) as publisher:
                    while left:
                        rows = await self.pool.fetch(RANGE, left[0], after, last, self.batch)
                        if not rows:
                            left.popleft()
                            after = first
                            continue
                        await self._publish_again(rows, publisher)
                        after, done, tried = rows[-1]["sequence"] + 1, done + len(rows), 0
            except KafkaError as why:
                # As in `run`: a fatal error of a producer, as on a Kafka that was just made anew,
                # needs a new one; what was not acknowledged is published again.
                tried += 1
                if tried == REPUBLISH_ATTEMPTS:
                    detail = f"at least {done} records were published again, then: {reason_of(why)}"
                    raise NotYet("kafka-away", detail) from why
                await asyncio.sleep(RETRY_SECONDS)
        return done

    async def _publish_again(self, rows: Sequence[asyncpg.Record], publisher: Publisher) -> None:
        try:
            await self._delivered(await self._send(rows, publisher))
        except TimeoutError as why:  # Kafka's; one of PostgreSQL says that the database is away
            raise KafkaTimeoutError from why

    async def heads(self) -> dict[str, Any]:
        """How far each shard got: stamped (`head`) and acknowledged by Kafka (`acked`).

        `inherited` holds, by past epoch, the last sequence of each shard that the log still has;
        `lost` names events that are stored and will never be published.
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
            "lost": await lost(self.pool),
        }
