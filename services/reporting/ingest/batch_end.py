"""What every batch writes last, in one statement: the head and its seal, how far projections were
folded, how far each shard came, and what became of the records."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Literal, NamedTuple, get_args

import asyncpg

from services.reporting.ingest.admission import Admission
from services.reporting.journal.log import Head
from services.reporting.journal.record import Raw

Outcome = Literal["applied", "duplicate", "parked", "quarantined"]
"""What became of a record that was consumed; a column of `consumed` each."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

ORIGIN, PLACE = attrgetter("origin"), itemgetter(slice(0, 4))
"""The origin of a record, and the partition of an origin."""

CLOSE = """
WITH moved AS (
    UPDATE journal_head SET next_index = $1, sealed_at = $2 WHERE next_index < $1
    RETURNING next_index - 1 AS last_index, sealed_at
), sealed AS (
    INSERT INTO seals (last_index, sealed_at) SELECT last_index, sealed_at FROM moved
), folds AS (
    UPDATE folded SET up_to = last_index FROM moved
), heads AS (
    INSERT INTO shard_heads (source, shard, sequence)
    SELECT * FROM unnest($3::text[], $4::int[], $5::bigint[])
    ON CONFLICT (source, shard) DO UPDATE SET sequence = EXCLUDED.sequence
)
INSERT INTO consumed AS c (cluster_id, topic_id, partition, applied, duplicate, parked, quarantined)
SELECT * FROM unnest($6::text[], $7::uuid[], $8::int[], $9::bigint[], $10::bigint[], $11::bigint[],
    $12::bigint[])
ON CONFLICT (cluster_id, topic_id, partition) DO UPDATE SET
    applied = c.applied + EXCLUDED.applied, duplicate = c.duplicate + EXCLUDED.duplicate,
    parked = c.parked + EXCLUDED.parked, quarantined = c.quarantined + EXCLUDED.quarantined
"""


class Released(NamedTuple):
    """Records that were parked or quarantined before, and are so no longer."""

    outcome: Outcome
    raws: Sequence[Raw]


async def close(
    connection: asyncpg.Connection,
    head: Head,
    admission: Admission,
    released: Iterable[Released] = (),
) -> None:
    """Close a batch, in its transaction. `head` is the journal's after it, sealed no earlier than
    before; a seal is written where it moved. `released` are taken off the outcome they had."""
    shards = [(*key, sequence) for key, sequence in admission.heads.items()]
    counted = _counts(admission, released)
    await connection.execute(
        CLOSE,
        head.next_index,
        head.sealed_at,
        *(zip(*shards, strict=True) if shards else [()] * 3),
        *(zip(*counted, strict=True) if counted else [()] * (3 + len(OUTCOMES))),
    )


def by_outcome(admission: Admission) -> dict[Outcome, list[Raw]]:
    """The records of a batch by what became of them."""
    return {
        "applied": [record.raw for record in admission.accepted],
        "duplicate": [record.raw for record in admission.duplicates],
        "parked": [record.raw for record in admission.parked],
        "quarantined": [record.raw for record in admission.refused],
    }


def _counts(admission: Admission, released: Iterable[Released]) -> list[tuple[Any, ...]]:
    """Rows of `consumed`: cluster id, topic id, partition, and a count for each outcome.

    Together the counts are what was consumed, so what was released is taken off."""
    counted = {outcome: _by_partition(raws) for outcome, raws in by_outcome(admission).items()}
    for outcome, raws in released:
        counted[outcome].subtract(_by_partition(raws))
    partitions = sorted({partition for counter in counted.values() for partition in counter})
    return [(*each, *(counted[outcome][each] for outcome in OUTCOMES)) for each in partitions]


def _by_partition(raws: Sequence[Raw]) -> Counter[tuple[Any, ...]]:
    """How many records came from each partition (cluster id, topic id, number); they come in runs
    of one partition each."""
    counter: Counter[tuple[Any, ...]] = Counter()
    for (cluster_id, topic_id, _, partition), run in groupby(map(ORIGIN, raws), PLACE):
        counter[cluster_id, topic_id, partition] += len(list(run))
    return counter
