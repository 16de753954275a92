"""Repair: what a reader has lacked for too long, its owner is asked to publish again.

A shard that stays behind what Kafka acknowledged is asked for, so a silent skip is healed; one
whose records are still being read is only late, and is given time.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import asyncpg
import structlog

from services.reporting.reconciliation.owner_client import OwnerClient
from services.reporting.reconciliation.progress import JOURNAL, Gap, Progress, gaps_of, positions
from services.reporting.reconciliation.watchdog import Watchdog
from shared.contract.catalogue import topic_of

log = structlog.get_logger("repair")

PATIENCE_SECONDS = 10.0
"""How long a shard may stand behind Kafka's acknowledgement before its range is asked for. It
doubles with every asking: a reader that is stopped must not fill Kafka with repeats."""
LONGEST_PATIENCE_SECONDS = 300.0


class Observed(NamedTuple):
    """A reader's gap as it was seen: while any of these moves, what is missing may be on its way.
    `read` is how far the topic was read; where later records are there it plays no part (-1)."""

    reader: str
    source: str
    shard: int
    have: int
    read: int


class Patience(NamedTuple):
    """Since when (monotonic seconds) a gap is there unchanged, and how long it may be."""

    since: float
    seconds: float


class Repair:
    """Remembers which gaps were there last round, and asks for those that outlast patience.

    `watchdog` is told what was published again for the journal: it must now be read.
    """

    def __init__(
        self, pool: asyncpg.Pool, patience_seconds: float, watchdog: Watchdog | None
    ) -> None:
        self.pool, self.patience_seconds, self.watchdog = pool, patience_seconds, watchdog
        self._seen: dict[Observed, Patience] = {}

    async def round(
        self,
        owners: OwnerClient,
        readers: Iterable[Progress],
        heads: Mapping[str, Sequence[Mapping[str, int]]],
    ) -> None:
        """Ask the owners for what was missing too long; what an owner that is away was asked
        before is not forgotten. `heads` are the owners' shards, by source."""
        now = time.monotonic()
        known = self._seen
        self._seen = {key: known[key] for key in known if key.source not in heads}
        for progress in readers:
            for gap in gaps_of(heads.get(progress.source, ()), progress):
                read = -1 if gap.shard in progress.gapped else progress.read
                key = Observed(progress.reader, gap.source, gap.shard, gap.have, read)
                patience = known.get(key, Patience(now, self.patience_seconds))
                if now - patience.since >= patience.seconds:
                    await self._republish(owners, progress.reader, gap)
                    longer = min(patience.seconds * 2, LONGEST_PATIENCE_SECONDS)
                    patience = Patience(now, longer)
                self._seen[key] = patience

    async def _republish(self, owners: OwnerClient, reader: str, gap: Gap) -> None:
        log.warning("asking the owner to publish again", reader=reader, **gap._asdict())
        owner = gap.source.rpartition("/")[2]
        # Before the asking: what it brings may have been read when it is answered.
        read = await positions(self.pool)
        published = await owners.republish(owner, gap)
        if published and self.watchdog is not None and reader == JOURNAL:
            self.watchdog.published_again(time.monotonic(), topic_of(owner), gap.shard, read)
