"""Every event of the contract, at the extremes of every field, before every reader of it.

Shown on 2026-11-29: one date stopped a replica for good. Here each reader is given all that
the contract allows, on a real PostgreSQL: it applies every event, and what it is asked afterwards
is answered. What is refused when it is said anew (`admissible.py`) may stand in a log from before:
the door is open here, and a test of its own sees that it refuses by name.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any, Literal, get_args, get_origin

import asyncpg
import pytest

from services.benefits.queries import people
from services.benefits.reactions import REACTIONS as OF_BENEFITS
from services.events.reactions import REACTIONS as OF_EVENTS
from services.reporting.ingest import decode
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from services.reporting.journal import log as journal
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.figure_sums import differences
from services.reporting.queries.figures import values_listed, values_now
from services.reporting.queries.knowledge import Period
from services.reporting.queries.verdicts import verdicts
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.rules import RULES
from shared.clock import system_clock
from shared.contract.catalogue import CATALOGUE, EVENT_TYPES, topic_of
from shared.contract.envelope import DomainEvent
from shared.eventstore.database import open_pool
from shared.kafka import acceptance
from shared.replicas.apply import Reaction, Replica
from shared.replicas.members import unknown_people
from shared.testing.author import Author
from tests.databases import NewDatabase
from tests.extremes import every_event, extremes
from tests.reporting.conftest import live_projections
from tests.reporting.records import Partition
from tests.shared.replicas.consumed import consumed, move, reader

BATCH = 400
EVER = Period(date.min, date.max)
DAYS = (date.min, date(1900, 1, 1), date(2022, 6, 30), date(9999, 12, 30), date.max)


def test_each_field_is_tried_at_its_extremes() -> None:
    for cls in CATALOGUE.values():
        values: dict[str, set[str]] = {}
        for event in extremes(cls):
            for name, value in event:
                values.setdefault(name, set()).add(repr(value))
        tried = {name for name, found in values.items() if len(found) > 1}
        one_value = {
            name
            for name, field in cls.model_fields.items()
            if get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1
        }
        assert tried | one_value == cls.model_fields.keys(), (
            f"{cls.__name__}: say its extremes in extremes.py"
        )


@pytest.fixture
def open_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the log was written: dates of all years are taken."""
    monkeypatch.setattr(acceptance, "check_event", lambda *_: None)
    monkeypatch.setattr(decode, "plausible", lambda *_: True)


def test_what_is_refused_at_the_door_is_refused_by_name() -> None:
    told = publishers(None)
    reasons: Counter[str] = Counter()
    for event in every_event():
        envelope = Author(event.CONTEXT).write(event.stream_of(), event)
        raw = Partition(topic_of(event.CONTEXT)).raw(envelope)
        found = decode.decode(raw, told, True, 2026)
        reasons[getattr(found, "reason", "accepted")] += 1
    assert reasons.keys() == {"accepted", "date-out-of-range"}
    assert reasons["accepted"] > reasons["date-out-of-range"]


@pytest.mark.usefixtures("open_door")
@pytest.mark.parametrize(
    ("service", "reactions"),
    [("benefits", OF_BENEFITS), ("events", OF_EVENTS)],
    ids=["benefits", "events"],
)
async def test_a_replica_applies_them_all(
    new_database: NewDatabase, service: str, reactions: Mapping[type[DomainEvent], Reaction]
) -> None:
    pool = await open_pool(await new_database("shared.eventstore", f"services.{service}"))
    replica = Replica(pool, service, reader("members", allow_simulated=True), reactions)
    author = Author("members")
    events = [event for cls in EVENT_TYPES["members"] for event in extremes(cls)]
    told = [
        author.write(event.stream_of(), event, simulated=getattr(event, "simulated", False))
        for event in events
    ]
    for at in range(0, len(told), BATCH):
        batch = told[at : at + BATCH]
        found = await replica.apply(consumed(batch, at), move(at, len(batch)))
        assert not found.quarantined and len(found.applied) == len(batch), found.quarantined
    for org_id in {event.org_id for event in events}:
        named = [getattr(event, "person_id", "p-000000") for event in events]
        await unknown_people(pool, org_id, named)
        if service == "benefits":
            for day in DAYS:
                await people.statuses_on(pool, org_id, day)
                await people.belonging(pool, org_id, "women_staff", day)
    await pool.close()


@pytest.fixture
async def database(new_database: NewDatabase) -> str:
    """The DSN of a reporting database with its projections."""
    return await new_database("shared.eventstore", "services.reporting", prepare=live_projections)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on it."""
    pool = await open_pool(database)
    yield pool
    await pool.close()


@pytest.mark.usefixtures("open_door")
async def test_reporting_folds_them_all_and_answers_and_rebuilds_alike(
    pool: asyncpg.Pool, database: str
) -> None:
    ingest = Ingest(
        pool, publishers(None), system_clock, allow_simulated=False, quarantine_limit=10**6
    )
    authors = {context: Author(context) for context in EVENT_TYPES}
    partitions = {context: Partition(topic_of(context)) for context in EVENT_TYPES}
    events = list(every_event())
    for at in range(0, len(events), BATCH):
        raws = [
            partitions[event.CONTEXT].raw(authors[event.CONTEXT].write(event.stream_of(), event))
            for event in events[at : at + BATCH]
        ]
        refused = (await ingest.apply(raws, [])).refused
        assert not refused, {(each.reason, each.detail) for each in refused}
    async with pool.acquire() as connection:
        last = await journal.last_index(connection)
        assert last == len(events)
        assert await differences(connection, LIVE) == []
        for org_id in sorted({event.org_id for event in events}):
            await _answers(connection, org_id, last)
    assert (await rebuild(database)).equal


async def _answers(connection: Any, org_id: str, last: int) -> None:
    for period in (EVER, Period(date(2022, 1, 1), date(2022, 12, 31))):
        at, now = await values_now(connection, org_id, period)
        assert at == last
        assert now == await values_listed(connection, org_id, period, last)
        for verdict in await verdicts(connection, org_id, *period, last):
            assert verdict.rule in {rule.id for rule in RULES}
