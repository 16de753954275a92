"""The worker's heartbeat: that it is there, and what its parts last did, in PostgreSQL.

Whoever answers for reporting without the worker reads it there: the query API, when it is asked for
readiness or for status. Its age is PostgreSQL's, whatever the clocks of the two processes say.
"""

import asyncio
import math
from typing import Any, NamedTuple

import asyncpg

from shared.eventstore.database import UNREACHABLE
from shared.health import Health
from shared.metrics import WORKER_HEARTBEAT_AGE
from shared.tasks import within

BEAT_SECONDS = 1.0
GONE_SECONDS = 5.0
"""How old the heartbeat of a worker that is there may be."""
WRITE_SECONDS = 10.0
WATCH_SECONDS = 5.0
WORKER = "worker"

BEAT = """
INSERT INTO worker_parts (part, last_success, failed_at, reason)
SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[])
UNION ALL SELECT 'worker', now(), NULL, ''
ON CONFLICT (part) DO UPDATE SET reason = EXCLUDED.reason, failed_at = EXCLUDED.failed_at,
    last_success = greatest(EXCLUDED.last_success, worker_parts.last_success)
"""
READ = """
SELECT part, last_success, failed_at, reason,
    extract(epoch FROM now() - last_success)::float8 AS age
FROM worker_parts ORDER BY part
"""


class Heartbeat(NamedTuple):
    """`age_seconds` is how long ago the worker was last there; None: it never was."""

    age_seconds: float | None
    parts: dict[str, dict[str, Any]]

    @property
    def there(self) -> bool:
        """Whether the worker runs and reaches PostgreSQL."""
        return self.age_seconds is not None and self.age_seconds <= GONE_SECONDS

    def document(self) -> dict[str, Any]:
        """As a JSON document has it."""
        return {"there": self.there, "age_seconds": self.age_seconds, "parts": self.parts}


async def beat(pool: asyncpg.Pool, health: Health) -> None:
    """Write a heartbeat, every second, until cancelled; one that cannot be written is the part
    `heartbeat` that failed."""
    while True:
        await health.attempt("heartbeat", lambda: write(pool, health), WRITE_SECONDS)
        await asyncio.sleep(BEAT_SECONDS)


async def write(pool: asyncpg.Pool, health: Health) -> None:
    """Write one heartbeat, with what every part last did."""
    parts = sorted(health.parts)
    states = [health.parts[part] for part in parts]
    columns = list(zip(*states, strict=True)) if states else [(), (), ()]
    await pool.execute(BEAT, parts, *columns)


async def watch(pool: asyncpg.Pool) -> None:
    """Set the metric of the heartbeat's age, every few seconds, until cancelled; where it cannot be
    read, nothing is exported of it."""
    while True:
        try:
            age = (await within(WRITE_SECONDS, heartbeat(pool))).age_seconds
        except UNREACHABLE:
            age = None
        WORKER_HEARTBEAT_AGE.set(math.nan if age is None else age)
        await asyncio.sleep(WATCH_SECONDS)


async def heartbeat(connection: Any) -> Heartbeat:
    """The last heartbeat, of any worker."""
    rows = {row["part"]: row for row in await connection.fetch(READ)}
    last = rows.pop(WORKER, None)
    parts = {
        part: {name: row[name] for name in ("last_success", "failed_at", "reason")}
        for part, row in rows.items()
    }
    return Heartbeat(None if last is None else max(0.0, last["age"]), parts)
