"""What is set aside rather than applied, and the count of what became of every record.

Parked: behind a hole in its shard, waiting. Quarantined: not acceptable, kept with its exact bytes.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import asyncpg

from services.reporting.admission import Admission, Decoded, Refused
from services.reporting.entry import Origin, Raw, pack_headers, unpack_headers

QUARANTINE = """
INSERT INTO quarantine AS q (reason, detail, source, stream, event_id, parks_stream, cluster_id,
    topic_id, topic, partition, kafka_offset, key, headers, value, content)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (topic, content) DO UPDATE SET times_seen = q.times_seen + 1,
    reason = CASE q.state WHEN 'retrying' THEN EXCLUDED.reason ELSE q.reason END,
    detail = CASE q.state WHEN 'retrying' THEN EXCLUDED.detail ELSE q.detail END,
    state = CASE q.state WHEN 'retrying' THEN 'open' ELSE q.state END
"""
PARK = """
INSERT INTO parked (source, shard, sequence, cluster_id, topic_id, topic, partition, kafka_offset,
    key, headers, value)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (source, shard, sequence) DO NOTHING
"""
COUNT = """
INSERT INTO consumed AS c (cluster_id, topic_id, partition, applied, duplicate, parked, quarantined)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (cluster_id, topic_id, partition) DO UPDATE SET
    applied = c.applied + EXCLUDED.applied, duplicate = c.duplicate + EXCLUDED.duplicate,
    parked = c.parked + EXCLUDED.parked, quarantined = c.quarantined + EXCLUDED.quarantined
"""


async def set_aside(connection: asyncpg.Connection, admission: Admission) -> None:
    """Keep what a batch parked and refused; one seen before in quarantine is only counted."""
    if admission.parked:
        await connection.executemany(PARK, [_parked_row(r) for r in admission.parked])
    if admission.refused:
        await connection.executemany(QUARANTINE, [_refused_row(r) for r in admission.refused])


async def count_outcomes(
    connection: asyncpg.Connection, admission: Admission, released: Sequence[tuple[Raw, int]] = ()
) -> None:
    """Add a batch to `consumed`; `released` are records that leave the column of that number."""
    await connection.executemany(COUNT, _counts(admission, released))


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
        envelope.source, envelope.shard, envelope.shard_sequence, origin.cluster_id,
        origin.topic_id, origin.topic, origin.partition, origin.offset, raw.key,
        pack_headers(raw.headers), raw.value,
    )  # fmt: skip


def _refused_row(record: Refused) -> tuple[Any, ...]:
    envelope, raw = record.envelope, record.raw
    headers = pack_headers(raw.headers)
    content = hashlib.sha256(b"\0".join((raw.key or b"", headers, raw.value or b""))).digest()
    return (
        record.reason, record.detail, envelope and envelope.source, envelope and envelope.stream,
        envelope and envelope.event_id, record.parks, *raw.origin[:3], raw.origin.partition,
        raw.origin.offset, raw.key, headers, raw.value, content,
    )  # fmt: skip


def groups(admission: Admission) -> list[tuple[str, list[Raw]]]:
    """The records of a batch by their outcome, in the order of the columns of `consumed`."""
    return [
        ("applied", [record.raw for record in admission.accepted]),
        ("duplicate", [record.raw for record in admission.duplicates]),
        ("parked", [record.raw for record in admission.parked]),
        ("quarantined", [record.raw for record in admission.refused]),
    ]


def _counts(admission: Admission, released: Sequence[tuple[Raw, int]]) -> list[tuple[Any, ...]]:
    """Per partition: applied, duplicate, parked, quarantined. Together they are what was consumed,
    so a record released from the third or fourth is taken off there."""
    counted: Counter[tuple[Any, ...]] = Counter()
    for at, (_, group) in enumerate(groups(admission)):
        counted.update((*raw.origin[:2], raw.origin.partition, at) for raw in group)
    counted.subtract((*raw.origin[:2], raw.origin.partition, at) for raw, at in released)
    keys = sorted({key[:3] for key in counted})
    return [(*key, *(counted[(*key, at)] for at in range(4))) for key in keys]
