"""An outside source that imitates our numbering gains nothing by it, live and rebuilt.

Whether a source numbers its records is a property of its registration. Shown on 2026-11-29: a
rebuild took it from a column of the journal, so that a row with a shard became provable.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import orjson
import pytest

from services.reporting.ingest import parked, quarantine, settle
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from services.reporting.journal.record import Raw
from services.reporting.projections.as_of import LIVE
from services.reporting.queries.event import event_view
from services.reporting.rebuild.coordinator import rebuild
from shared.clock import system_clock
from shared.contract.benefits import GiftIssued, GiftReturned
from shared.contract.catalogue import NUMBERED
from shared.contract.envelope import Envelope, shard_of
from shared.eventstore.database import open_pool
from shared.kafka.acceptance import Publisher, owners
from shared.kafka.cloudevents import POSITION, Record, to_record
from shared.testing.author import Author, in_binary_mode
from tests.databases import NewDatabase
from tests.examples.benefits import gift_returned
from tests.reporting.conftest import live_projections
from tests.reporting.records import ORG, Partition, counted, gift, gift_stream

SOURCE, TOPIC = "/ext/canteen", "guildhall.ext.canteen.v1"
TYPES = frozenset({GiftIssued.type_name(), GiftReturned.type_name()})
CANTEEN = Publisher(SOURCE, TYPES, frozenset({ORG}), sequenced=False)
SHARD = shard_of(gift_stream(1))


@pytest.fixture
async def database(new_database: NewDatabase) -> str:
    """The superuser's DSN of a reporting database."""
    return await new_database("shared.eventstore", "services.reporting", prepare=live_projections)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on it."""
    pool = await open_pool(database, size=4)
    yield pool
    await pool.close()


@pytest.fixture
def ingest(pool: asyncpg.Pool) -> Ingest:
    """Ingest that hears the canteen."""
    told = publishers(None) | {TOPIC: CANTEEN}
    return Ingest(pool, told, system_clock, allow_simulated=False, quarantine_limit=50)


def told(person: int, author: Author | None = None, **changes: Any) -> Envelope:
    return (author or Author(source=SOURCE)).write(gift_stream(person), gift(person), **changes)


def came_back(person: int, author: Author) -> Envelope:
    who = f"p-{person:08d}"
    event = gift_returned(programme_id="mid-autumn-2022", person_id=who, occurred_on="2022-09-09")
    return author.write(gift_stream(person), event)


def positioned(position: str) -> Callable[[Envelope], Record]:
    def write(envelope: Envelope) -> Record:
        record = to_record(envelope)
        return record._replace(headers=[*record.headers, (POSITION, position.encode())])

    return write


def in_binary(position: str, **attributes: str) -> Callable[[Envelope], Record]:
    def write(envelope: Envelope) -> Record:
        record = in_binary_mode(envelope)
        named = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
        return record._replace(headers=[*record.headers, *named, (POSITION, position.encode())])

    return write


def in_document(**attributes: Any) -> Callable[[Envelope], Record]:
    def write(envelope: Envelope) -> Record:
        record = to_record(envelope)
        document = {**orjson.loads(record.value), **attributes}
        return record._replace(value=orjson.dumps(document))

    return write


IMITATIONS: dict[str, Callable[[Envelope], Record]] = {
    "the next place": positioned(f"1.{SHARD}.1"),
    "a place from nowhere": positioned(f"1.{SHARD}.4000000"),
    "an epoch from nowhere": positioned(f"9.{SHARD}.1"),
    "another shard": positioned(f"1.{(SHARD + 1) % 32}.1"),
    "no place at all": positioned("none.of.it"),
    "binary mode": in_binary(f"1.{SHARD}.1"),
    "attributes": in_binary(
        f"1.{SHARD}.1", shard=str(SHARD), shardsequence="1", sequence="1", epoch="1",
        sequenced="true", salt="00" * 16, guildhallposition=f"1.{SHARD}.1",
    ),
    "a document's attributes": in_document(
        shard=SHARD, shardsequence=1, epoch=1, sequenced=True, salt="00" * 16,
        guildhallposition=f"1.{SHARD}.1",
    ),
}  # fmt: skip


def raw(partition: Partition, record: Record) -> Raw:
    return partition.raw(told(1))._replace(
        key=record.key, value=record.value, headers=record.headers
    )


async def lines(pool: asyncpg.Pool) -> list[tuple[str, bool]]:
    """Of every line of a figure, whose it is and whether it is provable."""
    rows = await pool.fetch(
        f"SELECT source, provable FROM {LIVE}.figure_lines JOIN journal USING (log_index)"
        " ORDER BY log_index, valid_from"
    )
    return [(row["source"], row["provable"]) for row in rows]


async def placed(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    rows = await pool.fetch("SELECT epoch, shard, shard_sequence FROM journal ORDER BY log_index")
    return [tuple(row) for row in rows]


def test_only_ours_number_their_records() -> None:
    assert {publisher.source for publisher in owners().values()} == NUMBERED
    assert all(publisher.sequenced for publisher in owners().values())


@pytest.mark.parametrize("how", IMITATIONS)
async def test_a_position_from_outside_makes_nothing_provable(
    pool: asyncpg.Pool, ingest: Ingest, database: str, how: str
) -> None:
    author, partition = Author(source=SOURCE), Partition(TOPIC)
    write = IMITATIONS[how]
    events = [told(1, author), told(2, author), came_back(1, author)]
    records = [raw(partition, write(event)) for event in events]
    await ingest.apply(records, partition.move(records))
    assert await counted(pool) == (3, 0, 0, 0)
    assert await placed(pool) == [(0, None, None)] * 3
    assert await pool.fetchval("SELECT count(*) FROM shard_heads") == 0
    live = await lines(pool)
    assert live and all(not provable for _, provable in live)
    assert (await rebuild(database)).equal
    assert await lines(pool) == live
    view = await event_view(pool, ORG, events[0].event_id, 3)
    assert not view["provable"]


@pytest.mark.parametrize("how", IMITATIONS)
async def test_a_refused_one_blocks_nobody_and_is_no_more_when_it_is_retried(
    pool: asyncpg.Pool, ingest: Ingest, database: str, how: str
) -> None:
    """Its version is ahead of its stream's: a gap of the stream's own, and never of a shard's."""
    author, partition = Author(source=SOURCE), Partition(TOPIC)
    first, second, third = told(1, author), came_back(1, author), told(1, author)
    write = IMITATIONS[how]
    ahead = [raw(partition, write(each)) for each in (third, told(2))]
    await ingest.apply(ahead, partition.move(ahead))
    assert await counted(pool) == (1, 0, 0, 1)
    ours = Partition()
    real = [ours.raw(Author().write(gift_stream(3), gift(3)))]
    rest = [raw(partition, write(each)) for each in (first, second)]
    await ingest.apply([*rest, *real], [*partition.move(rest), *ours.move(real)])
    (waiting,) = await quarantine.listed(pool)
    assert (waiting["reason"], waiting["blocks_stream"]) == ("version-gap", False)
    retried = await settle.retry(ingest, waiting["id"], "operator-1")
    assert (retried.applied, await parked.give_up(pool, 0)) == (1, 0)
    assert sorted(await placed(pool), key=str) == [
        *[(0, None, None)] * 4,
        (1, shard_of(gift_stream(3)), 1),
    ]
    live = await lines(pool)
    assert dict(live) == {
        SOURCE: False,
        "/guildhall/benefits": True,
    }
    assert (await rebuild(database)).equal
    assert await lines(pool) == live


async def test_a_row_that_somebody_gave_a_place_is_as_unprovable_as_before(
    pool: asyncpg.Pool, ingest: Ingest, database: str
) -> None:
    partition = Partition(TOPIC)
    records = [partition.raw(told(1)), partition.raw(told(2))]
    await ingest.apply(records, partition.move(records))
    live = await lines(pool)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("ALTER TABLE journal DISABLE TRIGGER journal_append_only")
        await connection.execute("UPDATE journal SET epoch = 1, shard = $1, shard_sequence = 1", 1)
        await connection.execute("ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_append_only")
    assert (await rebuild(database)).equal
    assert await lines(pool) == live == [(SOURCE, False)] * 2
