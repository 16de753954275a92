"""What could not be accepted: listed with reason and exact bytes, and settled by a person.

A stream held by one of its own records waits as a whole: retrying the first retries, in order, all
that wait behind it.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.outcomes import raw_of
from shared.contract.envelope import Actor
from shared.contract.reporting import INSTALLATION, DiscardReason, QuarantineDiscarded
from shared.contract.values import SHANGHAI
from shared.errors import Conflict, StaleVersion, Unknown
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore, Write

COLUMNS = (
    "id, reason, detail, source, stream, event_id, parks_stream, topic, partition, kafka_offset,"
    " stream_version, first_seen, times_seen, state, settled_by, settled_for, settled_why"
)


GIVE_UP = """
WITH waited AS (
    DELETE FROM parked WHERE parked_at < now() - make_interval(secs => $1) RETURNING *
), counted AS (
    UPDATE consumed c SET parked = c.parked - w.n, quarantined = c.quarantined + w.n
    FROM (SELECT cluster_id, topic_id, partition, count(*) AS n FROM waited GROUP BY 1, 2, 3) w
    WHERE (c.cluster_id, c.topic_id, c.partition) = (w.cluster_id, w.topic_id, w.partition)
)
INSERT INTO quarantine AS q (reason, detail, source, parks_stream, cluster_id, topic_id, topic,
    partition, kafka_offset, key, headers, value, content)
SELECT 'gap-not-closed',
       'sequence ' || sequence || ' of shard ' || shard || ' waits for one that never came',
       source, false, cluster_id, topic_id, topic, partition, kafka_offset, key, headers, value,
       sha256(coalesce(key, '') || decode('00', 'hex') || headers || decode('00', 'hex') || value)
FROM waited ORDER BY source, shard, sequence
ON CONFLICT (topic, content) DO UPDATE SET times_seen = q.times_seen + 1
RETURNING id
"""


GO_ON = """
UPDATE quarantine gap SET parks_stream = false FROM quarantine first
WHERE first.id = $1 AND first.parks_stream AND gap.state = 'discarded' AND gap.parks_stream
    AND gap.source = first.source AND gap.stream = first.stream
    AND gap.stream_version < first.stream_version
"""
"""A person who retries what waits behind a discarded version goes on without it."""

DISCARD = """
UPDATE quarantine SET state = CASE state WHEN 'open' THEN 'discarded' END,
    settled_by = $2, settled_for = $3, settled_why = $4 WHERE id = $1
"""
"""Of a record that is not open anymore it makes none: NOT NULL refuses, with event and all."""


class Retried(NamedTuple):
    """How many records were tried again, and what became of them."""

    tried: int
    applied: int
    duplicate: int
    still_quarantined: int


async def listed(
    pool: asyncpg.Pool, *, state: str = "open", after: int = 0, limit: int = 100
) -> list[dict[str, Any]]:
    """Records in quarantine in one state, oldest first, from the id after `after`."""
    rows = await pool.fetch(
        f"SELECT {COLUMNS} FROM quarantine WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3",
        state,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def one(pool: asyncpg.Pool, number: int) -> dict[str, Any]:
    """One record with its exact key, headers and value. Raises Unknown `no-such-record`."""
    row = await pool.fetchrow(
        f"SELECT {COLUMNS}, key, headers, value, content FROM quarantine WHERE id = $1", number
    )
    if row is None:
        raise Unknown("no-such-record", f"no record {number} in quarantine")
    return dict(row)


async def retry(ingest: Ingest, number: int, actor: str) -> Retried:
    """Try a record again, with those of its stream that wait behind it; one transaction.

    Raises Unknown `no-such-record`, Conflict `already-settled`.
    """
    async with ingest.pool.acquire() as connection, connection.transaction():
        await _open_record(connection, number)
        await connection.execute(GO_ON, number)
        rows = await connection.fetch(
            "UPDATE quarantine q SET state = 'retrying' FROM quarantine first"
            " WHERE first.id = $1 AND q.state = 'open' AND (q.id = first.id"
            " OR (first.parks_stream AND q.parks_stream AND q.id > first.id"
            "     AND q.source = first.source AND q.stream = first.stream)) RETURNING q.*",
            number,
        )
        rows.sort(key=lambda row: row["id"])
        admission = await ingest.retry([raw_of(row) for row in rows], connection)
        await connection.execute(
            "UPDATE quarantine SET state = 'applied', settled_by = $1, settled_why = 'retried'"
            " WHERE state = 'retrying'",
            actor,
        )
    return Retried(
        len(rows), len(admission.accepted), len(admission.duplicates), len(admission.refused)
    )


class Discarding(NamedTuple):
    """Why a record is never to be applied: a code for the log, words for whoever asks here."""

    reason: DiscardReason
    words: str


async def discard(ingest: Ingest, number: int, actor: Actor, why: Discarding) -> None:
    """Settle a record as never to be applied, and say so as QuarantineDiscarded.

    It stays listed, with who and why. Said again alike it changes nothing. Where the record held a
    stream, versions after it wait on, until a retry goes on without it.
    Raises Unknown `no-such-record`, Conflict `already-settled`.
    """
    record = await one(ingest.pool, number)
    if _settled_so(record, actor, why):
        return
    # On a simulated clock this process' own stands still; the journal's last seal does not.
    moment = await ingest.pool.fetchval(
        "SELECT greatest(sealed_at, $1) FROM journal_head", ingest.clock()
    )
    store = EventStore(ingest.pool, lambda: moment)
    event = QuarantineDiscarded(
        org_id=INSTALLATION,
        occurred_on=moment.astimezone(SHANGHAI).date(),
        record_id=number,
        content_sha256=record["content"].hex(),
        refused_for=record["reason"],
        reason=why.reason,
        note_sha256=sha256(why.words.encode()).hexdigest(),
    )
    request = Request(
        actor,
        INSTALLATION,
        key=None,
        body_hash=b"",
        correlation_id=f"quarantine-{number}",
        simulated=ingest.allow_simulated,
    )
    settled = Also(DISCARD, [(number, actor.subject, why.reason, why.words)])
    try:
        write = Write(f"{INSTALLATION}/quarantine-{number}", 0, [event])
        await store.append(request, [write], Reply(200, {}), [settled])
    except (StaleVersion, asyncpg.NotNullViolationError):
        # Somebody settled it since it was read above.
        record = await one(ingest.pool, number)
        if not _settled_so(record, actor, why):
            raise Conflict("already-settled", f"record {number} is {record['state']}") from None


def _settled_so(record: Mapping[str, Any], actor: Actor, why: Discarding) -> bool:
    settled = record["settled_by"], record["settled_for"], record["settled_why"]
    return record["state"] == "discarded" and settled == (actor.subject, *why)


async def give_up(pool: asyncpg.Pool, seconds: float) -> int:
    """Put records that waited longer behind a hole in quarantine; returns how many.

    Their owner was asked for what is missing and could not send it. The shard stays incomplete,
    and says so; a retry applies what waits, in order, once a person has decided to go on without.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM journal_head FOR UPDATE")
        moved = await connection.fetch(GIVE_UP, seconds)
    return len(moved)


async def _open_record(connection: asyncpg.Connection, number: int) -> None:
    state = await connection.fetchval("SELECT state FROM quarantine WHERE id = $1", number)
    if state is None:
        raise Unknown("no-such-record", f"no record {number} in quarantine")
    if state != "open":
        raise Conflict("already-settled", f"record {number} is {state}")
