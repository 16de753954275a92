"""A person settles many records in quarantine at once: all that a filter names, a page a request.

Each page is settled before it is answered, so what is interrupted is done as far as it was told,
and asked again goes on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import asyncpg

from services.reporting.ingest import settle
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.quarantine import WITHIN, Scope
from services.reporting.ingest.raw_rows import raw_of
from services.reporting.ingest.settle import (
    DISCARD,
    Discarding,
    discarded_event,
    discarding_request,
)
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor
from shared.contract.reporting import INSTALLATION
from shared.errors import Conflict, StaleVersion, Unknown
from shared.eventstore.request import Reply
from shared.eventstore.store import Also, EventStore, Write

MATCHES = f"""
{WITHIN} AND state = 'open'
    AND ($3::text IS NULL OR reason = $3) AND ($4::text IS NULL OR source = $4)
    AND ($5::text IS NULL OR stream = $5) AND ($6::text IS NULL OR topic = $6)
    AND ($7::timestamptz IS NULL OR first_seen >= $7)
    AND ($8::timestamptz IS NULL OR first_seen < $8)
"""
ORDER = "coalesce(source, ''), coalesce(stream, ''), stream_version, id"
"""Of one stream, what comes first is settled first."""
PAGE = f"""
SELECT * FROM quarantine WHERE {MATCHES} AND ({ORDER}) > ($9, $10, $11::int, $12::bigint)
ORDER BY {ORDER} LIMIT $13
"""
LEFT = f"""
SELECT count(*) FROM quarantine WHERE {MATCHES} AND ({ORDER}) > ($9, $10, $11::int, $12::bigint)
"""
AGAIN = """
UPDATE quarantine SET state = 'retrying' WHERE id = ANY($1::bigint[]) AND state = 'open'
RETURNING *
"""
APPLIED = """
UPDATE quarantine SET state = 'applied', settled_by = $1, settled_why = 'retried'
WHERE state = 'retrying'
"""


class Filter(NamedTuple):
    """Open records that are meant: those for which everything that is given holds. `since` and
    `until` (UTC, exclusive) are of when a record was first seen."""

    reason: str | None = None
    source: str | None = None
    stream: str | None = None
    topic: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Place(NamedTuple):
    """A record in the order in which records are settled."""

    source: str = ""
    stream: str = ""
    stream_version: int = 0
    id: int = 0


class Settled(NamedTuple):
    """What became of a page: how many were looked at, `applied` or `discarded`, and how many are
    open still. `left` are those after it, from `next` on (None: that was all)."""

    looked_at: int
    applied: int
    discarded: int
    still_open: int
    left: int
    next: Place | None


class Page(NamedTuple):
    """Which records, in whose scope, after which place, and at most how many."""

    scope: Scope
    filter: Filter
    after: Place
    limit: int


async def retry_many(ingest: Ingest, actor: str, page: Page) -> Settled:
    """Try a page of records again, those of one stream in its order."""
    rows = await _page(ingest.pool, page)
    alone = [row["id"] for row in rows if row["blocks_stream"] or row["reason"] == "gap-not-closed"]
    together = [row["id"] for row in rows if row["id"] not in set(alone)]
    applied = await _retry_together(ingest, together, actor)
    for number in alone:
        try:
            done = await settle.retry(ingest, number, actor, page.scope)
        except (Conflict, Unknown):
            continue  # it was settled with another of its stream, or one before it is not
        applied += done.applied + done.duplicate
    return await _settled(ingest.pool, page, rows, applied=applied)


async def discard_many(ingest: Ingest, actor: Actor, page: Page, why: Discarding) -> Settled:
    """Settle a page of records as never to be applied: an event each, in one transaction."""
    rows = await _page(ingest.pool, page)
    if not rows:
        return await _settled(ingest.pool, page, rows)
    moment = await settle.moment_of(ingest)
    store = EventStore(ingest.pool, lambda: moment, source_of("reporting"))
    writes = [
        Write(f"{INSTALLATION}/quarantine-{row['id']}", 0, [discarded_event(row, why, moment)])
        for row in rows
    ]
    named = sha256(str([row["id"] for row in rows]).encode()).hexdigest()[:16]
    request = discarding_request(ingest, actor, f"quarantine-{named}")
    settled = [(row["id"], actor.subject, why.reason, why.words) for row in rows]
    discarded = len(rows)
    try:
        await store.append(request, writes, Reply(200, {}), [Also(DISCARD, settled)])
    except (StaleVersion, asyncpg.NotNullViolationError):
        discarded = 0  # somebody settled one of them meanwhile: each by itself
        for row in rows:
            try:
                await settle.discard(ingest, row["id"], actor, why, page.scope)
            except Conflict:
                continue
            discarded += 1
    await settle.go_on(ingest, [row["id"] for row in rows], actor.subject)
    return await _settled(ingest.pool, page, rows, discarded=discarded)


async def _retry_together(ingest: Ingest, numbers: Sequence[int], actor: str) -> int:
    """Records that block nothing and wait for nothing, in one transaction; how many went in."""
    if not numbers:
        return 0
    async with ingest.pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(AGAIN, numbers)
        place = {number: nth for nth, number in enumerate(numbers)}
        rows.sort(key=lambda row: place[row["id"]])
        admission = await ingest.retry([raw_of(row) for row in rows], connection)
        await connection.execute(APPLIED, actor)
    return len(admission.accepted) + len(admission.duplicates)


async def _page(pool: asyncpg.Pool, page: Page) -> list[Any]:
    rows = await pool.fetch(PAGE, *page.scope, *page.filter, *page.after, page.limit)
    return list(rows)


async def _settled(
    pool: asyncpg.Pool,
    page: Page,
    rows: Sequence[Mapping[str, Any]],
    *,
    applied: int = 0,
    discarded: int = 0,
) -> Settled:
    ids = [row["id"] for row in rows]
    still_open = await pool.fetchval(
        "SELECT count(*) FROM quarantine WHERE id = ANY($1) AND state = 'open'", ids
    )
    if not rows:
        return Settled(0, 0, 0, 0, 0, None)
    last = rows[-1]
    after = Place(last["source"] or "", last["stream"] or "", last["stream_version"], last["id"])
    left = await pool.fetchval(LEFT, *page.scope, *page.filter, *after)
    return Settled(len(rows), applied, discarded, still_open, left, after if left else None)
