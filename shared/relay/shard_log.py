"""Stamping: what moves events from the outbox into the shard log, and reads them for publishing."""

import asyncio

import asyncpg

STAMPED = "e.stream, e.document, l.epoch, l.shard, l.sequence"
"""What is published of an event: its key, its bytes, and where they stand in the shard."""

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
SELECT {STAMPED}
FROM stamped l CROSS JOIN LATERAL (
    SELECT * FROM events WHERE stream = l.stream AND version = l.version LIMIT 1) e
ORDER BY l.shard, l.sequence
"""
"""One statement, so one commit: stamps what waits and answers what it stamped.

Its plan is made while the store is new, and kept. Joined plainly, ten events were looked for in a
scan of all of them: 3 ms of PostgreSQL's time among 15,000. So each is asked for by its own key.
"""

ACKNOWLEDGE = """
UPDATE shards SET acked = a.sequence
FROM unnest($1::int[], $2::bigint[]) AS a(shard, sequence),
     set_config('synchronous_commit', 'off', true)
WHERE shards.shard = a.shard AND shards.acked < a.sequence
"""
"""Not flushed: an acknowledgement lost in a crash only publishes the same records again."""

UNPUBLISHED = f"""
SELECT {STAMPED}
FROM shards s
CROSS JOIN LATERAL (
    SELECT * FROM shard_log WHERE shard = s.shard AND sequence > s.acked
    ORDER BY sequence LIMIT $2) l
JOIN events e ON e.stream = l.stream AND e.version = l.version
WHERE s.shard = ANY($1) AND s.head > s.acked
ORDER BY l.shard, l.sequence LIMIT $2
"""

RANGE = f"""
SELECT {STAMPED}
FROM shard_log l JOIN events e ON e.stream = l.stream AND e.version = l.version
WHERE l.shard = $1 AND l.sequence BETWEEN $2 AND $3 ORDER BY l.sequence LIMIT $4
"""


class Stamps:
    """Stamps on the connection that owns the shards, one batch after the other. `ahead` is one that
    PostgreSQL works on meanwhile: the connection is not free then.

    `woken` is forgotten as a batch is begun: what wakes us later may not be in it.
    """

    def __init__(
        self, connection: asyncpg.Connection, shards: list[int], batch: int, woken: asyncio.Event
    ) -> None:
        self.connection, self.shards, self.batch, self.woken = connection, shards, batch, woken
        self.ahead: asyncio.Task[list[asyncpg.Record]] | None = None

    async def next(self) -> list[asyncpg.Record]:
        """A batch: the one ahead, or one asked for now."""
        stamping, self.ahead = self.ahead or self._begun(), None
        return await stamping

    async def begin(self) -> None:
        """Have the next one stamped."""
        self.ahead = self._begun()
        await asyncio.sleep(0)  # so that the question is out before we are busy

    def _begun(self) -> asyncio.Task[list[asyncpg.Record]]:
        self.woken.clear()
        return asyncio.create_task(self.connection.fetch(STAMP, self.shards, self.batch))

    async def close(self) -> None:
        """Leave the connection free. What was stamped and not sent is drained by the next relay."""
        if self.ahead is not None:
            self.ahead.cancel()
            await asyncio.gather(self.ahead, return_exceptions=True)
