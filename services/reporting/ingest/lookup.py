"""What PostgreSQL knows of the records of a batch, before it is decided what becomes of them.

Every question is one round trip, and of a batch of ten events at a thousand a second they are most
of what it costs: what is nearly always empty is first asked whether it is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg

from services.reporting.ingest.admission import Place, ShardKey
from services.reporting.ingest.decode import Refused
from services.reporting.ingest.lost_events import blocked_streams
from services.reporting.ingest.raw_rows import content_hash
from services.reporting.journal.record import Decoded, Origin, StreamKey
from shared.contract.attributes import envelope_of_document
from shared.contract.corrections import WITHDRAWALS
from shared.contract.decoders import decode_envelope, decode_event
from shared.contract.stream_agreement import Said
from shared.contract.stream_rules import KNOWN, History, history_of
from shared.contract.succession import Identity, Named
from shared.eventstore.epochs import Epochs, known_epochs

EXCEPTIONS = """
SELECT EXISTS (SELECT 1 FROM parked) AS parked,
    EXISTS (SELECT 1 FROM quarantine WHERE blocks_stream AND state IN ('open', 'discarded'))
        OR EXISTS (SELECT 1 FROM ahead_of_owner) AS blocked,
    EXISTS (SELECT 1 FROM log_epochs) AS restored,
    EXISTS (SELECT 1 FROM quarantine WHERE state = 'open') AS quarantined,
    EXISTS (SELECT 1 FROM quarantine WHERE blocks_stream AND state = 'applied') AS passed
"""
PASSED = """
SELECT source, stream, max(stream_version) AS version
FROM quarantine JOIN unnest($1::text[], $2::text[]) AS b(source, stream) USING (source, stream)
WHERE blocks_stream AND state = 'applied' GROUP BY source, stream
"""
HELD = """
SELECT j.source, j.shard, j.shard_sequence, bool_or(d.log_index IS NULL) AS counts
FROM unnest($1::text[], $2::int[], $3::bigint[]) AS p(source, shard, shard_sequence)
    JOIN journal j USING (source, shard, shard_sequence)
    LEFT JOIN disowned d ON d.log_index = j.log_index
GROUP BY 1, 2, 3
"""
IDENTITIES = """
SELECT j.event_id, j.source, j.leaf, d.log_index IS NULL AS counts
FROM journal j LEFT JOIN disowned d ON d.log_index = j.log_index WHERE j.event_id = ANY($1)
"""
DISCARDED = """
SELECT topic, content FROM quarantine JOIN unnest($1::text[], $2::bytea[]) AS c(topic, content)
    USING (topic, content)
WHERE state = 'discarded'
"""
TOLD = """
SELECT j.event_id, j.source, j.stream, j.document
FROM unnest($1::text[], $2::text[]) AS s(source, stream) JOIN journal j USING (source, stream)
    LEFT JOIN disowned d ON d.log_index = j.log_index
WHERE j.shard IS NULL AND j.type = ANY($3) AND d.log_index IS NULL
ORDER BY j.log_index
"""

NAMED = """
SELECT j.event_id, j.source, j.stream, j.type
FROM journal j LEFT JOIN disowned d ON d.log_index = j.log_index
WHERE j.event_id = ANY($1::uuid[]) AND d.log_index IS NULL
"""


class Exceptions(NamedTuple):
    """Whether anything is parked, any stream blocked, any owner's log restored, whether any record
    waits in quarantine, and whether any had a person apply what was behind another."""

    parked: bool
    blocked: bool
    restored: bool
    quarantined: bool = False
    passed: bool = False


class Known(NamedTuple):
    """What `admit` is told of a batch; its docstring says what each is."""

    heads: dict[ShardKey, int]
    identities: dict[Identity, bytes]
    blocked: dict[StreamKey, int]
    versions: dict[StreamKey, int]
    epochs: dict[str, Epochs]
    places: dict[Place, bool]
    passed: dict[StreamKey, int]
    histories: dict[StreamKey, History]
    named: dict[Identity, Named]
    disowned: set[tuple[Identity, bytes]]
    discarded: set[Origin]


async def exceptions(connection: asyncpg.Connection) -> Exceptions:
    """Ask which exceptions there are at all; the caller holds the journal's head."""
    return Exceptions(*await connection.fetchrow(EXCEPTIONS))


async def look_up(
    connection: asyncpg.Connection,
    records: Sequence[Decoded | Refused],
    decoded: Sequence[Decoded],
    there_are: Exceptions,
) -> Known:
    """Look up a batch: its `records`, and of these with what joins them those that are events."""
    streams = {record.stream_key for record in decoded}
    heads = await _heads(connection, records)
    identities, disowned = await _identities(connection, decoded)
    behind = _behind(decoded, heads, identities)
    return Known(
        heads=heads,
        identities=identities,
        blocked=await blocked_streams(connection, streams if there_are.blocked else ()),
        versions=await _versions(connection, decoded),
        epochs=await known_epochs(connection) if there_are.restored else {},
        places=await _places(connection, {_place(record) for record in behind}),
        passed=await _passed(connection, streams if there_are.passed else ()),
        histories=await _histories(connection, decoded),
        named=await _named(connection, decoded),
        disowned=disowned,
        discarded=await _discarded(connection, behind),
    )


async def _passed(
    connection: asyncpg.Connection, streams: Collection[StreamKey]
) -> dict[StreamKey, int]:
    if not streams:
        return {}
    rows = await connection.fetch(PASSED, *zip(*streams, strict=True))
    return {(row["source"], row["stream"]): row["version"] for row in rows}


def _behind(
    decoded: Iterable[Decoded],
    heads: Mapping[ShardKey, int],
    identities: Mapping[Identity, bytes],
) -> list[Decoded]:
    """Records behind the heads, and of what a person tries again any, that are not known: none in
    most batches."""
    return [
        record
        for record, e in ((r, r.envelope) for r in decoded if r.sequenced)
        if e.shard is not None
        and e.shard_sequence is not None
        and (record.retried or e.shard_sequence <= heads.get((e.source, e.shard), 0))
        and (e.event_id, e.source) not in identities
    ]


def _place(record: Decoded) -> Place:
    envelope = record.envelope
    return envelope.source, envelope.shard or 0, envelope.shard_sequence or 0


async def _discarded(connection: asyncpg.Connection, behind: Collection[Decoded]) -> set[Origin]:
    """Which of these a person discarded before, to the byte."""
    if not behind:
        return set()
    contents = {r.raw.origin: (r.raw.origin.topic, content_hash(r.raw)) for r in behind}
    rows = await connection.fetch(DISCARDED, *zip(*contents.values(), strict=True))
    found = {(row["topic"], row["content"]) for row in rows}
    return {origin for origin, content in contents.items() if content in found}


async def _places(connection: asyncpg.Connection, places: Collection[Place]) -> dict[Place, bool]:
    if not places:
        return {}
    rows = await connection.fetch(HELD, *zip(*places, strict=True))
    return {(row["source"], row["shard"], row["shard_sequence"]): row["counts"] for row in rows}


async def _identities(
    connection: asyncpg.Connection, decoded: Iterable[Decoded]
) -> tuple[dict[Identity, bytes], set[tuple[Identity, bytes]]]:
    """The leaf of each identity that counts, and those that are disowned."""
    ids = [record.envelope.event_id for record in decoded]
    rows = await connection.fetch(IDENTITIES, ids)
    counts: dict[Identity, bytes] = {}
    disowned = set()
    for row in rows:
        identity = (row["event_id"], row["source"])
        if row["counts"]:
            counts[identity] = row["leaf"]
        else:
            disowned.add((identity, row["leaf"]))
    return counts, disowned


async def _named(
    connection: asyncpg.Connection, decoded: Iterable[Decoded]
) -> dict[Identity, Named]:
    """What withdrawals of sources that are not ours name, where the journal has it, and it counts:
    none in most batches."""
    said: Iterable[Any] = (
        r.event for r in decoded if not r.sequenced and r.envelope.type in WITHDRAWALS
    )
    ids = [event.entry for event in said]
    rows = await connection.fetch(NAMED, ids) if ids else ()
    return {(row["event_id"], row["source"]): (row["stream"], row["type"]) for row in rows}


async def _heads(
    connection: asyncpg.Connection, records: Sequence[Decoded | Refused]
) -> dict[ShardKey, int]:
    shards = {
        (r.envelope.source, r.envelope.shard)
        for r in records
        if r.envelope is not None and r.envelope.shard is not None
    }
    if not shards:
        return {}
    rows = await connection.fetch(
        "SELECT h.source, h.shard, h.sequence FROM shard_heads h"
        " JOIN unnest($1::text[], $2::int[]) AS s(source, shard) USING (source, shard)",
        *zip(*shards, strict=True),
    )
    return {(row["source"], row["shard"]): row["sequence"] for row in rows}


async def _versions(
    connection: asyncpg.Connection, decoded: Sequence[Decoded]
) -> dict[StreamKey, int]:
    """The last version known of streams whose source numbers streams, but no shards."""
    streams = {
        (r.envelope.source, r.envelope.stream)
        for r in decoded
        if not r.sequenced and r.envelope.stream_version
    }
    if not streams:
        return {}
    rows = await connection.fetch(
        "SELECT j.source, j.stream, max(j.stream_version) AS version FROM journal j"
        " JOIN unnest($1::text[], $2::text[]) AS s(source, stream) USING (source, stream)"
        " WHERE j.shard IS NULL GROUP BY j.source, j.stream",
        *zip(*streams, strict=True),
    )
    return {(row["source"], row["stream"]): row["version"] for row in rows}


async def _histories(
    connection: asyncpg.Connection, decoded: Sequence[Decoded]
) -> dict[StreamKey, History]:
    """What stands in the streams of sources that are not ours, where that bears on what follows."""
    streams = {r.stream_key for r in decoded if not r.sequenced and r.envelope.type in KNOWN}
    if not streams:
        return {}
    rows = await connection.fetch(TOLD, *zip(*streams, strict=True), list(KNOWN))
    told: dict[StreamKey, list[Said]] = {}
    for row in rows:
        envelope = decode_envelope(row["document"]) or envelope_of_document(row["document"])
        event = decode_event(envelope.type, envelope.data)
        said = Said(row["event_id"], envelope.type, event)
        told.setdefault((row["source"], row["stream"]), []).append(said)
    return {stream: history_of(events) for stream, events in told.items()}
