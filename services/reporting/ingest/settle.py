"""A person settles a record in quarantine: it is tried again, or never to be applied.

A stream blocked by one of its own records waits as a whole: retrying the first retries, in order,
all that wait behind it.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.quarantine import ALL, WITHIN, Scope, one
from services.reporting.ingest.raw_rows import raw_of
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor
from shared.contract.reporting import INSTALLATION, DiscardReason, QuarantineDiscarded
from shared.contract.values import SHANGHAI
from shared.errors import Conflict, StaleVersion, Unknown
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore, Write

GO_ON = """
UPDATE quarantine gap SET blocks_stream = false FROM quarantine first
WHERE first.id = $1 AND first.blocks_stream AND gap.state = 'discarded' AND gap.blocks_stream
    AND gap.source = first.source AND gap.stream = first.stream
    AND gap.stream_version <= first.stream_version
"""
"""A person who retries what waits behind a discarded version goes on without it."""

EARLIER = """
SELECT q.id FROM quarantine q JOIN quarantine later ON later.id = $1
WHERE q.state = 'open' AND q.source = later.source AND q.stream = later.stream
    AND q.stream_version < later.stream_version
    AND q.reason = 'gap-not-closed' AND later.reason = 'gap-not-closed'
ORDER BY q.stream_version LIMIT 1
"""
"""What waited behind a gap in the same stream, and comes before: applied after its followers, the
first event of a stream would meet rows that it opens."""

APPLIED = """
UPDATE quarantine SET state = 'applied', settled_by = $1, settled_why = 'retried',
    blocks_stream = blocks_stream OR reason = 'gap-not-closed'
WHERE state = 'retrying'
"""
"""Versions before what was applied so come late; of what was settled, `blocks_stream` says that."""

DISCARD = """
UPDATE quarantine SET state = CASE state WHEN 'open' THEN 'discarded' END,
    blocks_stream = blocks_stream AND reason <> 'sequence-reused',
    settled_by = $2, settled_for = $3, settled_why = $4 WHERE id = $1
"""
"""Of a record that is not open anymore it makes none: NOT NULL refuses, with event and all. One
that found its place taken leaves no gap: the place has its event."""

WAITING = """
SELECT DISTINCT ON (q.source, q.stream) q.id
FROM quarantine q JOIN quarantine gone USING (source, stream)
WHERE gone.id = ANY($1::bigint[]) AND gone.state = 'discarded' AND gone.reason = 'sequence-reused'
    AND q.state = 'open' AND q.blocks_stream AND q.reason IN ('version-gap', 'stream-blocked')
ORDER BY q.source, q.stream, q.stream_version, q.id
"""
"""The first that waits in each stream that what was discarded had blocked."""


class Retried(NamedTuple):
    """How many records were tried again, and what became of them."""

    tried: int
    applied: int
    duplicate: int
    still_quarantined: int


async def retry(ingest: Ingest, number: int, actor: str, scope: Scope = ALL) -> Retried:
    """Try a record again, with those of its stream that wait behind it; one transaction.

    Raises Unknown `no-such-record`, also for one outside the scope, Conflict `already-settled`,
    `earlier-first`.
    """
    async with ingest.pool.acquire() as connection, connection.transaction():
        await _open_record(connection, number, scope)
        earlier = await connection.fetchval(EARLIER, number)
        if earlier is not None:
            raise Conflict(
                "earlier-first", f"record {earlier} is of the same stream: retry it first"
            )
        await connection.execute(GO_ON, number)
        rows = await connection.fetch(
            "UPDATE quarantine q SET state = 'retrying' FROM quarantine first"
            " WHERE first.id = $1 AND q.state = 'open' AND (q.id = first.id"
            " OR (first.blocks_stream AND q.blocks_stream"
            "     AND (q.stream_version, q.id) > (first.stream_version, first.id)"
            "     AND q.source = first.source AND q.stream = first.stream)) RETURNING q.*",
            number,
        )
        # By version: what a gap had kept waiting may have been quarantined before what closed it.
        rows.sort(key=lambda row: (row["stream_version"], row["id"]))
        admission = await ingest.retry([raw_of(row) for row in rows], connection)
        await connection.execute(APPLIED, actor)
    return Retried(
        len(rows), len(admission.accepted), len(admission.duplicates), len(admission.refused)
    )


class Discarding(NamedTuple):
    """Why a record is never to be applied: a code for the log, words for whoever asks here."""

    reason: DiscardReason
    words: str


async def discard(
    ingest: Ingest, number: int, actor: Actor, why: Discarding, scope: Scope = ALL
) -> None:
    """Settle a record as never to be applied, and say so as QuarantineDiscarded.

    Idempotent. The record stays listed, with who and why. Where the record blocked a stream,
    versions after it wait on, until a retry goes on without it; behind one that found its place
    taken there is nothing to wait for, and they are applied.
    Raises Unknown `no-such-record`, Conflict `already-settled`; NotYet `ingest-held`.
    """
    record = await one(ingest.pool, number, scope)
    if not _settled_so(record, actor, why):
        await _discard(ingest, record, actor, why)
    await go_on(ingest, [number], actor.subject)


async def go_on(ingest: Ingest, discarded: Sequence[int], actor: str) -> None:
    """Apply what waits in the streams that these records, discarded by now, had blocked though
    their places have their events. Raises NotYet `ingest-held`."""
    for row in await ingest.pool.fetch(WAITING, discarded):
        # Settled by now, or behind another that a person has yet to settle.
        with contextlib.suppress(Conflict, Unknown):
            await retry(ingest, row["id"], actor)


async def _discard(
    ingest: Ingest, record: Mapping[str, Any], actor: Actor, why: Discarding
) -> None:
    """Raises Conflict `already-settled`."""
    number = record["id"]
    moment = await moment_of(ingest)
    store = EventStore(ingest.pool, lambda: moment, source_of("reporting"))
    request = discarding_request(ingest, actor, f"quarantine-{number}")
    settled = Also(DISCARD, [(number, actor.subject, why.reason, why.words)])
    try:
        event = discarded_event(record, why, moment)
        write = Write(f"{INSTALLATION}/quarantine-{number}", 0, [event])
        await store.append(request, [write], Reply(200, {}), [settled])
    except (StaleVersion, asyncpg.NotNullViolationError):
        # Somebody settled it since it was read above.
        record = await one(ingest.pool, number)
        if not _settled_so(record, actor, why):
            raise Conflict("already-settled", f"record {number} is {record['state']}") from None


async def moment_of(ingest: Ingest) -> datetime:
    """Now (UTC); on a simulated clock, which stands still in this process, the last seal."""
    moment: datetime = await ingest.pool.fetchval(
        "SELECT greatest(sealed_at, $1) FROM journal_head", ingest.clock()
    )
    return moment


def discarded_event(
    record: Mapping[str, Any], why: Discarding, moment: datetime
) -> QuarantineDiscarded:
    """What is published of a record that is never to be applied; `record` is its row."""
    return QuarantineDiscarded(
        org_id=INSTALLATION,
        occurred_on=moment.astimezone(SHANGHAI).date(),
        record_id=record["id"],
        content_sha256=record["content"].hex(),
        refused_for=record["reason"],
        reason=why.reason,
        note_sha256=sha256(why.words.encode()).hexdigest(),
    )


def discarding_request(ingest: Ingest, actor: Actor, correlation_id: str) -> Request:
    """The person's request to settle records of the installation."""
    return Request(
        actor,
        INSTALLATION,
        key=None,
        body_hash=b"",
        correlation_id=correlation_id,
        simulated=ingest.allow_simulated,
    )


def _settled_so(record: Mapping[str, Any], actor: Actor, why: Discarding) -> bool:
    settled = record["settled_by"], record["settled_for"], record["settled_why"]
    return record["state"] == "discarded" and settled == (actor.subject, *why)


async def _open_record(connection: asyncpg.Connection, number: int, scope: Scope) -> None:
    state = await connection.fetchval(
        f"SELECT state FROM quarantine WHERE {WITHIN} AND id = $3", *scope, number
    )
    if state is None:
        raise Unknown("no-such-record", f"no record {number} in quarantine")
    if state != "open":
        raise Conflict("already-settled", f"record {number} is {state}")
