"""A person takes an event that an owner never wrote out of what counts, and has applied what the
owner did write in its place: as events, with a reason."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from services.reporting.ingest import settle
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.decode import Refused
from services.reporting.ingest.raw_rows import raw_of
from services.reporting.reconciliation.owner_client import OwnerClient, OwnerSilent
from services.reporting.reconciliation.progress import JOURNAL
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor
from shared.contract.reporting import INSTALLATION, DisownReason, EventDisowned
from shared.contract.values import SHANGHAI
from shared.errors import Conflict, NotYet, Unknown
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Write
from shared.relay.digests import Range

FOLD_SECONDS = 20.0
"""How long a command waits for its event to come back from Kafka and be folded."""

FIND = """
SELECT j.log_index, j.org_id, j.shard, j.shard_sequence, j.leaf
FROM journal j LEFT JOIN disowned d ON d.log_index = j.log_index
WHERE j.event_id = $1 AND j.source = $2 ORDER BY d.log_index IS NOT NULL, j.log_index
"""
"""Of two under one id that which counts comes first."""
DISPUTED = """
SELECT EXISTS (SELECT FROM log_differences l WHERE log_index = $1
        AND (kind <> 'document-differs' OR EXISTS (SELECT FROM quarantine q
            WHERE q.source = l.source AND q.event_id = l.owner_event_id
                AND sha256('\\x00'::bytea || q.value) = l.owner_leaf)))
    OR EXISTS (SELECT FROM ahead_of_owner WHERE log_index = $1)
    OR EXISTS (SELECT FROM disowned WHERE log_index = $1)
"""
"""Of one event with two documents somebody changed a store, or the topic had both: then the owner's
waits in quarantine."""
GAVE_WAY = """
SELECT * FROM quarantine
WHERE state = 'open' AND source = $1 AND event_id = ANY($2::uuid[])
    AND reason IN ('sequence-reused', 'id-reused')
ORDER BY stream_version, id
"""
"""What found its place or its id taken by the event that is disowned."""


IN_COPIES = """
SELECT reader, shard, sequence, journal_leaf AS leaf FROM log_differences
WHERE source = $1 AND journal_event_id = $2 AND journal_leaf IS NOT NULL AND reader <> $3
ORDER BY reader, shard, sequence
"""


class Disowning(NamedTuple):
    """Which event, and why it is none of its source's: a code for the log, words for who asks."""

    source: str
    event_id: UUID
    reason: DisownReason
    words: str


class Disowned(NamedTuple):
    """`log_index` is its place in the journal (None: it stands in `copies` alone, which are
    refilled without it). `at` is the log_index from which the event counts for nothing (None: not
    folded in time, it will be). `applied` is an event of the owner that was waiting in quarantine
    for its place or id."""

    log_index: int | None
    at: int | None
    applied: str | None
    copies: tuple[str, ...] = ()


async def disown(ingest: Ingest, client: OwnerClient, actor: Actor, asked: Disowning) -> Disowned:
    """Disown an event of the journal, and apply what its owner wrote instead; or one that stands in
    contexts' copies alone, which hear it and are refilled. Idempotent.

    Only what the comparison has named, or a restored owner has lost, can be disowned, and the owner
    is asked once more. Raises Unknown `no-such-event`, Conflict `the-owners-event`,
    `not-disputed`, `numbers-nothing`; NotYet `owner-silent`.
    """
    try:
        row, written = await _not_the_owners(ingest, client, asked)
    except (Unknown, Conflict):
        copies = await _of_copies(ingest, client, actor, asked)
        if not copies:
            raise
        return Disowned(None, None, None, copies)
    if not await ingest.pool.fetchval(DISPUTED, row["log_index"]):
        raise Conflict(
            "not-disputed",
            f"no comparison found that {asked.source} did not write event {asked.event_id}",
        )
    await _say(ingest, actor, asked, row)
    at = await _folded(ingest, row["log_index"])
    applied = None
    if at is not None:
        ids = [str(asked.event_id), *([written] if written else [])]
        applied = await _apply_instead(ingest, client, actor, asked.source, ids)
    return Disowned(row["log_index"], at, applied)


async def _not_the_owners(
    ingest: Ingest, client: OwnerClient, asked: Disowning
) -> tuple[Mapping[str, Any], str | None]:
    """The row of the journal that is not the owner's, and the id that the owner's log has in its
    place, if any. Under one id may stand the owner's too, applied since."""
    rows = await ingest.pool.fetch(FIND, asked.event_id, asked.source)
    if not rows:
        raise Unknown("no-such-event", f"no event {asked.event_id} of {asked.source} is here")
    for row in rows:
        if row["shard"] is None:
            raise Conflict("numbers-nothing", f"{asked.source} has no log that could be compared")
        place = Range(row["shard"], *[row["shard_sequence"]] * 2)
        entry = await _written(client, asked.source, place)
        if entry is None or not _is(entry, str(asked.event_id), row["leaf"]):
            return row, None if entry is None else entry["event_id"]
    raise Conflict(
        "the-owners-event",
        f"{asked.source} has event {asked.event_id} at sequence {place.first} of shard"
        f" {place.shard}: it wrote it",
    )


async def _of_copies(
    ingest: Ingest, client: OwnerClient, actor: Actor, asked: Disowning
) -> tuple[str, ...]:
    """The contexts whose copies hold a document of this event that its owner did not write, once it
    is disowned. The comparison named it, and the owner is asked once more."""
    copies = []
    for row in await ingest.pool.fetch(IN_COPIES, asked.source, asked.event_id, JOURNAL):
        place = Range(row["shard"], row["sequence"], row["sequence"])
        entry = await _written(client, asked.source, place)
        if entry is not None and _is(entry, str(asked.event_id), row["leaf"]):
            continue
        await _say(ingest, actor, asked, {"org_id": INSTALLATION, "leaf": row["leaf"]})
        copies.append(row["reader"])
    return tuple(dict.fromkeys(copies))


async def _written(client: OwnerClient, source: str, place: Range) -> Mapping[str, Any] | None:
    """What the owner's log has in that place, if anything. Raises NotYet `owner-silent`."""
    try:
        entries = await client.entries(source.rpartition("/")[2], place)
    except OwnerSilent as why:
        raise NotYet("owner-silent", str(why)) from why
    return entries[0] if entries else None


def _is(entry: Mapping[str, Any], event_id: str, leaf: bytes) -> bool:
    return bool(entry["event_id"] == event_id and entry["leaf"] == leaf.hex())


async def _apply_instead(
    ingest: Ingest, client: OwnerClient, actor: Actor, source: str, ids: Sequence[str]
) -> str | None:
    """Apply what gave way to the event that is disowned by now, if its owner's log has it, byte for
    byte: another forgery may wait there too. Returns the id of one."""
    applied = None
    for row in await ingest.pool.fetch(GAVE_WAY, source, ids):
        record = ingest.read(raw_of(row))
        if isinstance(record, Refused) or record.envelope.shard is None:
            continue
        sequence = record.envelope.shard_sequence or 0
        entry = await _written(client, source, Range(record.envelope.shard, sequence, sequence))
        event_id = str(record.envelope.event_id)
        if entry is None or not _is(entry, event_id, record.leaf):
            continue
        with contextlib.suppress(Conflict, Unknown):  # settled with another of its stream
            await settle.retry(ingest, row["id"], actor.subject)
            applied = event_id
    return applied


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
    same = event.disowned_source, event.leaf_sha256
    if any(
        (each.disowned_source, each.leaf_sha256) == same
        for each in said.events
        if isinstance(each, EventDisowned)
    ):
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
