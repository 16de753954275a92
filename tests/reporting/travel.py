"""Reporting's own events come back through Kafka, as any other."""

import asyncio
from collections import Counter

import asyncpg

from services.reporting.ingest.apply import Ingest
from shared.contract.attributes import envelope_of_document
from shared.contract.catalogue import topic_of
from shared.contract.envelope import shard_of
from tests.reporting.records import Partition

STORED = "SELECT document FROM events ORDER BY event_id"


class Travel:
    """Brings what reporting's own store holds into its journal, each event once and to the byte."""

    def __init__(self, pool: asyncpg.Pool, ingest: Ingest) -> None:
        self.pool, self.ingest = pool, ingest
        self._partition = Partition(topic_of("reporting"))
        self._sequences: Counter[int] = Counter()
        self._arrived, self._one = 0, asyncio.Lock()

    async def __call__(self) -> int:
        """Whatever has not arrived yet is in the journal; how many events that were."""
        async with self._one:
            return await self._bring()

    async def _bring(self) -> int:
        rows = (await self.pool.fetch(STORED))[self._arrived :]
        raws = []
        for row in rows:
            envelope = envelope_of_document(row["document"])
            shard = shard_of(envelope.stream)
            self._sequences[shard] += 1
            stamped = envelope._replace(epoch=1, shard=shard, shard_sequence=self._sequences[shard])
            raws.append(self._partition.raw(stamped, value=row["document"]))
        if raws:
            admission = await self.ingest.apply(raws, [])
            assert not admission.refused, admission.refused
        self._arrived += len(rows)
        return len(rows)
