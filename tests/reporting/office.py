"""A reporting database in which things happen and are judged."""

from datetime import UTC, date, datetime

import asyncpg

from services.reporting.findings.reactor import Reacted, react
from services.reporting.ingest.apply import Ingest
from services.reporting.journal import log as journal
from services.reporting.queries.verdicts import verdicts
from services.reporting.rules.definition import Verdict
from shared.clock import SimulatedClock
from shared.contract.benefits import GiftIssued, GiftReceiptSigned, GiftReturned
from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import DomainEvent
from shared.eventstore.store import EventStore
from shared.testing.author import Author
from tests.examples.benefits import gift_receipt_signed, gift_returned
from tests.examples.members import member_joined, organisation_registered, staff_registered
from tests.reporting.history import CANTEEN, CANTEEN_TOPIC, History, with_canteen
from tests.reporting.records import ORG, Partition, gift

DAY = date(2022, 9, 7)
NOW = datetime(2022, 9, 30, 8, 0, tzinfo=UTC)
YEAR = (date(2022, 1, 1), date(2022, 12, 31))


class Office:
    """One reporting database: what happened is ingested, and judged when asked."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.store = EventStore(pool, SimulatedClock(NOW), source_of("reporting"))
        self.history = History(started=datetime(2022, 9, 7, tzinfo=UTC))
        self.ingest = Ingest(
            pool, with_canteen(), self.store.clock, allow_simulated=True, quarantine_limit=0
        )
        self.reporting, self.partition = Author("reporting"), Partition(topic_of("reporting"))
        self.outside = Partition(CANTEEN_TOPIC)

    @classmethod
    async def opened(cls, pool: asyncpg.Pool) -> "Office":
        """An office whose union is registered, on a simulated clock, with three members."""
        office = cls(pool)
        registered = organisation_registered(
            occurred_on=DAY, name="学院工会", simulated=True, parent_org_id=None
        )
        await office.happened(registered, *members(1, 2, 3))
        return office

    async def happened(self, *events: DomainEvent, at: datetime | None = None) -> None:
        """These events are in the journal."""
        self.history(*events, at=at)
        await self.history.told(self.ingest)

    async def stranger_said(
        self, stream: str, event: DomainEvent, recorded_at: datetime | None = None
    ) -> None:
        """A source that numbers nothing said this, of any union."""
        publishers = with_canteen()
        publishers[CANTEEN_TOPIC] = publishers[CANTEEN_TOPIC]._replace(orgs=None)
        ingest = Ingest(
            self.pool, publishers, self.store.clock, allow_simulated=True, quarantine_limit=0
        )
        envelope = Author(source=CANTEEN).write(
            stream, event, simulated=True, recorded_at=recorded_at or self.history.now
        )
        await ingest.apply([self.outside.raw(envelope)], [])

    async def verdicts(
        self, at: int | None = None, first: date = YEAR[0], last: date = YEAR[1]
    ) -> list[Verdict]:
        """Verdicts on a period, by default 2022 and as known now."""
        known_at = await journal.last_index(self.pool) if at is None else at
        async with self.pool.acquire() as connection:
            return await verdicts(connection, ORG, first, last, known_at)

    async def react(self) -> Reacted:
        """Judge everything that is in the journal."""
        return await react(self.pool, self.store, await journal.last_index(self.pool))

    async def findings(self, rule: str, org: str = ORG) -> list[DomainEvent]:
        """Everything the reactor said of one rule, stream by stream."""
        rows = await self.pool.fetch(
            "SELECT DISTINCT stream FROM events WHERE starts_with(stream, $1) ORDER BY stream",
            f"{org}/finding-{rule}.",
        )
        loaded = await self.store.load_many([row["stream"] for row in rows])
        return [event for stream in loaded.values() for event in stream.events]

    async def travelled(self) -> None:
        """Reporting's own events came back through Kafka, as any other."""
        rows = await self.pool.fetch("SELECT stream FROM events GROUP BY stream ORDER BY stream")
        loaded = await self.store.load_many([row["stream"] for row in rows])
        raws = [
            self.partition.raw(
                self.reporting.write(stream, event, recorded_at=self.history.now, simulated=True)
            )
            for stream, found in loaded.items()
            for event in found.events
        ]
        await self.ingest.apply(raws, [])


def members(*numbers: int) -> list[DomainEvent]:
    """People of the register, members since long ago."""
    joined: list[DomainEvent] = []
    for number in numbers:
        person = {"org_id": ORG, "person_id": f"p-{number:08d}", "occurred_on": date(2010, 1, 1)}
        joined += [
            staff_registered(**person, birth_month=5),
            member_joined(**person, kind="new", from_org=None),
        ]
    return joined


def returned(person: int, programme: str = "mid-autumn-2022") -> GiftReturned:
    """The gift of a numbered person came back."""
    return gift_returned(occurred_on=DAY, programme_id=programme, person_id=f"p-{person:08d}")


def signed(person: int) -> GiftReceiptSigned:
    """A numbered person signed for the mid-autumn gift."""
    return gift_receipt_signed(
        occurred_on=DAY,
        programme_id="mid-autumn-2022",
        person_id=f"p-{person:08d}",
        signed_by=f"p-{person:08d}",
    )


def cash(person: int, programme: str = "mid-autumn-2022") -> GiftIssued:
    """Cash instead of goods, which no rule allows."""
    return gift(person, programme, payment_form="cash")
