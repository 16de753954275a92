"""What is set aside rather than applied, and the count of what became of every record.

Parked: behind a hole in its shard, waiting. Quarantined: not acceptable, kept with its exact bytes.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import asyncpg

from services.reporting.ingest.admission import Admission, Refused
from services.reporting.journal.record import Decoded, Origin, Raw, pack_headers, unpack_headers

QUARANTINE = """
INSERT INTO quarantine AS q (reason, detail, source, stream, event_id, parks_stream, cluster_id,
    topic_id, topic, partition, kafka_offset, key, headers, value, stream_version, content,
    times_seen)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::boolean[],
    $7::text[], $8::uuid[], $9::text[], $10::int[], $11::bigint[], $12::bytea[], $13::bytea[],
    $14::bytea[], $15::int[], $16::bytea[], $17::int[])
ON CONFLICT (topic, content) DO UPDATE SET times_seen = q.times_seen + EXCLUDED.times_seen,
    reason = CASE q.state WHEN 'retrying' THEN EXCLUDED.reason ELSE q.reason END,
    detail = CASE q.state WHEN 'retrying' THEN EXCLUDED.detail ELSE q.detail END,
    state = CASE q.state WHEN 'retrying' THEN 'open' ELSE q.state END
"""
PARK = """
INSERT INTO parked (source, shard, sequence, cluster_id, topic_id, topic, partition, kafka_offset,
    key, headers, value, epoch)
SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::uuid[], $6::text[],
    $7::int[], $8::bigint[], $9::bytea[], $10::bytea[], $11::bytea[], $12::int[])
ON CONFLICT (source, shard, epoch, sequence) DO NOTHING
"""
PARKED = """
SELECT p.* FROM parked p JOIN unnest($1::text[], $2::int[], $3::bigint[], $4::int[])
    AS w(source, shard, sequence, epoch) USING (source, shard, sequence, epoch)
"""


async def set_aside(connection: asyncpg.Connection, admission: Admission) -> Admission:
    """Keep what a batch parked and refused, a statement for each; one seen before in quarantine is
    only counted. Returns the admission, less what was parked before: that is a duplicate, or where
    it is another record under the same sequence, refused.
    """
    if admission.parked:
        admission = await _park(connection, admission)
    if admission.refused:
        await connection.execute(QUARANTINE, *zip(*_refused_rows(admission.refused), strict=True))
    return admission


async def _park(connection: asyncpg.Connection, admission: Admission) -> Admission:
    rows = [_parked_row(record) for record in admission.parked]
    columns = list(zip(*rows, strict=True))
    await connection.execute(PARK, *columns)
    stored = {
        (row["source"], row["shard"], row["sequence"], row["epoch"]): raw_of(row)
        for row in await connection.fetch(PARKED, *columns[:3], columns[-1])
    }
    parked, again, refused = [], list(admission.duplicates), list(admission.refused)
    for record, row in zip(admission.parked, rows, strict=True):
        waiting = stored[*row[:3], row[-1]]
        if waiting.origin == record.raw.origin:
            parked.append(record)
        elif _content(waiting) == _content(record.raw):
            again.append(record)
        else:
            detail = f"another event waits as sequence {row[2]} of shard {row[1]}"
            refused.append(Refused(record.raw, "sequence-reused", detail, record.envelope))
    return admission._replace(parked=parked, duplicates=again, refused=refused)


def raw_of(row: Any) -> Raw:
    """The record kept in a row of `parked` or `quarantine`."""
    origin = Origin(
        row["cluster_id"], row["topic_id"], row["topic"], row["partition"], row["kafka_offset"]
    )
    return Raw(origin, row["key"], unpack_headers(row["headers"]), row["value"])


def _parked_row(record: Decoded) -> tuple[Any, ...]:
    envelope, raw = record.envelope, record.raw
    origin = raw.origin
    return (
        envelope.source,
        envelope.shard,
        envelope.shard_sequence,
        origin.cluster_id,
        origin.topic_id,
        origin.topic,
        origin.partition,
        origin.offset,
        raw.key,
        pack_headers(raw.headers),
        raw.value,
        envelope.epoch,
    )


def _refused_rows(refused: Sequence[Refused]) -> list[tuple[Any, ...]]:
    """One row for each content: a statement may meet the same row only once."""
    rows: dict[tuple[str, bytes], tuple[Any, ...]] = {}
    seen: Counter[tuple[str, bytes]] = Counter()
    for record in refused:
        key = record.raw.origin.topic, _content(record.raw)
        if key not in rows:
            rows[key] = _refused_row(record)
        seen[key] += 1
    return [(*row, key[1], seen[key]) for key, row in rows.items()]


def _refused_row(record: Refused) -> tuple[Any, ...]:
    envelope, raw = record.envelope, record.raw
    return (
        record.reason,
        record.detail,
        envelope and envelope.source,
        envelope and envelope.stream,
        envelope and envelope.event_id,
        record.parks,
        *raw.origin,
        raw.key,
        pack_headers(raw.headers),
        raw.value,
        envelope.stream_version if envelope else 0,
    )


def _content(raw: Raw) -> bytes:
    """SHA-256 of what the record holds, wherever it was read."""
    parts = (raw.key or b"", pack_headers(raw.headers), raw.value or b"")
    return hashlib.sha256(b"\0".join(parts)).digest()


def groups(admission: Admission) -> list[tuple[str, list[Raw]]]:
    """The records of a batch by their outcome, in the order of the columns of `consumed`."""
    return [
        ("applied", [record.raw for record in admission.accepted]),
        ("duplicate", [record.raw for record in admission.duplicates]),
        ("parked", [record.raw for record in admission.parked]),
        ("quarantined", [record.raw for record in admission.refused]),
    ]


def counts(admission: Admission, released: Sequence[tuple[Raw, int]]) -> list[tuple[Any, ...]]:
    """Per partition (cluster id, topic id, number): applied, duplicate, parked, quarantined.

    Together they are what was consumed, so a record released from the third or fourth is taken off
    there."""
    counted: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for at, (_, group) in enumerate(groups(admission)):
        for (cluster_id, topic_id, _, partition), count in _by_partition(group):
            counted[cluster_id, topic_id, partition][at] += count
    for raw, at in released:
        counted[raw.origin.cluster_id, raw.origin.topic_id, raw.origin.partition][at] -= 1
    return [(*key, *counted[key]) for key in sorted(counted)]


def _by_partition(group: Sequence[Raw]) -> Iterator[tuple[tuple[Any, ...], int]]:
    """How many records each partition gave, in runs of one partition each."""
    for origin, run in groupby(group, key=lambda raw: raw.origin[:4]):
        yield origin, sum(1 for _ in run)
