"""What a replica has applied: every event by its place, and by shard how far without a gap."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from shared.eventstore.epochs import FIRST, Epochs, known_epochs
from shared.kafka.acceptance import Accepted
from shared.replicas.admission import Known, Place, place_of
from shared.replicas.records import Read

LOCK = "pg_advisory_xact_lock(hashtext('replica of ' || $1::text))"
"""One batch of a source at a time, whichever process reads it: shards have one head."""
BEGIN = f"SELECT {LOCK}, set_config('enable_seqscan', 'off', true)"
"""Plans of this transaction scan indexes: one made while a table was empty would scan it whole, and
would be kept while it grows."""
EXCEPTIONS = """
SELECT EXISTS (SELECT FROM replica_parked WHERE source = $1) AS parked,
    EXISTS (SELECT FROM replica_quarantine WHERE topic = $2 AND state IN ('open', 'retrying'))
        AS quarantined,
    EXISTS (SELECT FROM log_epochs WHERE source = $1) AS restored,
    EXISTS (SELECT FROM public.replica_disowned WHERE source = $1) AS disowned
"""
HEADS = "SELECT shard, sequence FROM replica_heads WHERE source = $1"
LEAVES = "SELECT event_id, leaf FROM replica_events WHERE source = $1 AND event_id = ANY($2)"
DISOWNED = """
SELECT event_id, leaf FROM public.replica_disowned WHERE source = $1 AND event_id = ANY($2)
"""
"""Of the copy of reporting that answers, also for one that is being refilled."""
TAKEN = """
SELECT e.shard, e.sequence, e.epoch FROM replica_events e
    JOIN unnest($2::smallint[], $3::bigint[]) AS p(shard, sequence) USING (shard, sequence)
WHERE e.source = $1
"""
ADD = """
INSERT INTO replica_events (source, shard, sequence, epoch, event_id, leaf)
SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::int[], $5::uuid[], $6::bytea[])
ON CONFLICT (event_id, source) DO UPDATE
SET shard = EXCLUDED.shard, sequence = EXCLUDED.sequence, epoch = EXCLUDED.epoch
"""
MOVE_HEADS = """
INSERT INTO replica_heads (source, shard, sequence)
SELECT $1, * FROM unnest($2::smallint[], $3::bigint[])
ON CONFLICT (source, shard) DO UPDATE SET sequence = EXCLUDED.sequence
"""


class Exceptions(NamedTuple):
    """Whether anything of a source is parked, or quarantined, whether its log was restored, and
    whether anything of it was disowned."""

    parked: bool
    quarantined: bool
    restored: bool
    disowned: bool = False


async def begin(connection: asyncpg.Connection, source: str, topic: str) -> Exceptions:
    """Begin a batch of `source` in this transaction, and ask which exceptions there are."""
    await connection.execute(BEGIN, source)
    return Exceptions(*await connection.fetchrow(EXCEPTIONS, source, topic))


async def look_up(
    connection: asyncpg.Connection, source: str, reads: Sequence[Read], there_are: Exceptions
) -> Known:
    """What is known of these records."""
    epochs = FIRST
    if there_are.restored:
        epochs = (await known_epochs(connection)).get(source, FIRST)
    rows = await connection.fetch(HEADS, source)
    heads = {row["shard"]: row["sequence"] for row in rows}
    envelopes = [read.said.envelope for read in reads if isinstance(read.said, Accepted)]
    ids = [envelope.event_id for envelope in envelopes]
    leaves: dict[UUID, bytes] = {}
    if ids:
        rows = await connection.fetch(LEAVES, source, ids)
        leaves = {row["event_id"]: row["leaf"] for row in rows}
    places = {place_of(each) for each in envelopes if each.event_id not in leaves}
    behind = [place for place in places if place[1] <= heads.get(place[0], 0)]
    taken = await _taken(connection, source, behind, epochs)
    named = await connection.fetch(DISOWNED, source, ids) if there_are.disowned else ()
    disowned = {(row["event_id"], row["leaf"]) for row in named}
    return Known(heads, leaves, taken, epochs, disowned)


async def _taken(
    connection: asyncpg.Connection, source: str, places: Sequence[Place], epochs: Epochs
) -> set[Place]:
    """Those of `places` that have their event, but for events that the owner has lost."""
    if not places:
        return set()
    rows = await connection.fetch(TAKEN, source, *zip(*places, strict=True))
    return {
        (row["shard"], row["sequence"])
        for row in rows
        if not epochs.lost(row["shard"], row["epoch"], row["sequence"])
    }


async def note(
    connection: asyncpg.Connection,
    source: str,
    reads: Sequence[Read],
    heads: Mapping[int, int],
    before: Mapping[int, int],
) -> None:
    """Note what was applied, or has another place now, and the heads that moved."""
    rows: dict[UUID, tuple[Any, ...]] = {}
    for read in reads:
        assert isinstance(read.said, Accepted)
        envelope = read.said.envelope
        rows[envelope.event_id] = (
            *place_of(envelope),
            envelope.epoch,
            envelope.event_id,
            read.said.leaf,
        )
    if rows:
        await connection.execute(ADD, source, *zip(*rows.values(), strict=True))
    moved = [(shard, head) for shard, head in heads.items() if before.get(shard) != head]
    if moved:
        await connection.execute(MOVE_HEADS, source, *zip(*moved, strict=True))
