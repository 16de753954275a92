"""A replica of members on an event store of its own, without Kafka."""

from collections.abc import AsyncIterator, Iterable

import asyncpg
import pytest

from shared.contract.envelope import Envelope
from shared.contract.members import StaffCountDeclared
from shared.errors import ContractViolation
from shared.eventstore.database import open_pool
from shared.eventstore.store import Also
from shared.replicas.admission import Admission
from shared.replicas.apply import Replica
from tests.shared.replicas.consumed import consumed, move, reader

WROTE = "INSERT INTO copy VALUES ($1, $2) ON CONFLICT (place) DO UPDATE SET times = copy.times + 1"


def counted(event: StaffCountDeclared, envelope: Envelope) -> Also:
    """Some counts are poison: one no date holds, one no row, one the code refuses by name."""
    if event.staff == 13:
        raise OverflowError("date value out of range")
    if event.staff == 14:
        raise ContractViolation("attribute-invalid", "14 is none")
    place = -1 if event.staff == 15 else envelope.shard_sequence or 0
    return Also(WROTE, [(place, 1)])


class Copy:
    """A replica, and the topic it reads: each call is a batch at the next offset."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool, self.read = pool, 0
        reactions = {StaffCountDeclared: counted}
        self.replica = Replica(pool, "benefits", reader("members"), reactions, ("copy",))

    async def hears(self, envelopes: Iterable[Envelope]) -> Admission:
        """One batch."""
        records = consumed(envelopes, self.read)
        found = await self.replica.apply(records, move(self.read, len(records)))
        self.read += len(records)
        return found

    async def rows(self) -> dict[int, int]:
        """What the reactions wrote: how often, by the sequence of the event."""
        return {row["place"]: row["times"] for row in await self.pool.fetch("TABLE copy")}


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on an event store."""
    pool = await open_pool(database, size=4)
    yield pool
    await pool.close()


@pytest.fixture
async def copy(pool: asyncpg.Pool) -> Copy:
    """A copy of which nothing was heard."""
    await pool.execute("CREATE TABLE copy (place bigint PRIMARY KEY CHECK (place > 0), times int)")
    return Copy(pool)
