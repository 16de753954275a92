"""A person takes an event that an owner never wrote out of what counts, and has applied what the
owner did write in its place: as events, with a reason."""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from services.reporting.ingest import settle
from services.reporting.ingest.apply import Ingest
from services.reporting.reconciliation.owner_client import OwnerClient, OwnerSilent
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor
from shared.contract.reporting import DisownReason, EventDisowned
from shared.contract.values import SHANGHAI
from shared.errors import Conflict, NotYet, Unknown
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Write
from shared.relay.digests import Range

FOLD_SECONDS = 20.0
"""How long a command waits for its event to come back from Kafka and be folded."""

FIND = """
SELECT log_index, org_id, shard, shard_sequence, leaf FROM journal
WHERE event_id = $1 AND source = $2
"""
DISPUTED = """
SELECT EXISTS (SELECT FROM log_differences WHERE log_index = $1 AND kind <> 'document-differs')
    OR EXISTS (SELECT FROM ahead_of_owner WHERE log_index = $1)
    OR EXISTS (SELECT FROM disowned WHERE log_index = $1)
"""
IN_ITS_PLACE = """
SELECT id FROM quarantine
WHERE state = 'open' AND source = $1 AND event_id = $2::uuid AND reason = 'sequence-reused'
"""


class Disowning(NamedTuple):
    """Which event, and why it is none of its source's: a code for the log, words for who asks."""

    source: str
    event_id: UUID
    reason: DisownReason
    words: str


class Disowned(NamedTuple):
    """`at` is the log_index from which the event counts for nothing (None: not folded in time, it
    will be). `applied` is the event of the owner that was waiting in quarantine in its place."""

    log_index: int
    at: int | None
    applied: str | None


async def disown(ingest: Ingest, client: OwnerClient, actor: Actor, asked: Disowning) -> Disowned:
    """Disown an event of the journal, and apply what its owner wrote instead. Idempotent.

    Only what the comparison has named, or a restored owner has lost, can be disowned, and the owner
    is asked once more. Raises Unknown `no-such-event`, Conflict `the-owners-event`,
    `not-disputed`, `numbers-nothing`; NotYet `owner-silent`.
    """
    row = await ingest.pool.fetchrow(FIND, asked.event_id, asked.source)
    if row is None:
        raise Unknown("no-such-event", f"no event {asked.event_id} of {asked.source} is here")
    if row["shard"] is None:
        raise Conflict("numbers-nothing", f"{asked.source} has no log that could be compared")
    written = await _written(client, asked, Range(row["shard"], *[row["shard_sequence"]] * 2))
    if not await ingest.pool.fetchval(DISPUTED, row["log_index"]):
        raise Conflict(
            "not-disputed",
            f"no comparison found that {asked.source} did not write event {asked.event_id}",
        )
    await _say(ingest, actor, asked, row)
    at = await _folded(ingest, row["log_index"])
    applied = None
    if at is not None and written is not None:
        number = await ingest.pool.fetchval(IN_ITS_PLACE, asked.source, written)
        if number is not None:
            await settle.retry(ingest, number, actor.subject)
            applied = written
    return Disowned(row["log_index"], at, applied)


async def _written(client: OwnerClient, asked: Disowning, place: Range) -> str | None:
    """The event that the owner's log has in that place, if any."""
    owner = asked.source.rpartition("/")[2]
    try:
        entries = await client.entries(owner, place)
    except OwnerSilent as why:
        raise NotYet("owner-silent", str(why)) from why
    for entry in entries:
        if entry["event_id"] == str(asked.event_id):
            raise Conflict(
                "the-owners-event",
                f"{asked.source} has event {asked.event_id} at sequence {place.first} of shard"
                f" {place.shard}: it wrote it",
            )
    return entries[0]["event_id"] if entries else None


async def _say(ingest: Ingest, actor: Actor, asked: Disowning, row: Mapping[str, Any]) -> None:
    """Append EventDisowned, once."""
    moment = await ingest.pool.fetchval(
        "SELECT greatest(sealed_at, $1) FROM journal_head", ingest.clock()
    )
    store = EventStore(ingest.pool, lambda: moment, source_of("reporting"))
    event = EventDisowned(
        org_id=row["org_id"],
        occurred_on=moment.astimezone(SHANGHAI).date(),
        disowned_source=asked.source,
        disowned_event_id=str(asked.event_id),
        leaf_sha256=row["leaf"].hex(),
        reason=asked.reason,
        note_sha256=sha256(asked.words.encode()).hexdigest(),
    )
    stream = event.stream_of()
    said = await store.load(stream)
    if any(getattr(each, "disowned_source", "") == asked.source for each in said.events):
        return
    request = Request(
        actor,
        row["org_id"],
        key=None,
        body_hash=b"",
        correlation_id=f"disowned-{asked.event_id}",
        simulated=ingest.allow_simulated,
    )
    await store.append(request, [Write(stream, said.version, [event])], Reply(200, {}))


async def _folded(ingest: Ingest, log_index: int) -> int | None:
    """The log_index from which the event is disowned, once it is."""
    at: int | None = None
    for _ in range(int(FOLD_SECONDS / 0.1)):
        at = await ingest.pool.fetchval("SELECT at FROM disowned WHERE log_index = $1", log_index)
        if at is not None:
            break
        await asyncio.sleep(0.1)
    return at
