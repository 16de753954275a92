"""What an owner published against what a reader holds, the journal or a copy: not how many, but
what.

Both sides answer the digest of a range of a shard's sequences; a range that differs is narrowed,
sixteen parts at a time, until its entries can be laid side by side. Each round looks at what is new
since the last one, at what differed before, and at some of what was equal once, all of it in turn.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import structlog

from services.reporting.reconciliation import difference_store as kept
from services.reporting.reconciliation.log_difference import Compared, LogDifference, differing
from services.reporting.reconciliation.owner_client import OwnerClient
from services.reporting.reconciliation.readers import Journal, Reader
from shared.relay.digests import RANGES_MAX, Range

log = structlog.get_logger("comparison")

RANGE = 4096
"""Sequences of a shard in one digest: at a document of 700 bytes, 3 MB are hashed for it."""
AGAIN = 256
OLDER_SECONDS = 10.0
"""Of each shard, how many sequences that were equal are looked at again, and how often at most."""
PARTS = 16
SIDE_BY_SIDE = 64
"""Sequences in a range that is narrowed no further."""
NAMED_MAX = 200
"""Differences named of one source; what lies beyond is looked at when these are settled."""
ROUND_SECONDS = 4.0
"""After which a round begins no further range; what is left is the next one's."""


class Comparison:
    """Compares owners' logs, a round at a time. `whole`: all of them in every round."""

    def __init__(self, pool: asyncpg.Pool, *, whole: bool = False) -> None:
        self.pool, self.whole = pool, whole
        self._again: dict[tuple[kept.Read, int], int] = {}
        self._looked: dict[kept.Read, float] = {}

    async def round(
        self,
        client: OwnerClient,
        name: str,
        source: str,
        ends: Mapping[int, int],
        reader: Reader | None = None,
    ) -> Compared:
        """Compare one owner's log with a reader (None: the journal) up to `ends`, the last sequence
        of each shard that both sides should have. Raises OwnerSilent where one does not answer."""
        reader = reader or Journal(self.pool)
        one = _Round(self.pool, client, name, source, reader)
        equal = {} if self.whole else await kept.compared(self.pool, one.read)
        known = await kept.listed(self.pool, one.read)
        await one.look([Range(each.shard, each.sequence, each.sequence) for each in known])
        began = time.monotonic()
        if not self.whole and began - self._looked.get(one.read, -OLDER_SECONDS) >= OLDER_SECONDS:
            self._looked[one.read] = began
            await one.look(self._older(one.read, equal))
        reached = {shard: min(equal.get(shard, 0), end) for shard, end in ends.items()}
        while ranges := _next(reached, ends):
            if not self.whole and time.monotonic() - began > ROUND_SECONDS:
                break
            await one.look(ranges)
            if one.full:
                break
            ends_of_ranges = {each.shard: each.last for each in ranges}
            await kept.keep_compared(self.pool, one.read, ends_of_ranges)
            reached |= ends_of_ranges
        found = await kept.listed(self.pool, one.read)
        if set(one.found) - set(known):
            log.error(
                "a reader holds what its owner did not publish, or lacks what it did",
                reader=reader.name,
                source=source,
                count=len(found),
                first=[each._asdict() for each in one.found[:5]],
            )
        return Compared(found, not one.full and not _next(reached, ends))

    def _older(self, read: kept.Read, equal: Mapping[int, int]) -> list[Range]:
        """Of each shard the next stretch of what was equal once; from its beginning after its
        end."""
        ranges = []
        for shard, end in equal.items():
            if end:
                after = self._again.get((read, shard), 0)
                first = after + 1 if after < end else 1
                last = min(first + AGAIN - 1, end)
                self._again[read, shard] = last
                ranges.append(Range(shard, first, last))
        return ranges


class _Round:
    """One owner and one reader, asked in one round; `found` are the differences it came upon."""

    def __init__(
        self, pool: asyncpg.Pool, client: OwnerClient, name: str, source: str, reader: Reader
    ) -> None:
        self.pool, self.client, self.name, self.source = pool, client, name, source
        self.reader, self.read = reader, kept.Read(reader.name, source)
        self.found: list[LogDifference] = []

    @property
    def full(self) -> bool:
        """Whether no more differences are named."""
        return len(self.found) >= NAMED_MAX

    async def look(self, ranges: Sequence[Range]) -> None:
        """Compare ranges, and keep what differs in place of what was known to differ there."""
        for start in range(0, len(ranges), RANGES_MAX):
            asked = ranges[start : start + RANGES_MAX]
            differing_ranges = await self._differing(asked)
            await kept.settle(self.pool, self.read, set(asked) - set(differing_ranges))
            for each in differing_ranges:
                await self._narrow(each)

    async def _narrow(self, whole: Range) -> None:
        """Find what differs in a range, the lowest sequence first."""
        waiting = [whole]
        while waiting and not self.full:
            each = waiting.pop()
            if each.last - each.first < SIDE_BY_SIDE:
                found = await self._side_by_side(each)
                await kept.keep(self.pool, self.read, each, found)
                self.found += found
                continue
            parts = _parts(each)
            wrong = await self._differing(parts)
            await kept.settle(self.pool, self.read, set(parts) - set(wrong))
            waiting += reversed(wrong)

    async def _differing(self, ranges: Sequence[Range]) -> list[Range]:
        """Those of the ranges whose digests are not the same."""
        theirs, ours = await asyncio.gather(
            self.client.digests(self.name, ranges),
            self.reader.digests(self.source, ranges),
        )
        return [
            each
            for each, owner, held in zip(ranges, theirs, ours, strict=True)
            if (owner["count"], owner["sha256"]) != (held["count"], held["sha256"])
        ]

    async def _side_by_side(self, each: Range) -> list[LogDifference]:
        theirs, ours = await asyncio.gather(
            self.client.entries(self.name, each),
            self.reader.entries(self.source, each),
        )
        told = {entry["event_id"]: entry["leaf"] for entry in theirs if entry["event_id"]}
        elsewhere = await self.reader.elsewhere(self.source, told)
        return differing(self.source, each.shard, theirs, ours, elsewhere)


def _next(reached: Mapping[int, int], ends: Mapping[int, int]) -> list[Range]:
    """Of each shard that is not at its end, the next range."""
    return [
        Range(shard, reached[shard] + 1, min(reached[shard] + RANGE, end))
        for shard, end in ends.items()
        if reached[shard] < end
    ]


def _parts(each: Range) -> list[Range]:
    size = -(-(each.last - each.first + 1) // PARTS)
    return [
        Range(each.shard, first, min(first + size - 1, each.last))
        for first in range(each.first, each.last + 1, size)
    ]


def ends_of(head: Mapping[str, Any], have: Mapping[int, int]) -> dict[int, int]:
    """Of each shard the last sequence that the owner stamped and the journal has passed."""
    return {row["shard"]: min(row["head"], have.get(row["shard"], 0)) for row in head["shards"]}


def ends_of_copy(
    head: Mapping[str, Any], copy: Mapping[str, Any], before: Mapping[int, int]
) -> dict[int, int]:
    """The same of a copy; where it was further than its owner is now (`before` are its heads from
    before the owner was asked), it has what the owner never stamped: up to there."""
    ends = ends_of(head, {row["shard"]: row["head"] for row in copy["shards"]})
    ahead = {row["shard"]: before.get(row["shard"], 0) for row in head["shards"]}
    stamped = {row["shard"]: row["head"] for row in head["shards"]}
    return ends | {shard: was for shard, was in ahead.items() if was > stamped[shard]}
