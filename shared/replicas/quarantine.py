"""Records that a replica passes over: each content once, with its exact bytes and its reason.

A copy with one that is open is not complete, and says so. It is tried again whenever the service
starts, closed when its event is applied by other means, or discarded by a person.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import asyncpg
import structlog

from shared.errors import Unknown
from shared.replicas.admission import Quarantined
from shared.replicas.records import columns

log = structlog.get_logger("replica")

OPEN_MAX = 10_000
"""Of one topic; what is more is counted by its reason, and its bytes are not kept."""
NAMED_MAX = 5
"""How many a log line and an answer name."""

INSERT = """
INSERT INTO replica_quarantine AS s (topic, partition, kafka_offset, key, headers, value, reason,
    detail, source, stream, event_id, content, times_seen)
SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[],
    $7::text[], $8::text[], $9::text[], $10::text[], $11::uuid[], $12::bytea[], $13::bigint[])
ON CONFLICT (topic, content) DO UPDATE SET
    times_seen = s.times_seen + CASE s.state WHEN 'retrying' THEN 0 ELSE EXCLUDED.times_seen END,
    reason = EXCLUDED.reason, detail = EXCLUDED.detail,
    state = CASE s.state WHEN 'discarded' THEN 'discarded' ELSE 'open' END
"""
OPEN = "topic = $1 AND state IN ('open', 'retrying')"
COUNT = f"SELECT count(*) FROM replica_quarantine WHERE {OPEN}"
STORED = "SELECT content FROM replica_quarantine WHERE topic = $1 AND content = ANY($2)"
TRY_AGAIN = """
UPDATE replica_quarantine SET state = 'retrying'
WHERE topic = $1 AND state = 'open' AND reason <> $2 RETURNING *
"""
APPLIED = f"""
UPDATE replica_quarantine SET state = 'applied', settled_why = 'applied later'
WHERE {OPEN} AND content = ANY($2)
"""
DISOWNED = f"""
UPDATE replica_quarantine SET state = 'discarded', settled_by = 'reporting',
    settled_why = 'disowned: its owner never wrote it'
WHERE {OPEN} AND content = ANY($2)
"""
TRIED = "DELETE FROM replica_quarantine WHERE topic = $1 AND state = 'retrying'"
FIRST = f"""
SELECT id, reason, detail, event_id::text AS event_id, stream, topic, partition,
    kafka_offset AS "offset", times_seen
FROM replica_quarantine WHERE {OPEN} ORDER BY id LIMIT {NAMED_MAX}
"""
DISCARD = """
UPDATE replica_quarantine SET state = 'discarded', settled_by = $2, settled_why = $3
WHERE id = $1 AND state IN ('open', 'discarded') RETURNING id
"""
ONLY_COUNTED = "only-counted"


async def insert(connection: asyncpg.Connection, topic: str, found: Sequence[Quarantined]) -> None:
    """Keep what a batch quarantined, and say so; one seen before is only counted."""
    if not found:
        return
    named = [_named(each) for each in found[:NAMED_MAX]]
    log.error("records are quarantined", topic=topic, count=len(found), first=named)
    rows: dict[bytes, tuple[Any, ...]] = {}
    for each in found:
        rows.setdefault(each.read.content, _row(each))
    seen = Counter(each.read.content for each in found)
    stored = {r["content"] for r in await connection.fetch(STORED, topic, list(rows))}
    room = OPEN_MAX - await connection.fetchval(COUNT, topic)
    kept: dict[bytes, tuple[Any, ...]] = {}
    for content, row in rows.items():
        if content not in stored:
            room -= 1
        if content in stored or room >= 0:
            kept[content] = row
        else:
            rest = sha256(ONLY_COUNTED.encode()).digest()
            seen[rest] += seen[content]
            kept[rest] = _counted(row, rest)
    values = [(*row, seen[content]) for content, row in kept.items()]
    await connection.execute(INSERT, *zip(*values, strict=True))


async def applied(connection: asyncpg.Connection, topic: str, contents: Sequence[bytes]) -> None:
    """Close what is quarantined of these contents: their events were applied."""
    await connection.execute(APPLIED, topic, contents)


async def disowned(connection: asyncpg.Connection, topic: str, contents: Sequence[bytes]) -> None:
    """Settle what is quarantined of these contents: none of it is its owner's."""
    await connection.execute(DISOWNED, topic, contents)


async def take_again(connection: asyncpg.Connection, topic: str) -> list[Any]:
    """The rows that are open, to be tried again in this transaction; `end_again` ends it."""
    rows = await connection.fetch(TRY_AGAIN, topic, ONLY_COUNTED)
    return sorted(rows, key=lambda row: int(row["id"]))


async def end_again(connection: asyncpg.Connection, topic: str) -> None:
    """Let go what was tried again and is neither applied nor quarantined anew: it is parked."""
    await connection.execute(TRIED, topic)


async def summary(pool: asyncpg.Pool, topic: str) -> dict[str, Any]:
    """How many are open, and the first of them."""
    return {
        "count": await pool.fetchval(COUNT, topic),
        "first": [dict(row) for row in await pool.fetch(FIRST, topic)],
    }


async def discard(pool: asyncpg.Pool, number: int, actor: str, why: str) -> None:
    """Settle one as never to be applied; it stays in the table, with who and why. Idempotent.

    Raises Unknown `no-such-record`: it is not there, or was applied meanwhile.
    """
    if await pool.fetchval(DISCARD, number, actor, why) is None:
        raise Unknown("no-such-record", f"no record {number} is quarantined")


def _row(found: Quarantined) -> tuple[Any, ...]:
    envelope = found.read.envelope
    return (
        *columns(found.read),
        found.reason,
        found.detail,
        envelope and envelope.source,
        envelope and envelope.stream,
        envelope and envelope.event_id,
        found.read.content,
    )


def _counted(row: tuple[Any, ...], content: bytes) -> tuple[Any, ...]:
    """The row that stands for all whose bytes are not kept; the last one's offset."""
    topic, partition, offset = row[:3]
    detail = f"more than {OPEN_MAX} records are quarantined: these are counted, and not kept"
    return (
        topic,
        partition,
        offset,
        None,
        b"",
        None,
        ONLY_COUNTED,
        detail,
        None,
        None,
        None,
        content,
    )


def _named(found: Quarantined) -> dict[str, Any]:
    envelope = found.read.envelope
    return {
        "reason": found.reason,
        "partition": found.read.partition,
        "offset": found.read.offset,
        "event_id": str(envelope.event_id) if envelope else None,
    }
