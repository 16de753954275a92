"""How far each reader got in each source: the journal here, and the contexts' own copies.

A reader's shard is behind where its owner published more than the reader has without a gap.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import asyncpg

from services.reporting.reconciliation.log_difference import Compared, LogDifference
from shared.contract.catalogue import source_of, topic_of

JOURNAL = "reporting"
"""The name of the journal among the readers; a copy has its context's name."""


class Progress(NamedTuple):
    """How far a reader got in one source.

    `have` is by shard the last sequence it has without a gap (absent: 0), `read` how much of the
    topic it read. `gapped` are shards of which it has later records: a gap, however much is read.
    `later` says more of these where it is known: what it lacks ends where that begins.
    """

    reader: str
    source: str
    have: Mapping[int, int]
    read: int
    gapped: frozenset[int]
    later: Mapping[int, range] = MappingProxyType({})


class Gap(NamedTuple):
    """A shard whose accepted sequence (`have`) is behind what its owner published (`acked`); where
    the reader has the end of that already, `acked` is the last it lacks."""

    source: str
    shard: int
    have: int
    acked: int


Reason = Literal[
    "unreachable", "behind", "ahead", "differs", "not-compared", "lost-by-owner", "in-quarantine"
]
"""Why a source is not complete. `ahead`: the journal counts sequences that its owner has not
stamped, and would take what it stamps next for another event; `not-compared`: it was not looked at
to its end yet."""


class SourceState(NamedTuple):
    """One owner: whether all that it wrote is here, as it wrote it; where not, `reasons` say why.

    `behind`: events it has stamped, or will, that the journal lacks. `differences` are sequences at
    which the two say different things, `lost` events that the owner stored and never will publish,
    `quarantined` records of its topic that wait for a person.
    """

    source: str
    reachable: bool
    complete: bool
    behind: int
    gaps: list[Gap]
    reasons: Sequence[Reason] = ()
    differences: Sequence[LogDifference] = ()
    lost: Sequence[dict[str, Any]] = ()
    quarantined: int = 0


class CopyState(NamedTuple):
    """A context's own copy of another: how many published events it lacks, and where.

    `quarantined`: how many records it passed over for what they are; `first`, the first of them.
    `differences` are sequences at which it is not what its owner wrote, `compared`: whether it was
    looked at to its end. `refilling`: it is refilled, how many records of how many are read anew.
    """

    reader: str
    source: str
    behind: int
    gaps: list[Gap]
    quarantined: int = 0
    first: Sequence[Mapping[str, Any]] = ()
    differences: Sequence[LogDifference] = ()
    compared: bool = True
    refilling: Mapping[str, int] | None = None

    @property
    def complete(self) -> bool:
        """Whether it has what was published, all of it and as it was published, and passed nothing
        over."""
        return not (self.gaps or self.quarantined or self.differences or self.refilling) and (
            self.compared
        )


async def journal_progress(pool: asyncpg.Pool, contexts: Sequence[str]) -> dict[str, Progress]:
    """How far the journal got in these contexts, by source."""
    heads = await pool.fetch("SELECT source, shard, sequence FROM shard_heads")
    topics = await pool.fetch("SELECT topic, sum(next_offset) FROM positions GROUP BY topic")
    parked = await pool.fetch("SELECT DISTINCT source, shard FROM parked")
    read = {topic: int(offset) for topic, offset in topics}
    return {
        source: Progress(
            JOURNAL,
            source,
            {row["shard"]: row["sequence"] for row in heads if row["source"] == source},
            read.get(topic_of(context), 0),
            frozenset(row["shard"] for row in parked if row["source"] == source),
        )
        for context in contexts
        for source in (source_of(context),)
    }


async def positions(pool: asyncpg.Pool) -> dict[tuple[str, int], int]:
    """How far each (topic, partition) was read, summed over the lives of the topic."""
    rows = await pool.fetch(
        "SELECT topic, partition, sum(next_offset)::bigint FROM positions GROUP BY 1, 2"
    )
    return {(topic, partition): offset for topic, partition, offset in rows}


def copy_progress(reader: str, answer: Mapping[str, Any]) -> Progress:
    """One copy as its context tells of it (`GET /v1/copies`). Raises KeyError."""
    shards = answer["shards"]
    return Progress(
        reader,
        answer["source"],
        {row["shard"]: row["head"] for row in shards},
        answer["read"],
        frozenset(row["shard"] for row in shards if row["last"] > row["head"]),
        {
            row["shard"]: range(row["lacks_upto"] + 1, row["last"] + 1)
            for row in shards
            if row["last"] > row["head"]
        },
    )


def copy_state(
    reader: str,
    answer: Mapping[str, Any],
    shards: Sequence[Mapping[str, int]],
    compared: Compared | None,
) -> CopyState:
    """How a copy stands to its owner's `shards`, by what its context tells, and by what the
    comparison with the owner's log found (None: nothing). Raises KeyError."""
    found = gaps_of(shards, copy_progress(reader, answer))
    kept = answer.get("quarantine", {"count": 0, "first": ()})
    return CopyState(
        reader,
        answer["source"],
        missing(found),
        found,
        kept["count"],
        tuple(kept["first"]),
        compared.differences if compared else (),
        compared is not None and compared.all_of_it,
        answer.get("refilling"),
    )


def gaps_of(shards: Sequence[Mapping[str, int]], progress: Progress) -> list[Gap]:
    """What the owner of `shards` published and the reader has not."""
    found = []
    for row in shards:
        have, acked = progress.have.get(row["shard"], 0), row["acked"]
        if have < acked:
            later = progress.later.get(row["shard"], range(0))
            # A record that is never understood is asked for again and again: it alone.
            last = later.start - 1 if acked in later else acked
            found.append(Gap(progress.source, row["shard"], have, last))
    return found


def missing(found: Sequence[Gap]) -> int:
    """How many events lie in the gaps, counted to the last that was published."""
    return sum(gap.acked - gap.have for gap in found)


def source_state(
    name: str,
    head: Mapping[str, Any] | None,
    progress: Progress,
    compared: Compared | None,
    quarantined: int,
    *,
    had: Mapping[int, int] = MappingProxyType({}),
) -> SourceState:
    """How the journal stands to one owner; `head` is what that owner answers, `compared` what the
    comparison with its log found (None: nothing), `had` what the journal had before it answered."""
    if head is None:
        return SourceState(source_of(name), False, False, 0, [], ["unreachable"])
    behind = head["unstamped"] + sum(
        max(0, row["head"] - progress.have.get(row["shard"], 0)) for row in head["shards"]
    )
    lost, differences = head.get("lost", []), compared.differences if compared else []
    reasons: dict[Reason, Any] = {
        "behind": behind,
        "ahead": any(had.get(row["shard"], 0) > row["head"] for row in head["shards"]),
        "differs": differences,
        "not-compared": compared is None or not compared.all_of_it,
        "lost-by-owner": lost,
        "in-quarantine": quarantined,
    }
    why = [reason for reason, there in reasons.items() if there]
    gaps = gaps_of(head["shards"], progress)
    return SourceState(
        head["source"], True, not why, behind, gaps, why, differences, lost, quarantined
    )
