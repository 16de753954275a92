"""A record in quarantine is settled once, by a person, and the log says so."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha256

import asyncpg
import orjson
import pytest

from services.reporting.ingest import parked, quarantine, settle
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.quarantine import ALL
from services.reporting.ingest.settle import Discarding
from services.reporting.ingest.settle_many import Filter, Page, Place, discard_many
from services.reporting.projections.as_of import LIVE
from shared.clock import system_clock
from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import Envelope
from shared.contract.reporting import QuarantineDiscarded
from shared.errors import Conflict, Unknown
from shared.eventstore.event_ids import uuid7
from shared.eventstore.store import EventStore
from shared.testing.author import Author
from tests.reporting.records import IN_ERROR, OPERATOR, Partition, counted, gift, gift_stream

UNKNOWN = "guildhall.benefits.GiftBlessed.v1"
STREAM = gift_stream(1)


class Stream:
    """One stream of benefits, whose second version reporting cannot read."""

    def __init__(self, ingest: Ingest) -> None:
        self.ingest, self.author, self.partition = ingest, Author(), Partition()

    async def says(self, quantity: int, **changes: object) -> None:
        envelope = self.author.write(STREAM, gift(1, quantity=quantity), **changes)
        raws = [self.partition.raw(envelope)]
        await self.ingest.apply(raws, self.partition.move(raws))

    async def quantities(self) -> list[int]:
        rows = await self.ingest.pool.fetch(
            f"SELECT quantity FROM {LIVE}.deliveries ORDER BY valid_from"
        )
        return [row["quantity"] for row in rows]


@pytest.fixture
async def stream(ingest: Ingest) -> Stream:
    """Version 1 counts, version 2 is refused."""
    stream = Stream(ingest)
    await stream.says(1)
    await stream.says(2, type=UNKNOWN)
    return stream


async def said(pool: asyncpg.Pool, number: int) -> list[object]:
    store = EventStore(pool, system_clock, source_of("benefits"))
    return list((await store.load(f"guildhall/quarantine-{number}")).events)


async def test_a_discard_is_an_event_with_its_reason_as_a_code_and_no_words(
    pool: asyncpg.Pool, ingest: Ingest, stream: Stream
) -> None:
    (row,) = await quarantine.listed(pool)
    for _ in range(2):  # idempotent
        await settle.discard(ingest, row["id"], OPERATOR, IN_ERROR)
    (event,) = await said(pool, row["id"])
    assert isinstance(event, QuarantineDiscarded)
    record = await quarantine.one(pool, row["id"])
    assert event.content_sha256 == record["content"].hex()
    assert (event.org_id, event.refused_for, event.reason) == (
        "guildhall",
        "unknown-type",
        "sent_in_error",
    )
    assert event.note_sha256 == sha256(IN_ERROR.words.encode()).hexdigest()
    stored = await pool.fetchval("SELECT document FROM events")
    told = orjson.loads(stored)
    assert (told["actor"], told["role"]) == ("operator-1", "operator")
    assert "simulated" not in told
    assert IN_ERROR.words.encode() not in stored
    assert (record["settled_by"], record["settled_for"], record["settled_why"]) == (
        "operator-1",
        "sent_in_error",
        "published in error",
    )
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_the_discard_is_read_as_any_other_event(
    pool: asyncpg.Pool, ingest: Ingest, stream: Stream
) -> None:
    (row,) = await quarantine.listed(pool)
    await settle.discard(ingest, row["id"], OPERATOR, IN_ERROR)
    (event,) = await said(pool, row["id"])
    assert isinstance(event, QuarantineDiscarded)
    author, partition = Author("reporting"), Partition(topic_of("reporting"))
    now = datetime.now(UTC)
    envelope = author.write(f"guildhall/quarantine-{row['id']}", event, recorded_at=now)
    raws = [partition.raw(envelope)]
    admission = await ingest.apply(raws, [])
    assert (len(admission.accepted), admission.refused) == (1, [])


async def test_what_is_not_open_is_not_discarded_and_nothing_is_said(
    pool: asyncpg.Pool, ingest: Ingest, stream: Stream
) -> None:
    with pytest.raises(Unknown, match="no-such-record"):
        await settle.discard(ingest, 999, OPERATOR, IN_ERROR)
    (row,) = await quarantine.listed(pool)
    await pool.execute("UPDATE quarantine SET state = 'applied'")
    with pytest.raises(Conflict, match="already-settled"):
        await settle.discard(ingest, row["id"], OPERATOR, IN_ERROR)
    assert await said(pool, row["id"]) == []


async def test_of_two_who_discard_for_different_reasons_one_is_refused(
    pool: asyncpg.Pool, ingest: Ingest, stream: Stream
) -> None:
    (row,) = await quarantine.listed(pool)
    outcomes = await asyncio.gather(
        settle.discard(ingest, row["id"], OPERATOR, IN_ERROR),
        settle.discard(ingest, row["id"], OPERATOR, Discarding("other", "as I said")),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
    assert len(await said(pool, row["id"])) == 1


async def test_a_stream_goes_on_without_a_discarded_version_only_when_a_person_says_so(
    pool: asyncpg.Pool, ingest: Ingest, stream: Stream
) -> None:
    (bad,) = await quarantine.listed(pool)
    await settle.discard(ingest, bad["id"], OPERATOR, IN_ERROR)
    await stream.says(3)  # nothing waited when it was discarded, and still it is not passed over
    assert await stream.quantities() == [1]
    (gap,) = await quarantine.listed(pool)
    assert (gap["reason"], gap["detail"]) == (
        "version-gap",
        f"version 2 of {STREAM} was discarded, or found its place taken: settle it, and retry to"
        " go on",
    )

    await stream.says(4)
    retried = await settle.retry(ingest, gap["id"], "operator-1")
    assert (retried.tried, retried.applied) == (2, 2)
    await stream.says(5)
    assert await stream.quantities() == [1, 3, 4, 5]
    assert await counted(pool) == (4, 0, 0, 1)


async def test_versions_before_a_discarded_one_are_not_held(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    stream = Stream(ingest)
    await stream.says(1, type=UNKNOWN, stream_version=9)
    (bad,) = await quarantine.listed(pool)
    await settle.discard(ingest, bad["id"], OPERATOR, IN_ERROR)
    await stream.says(2)
    assert await stream.quantities() == [2]


async def test_what_a_gap_kept_waiting_is_not_retried_before_what_closed_it(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    """What waited was read first, and so stands first in quarantine."""
    author, partition = Author(), Partition()
    first, second, third = (
        author.write(STREAM, gift(1, quantity=1)),
        author.write(STREAM, gift(1, quantity=2), type=UNKNOWN),
        author.write(STREAM, gift(1, quantity=3)),
    )
    other = author.write(gift_stream(2), gift(2))
    for batch in ([first, third], [second, other]):
        raws = [partition.raw(each) for each in batch]
        await ingest.apply(raws, partition.move(raws))
    rows = await quarantine.listed(pool)
    assert [(row["reason"], row["stream_version"]) for row in rows] == [
        ("stream-blocked", 3),
        ("unknown-type", 2),
    ]
    retried = await settle.retry(ingest, rows[0]["id"], "operator-1")
    assert (retried.tried, retried.applied) == (1, 0)
    retried = await settle.retry(ingest, rows[1]["id"], "operator-1")
    assert (retried.tried, retried.applied) == (2, 0)


async def test_what_waited_behind_a_gap_and_is_refused_when_retried_blocks_its_stream(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    first, _lost, third, fourth = (
        author.write(STREAM, gift(1, quantity=n), simulated=n == 3) for n in (1, 2, 3, 4)
    )
    raws = [partition.raw(each) for each in (first, third, fourth)]
    ingest.allow_simulated = True
    await ingest.apply(raws, partition.move(raws))
    ingest.allow_simulated = False
    await parked.give_up(pool, seconds=0)
    for row in await quarantine.listed(pool):
        retried = await settle.retry(ingest, row["id"], "operator-1")
        assert retried.applied == 0
    reasons = [row["reason"] for row in await quarantine.listed(pool)]
    assert reasons == ["simulated-refused", "stream-blocked"]


class Taken(Stream):
    """Of two records under one sequence the forged one came last, in another stream."""

    async def batch(self, *envelopes: Envelope) -> None:
        raws = [self.partition.raw(envelope) for envelope in envelopes]
        await self.ingest.apply(raws, self.partition.move(raws))

    def forged(self) -> Envelope:
        """Under the sequence of version 1, as if it were version 2."""
        data = gift(1, quantity=99).model_dump_json().encode()
        first = self.first
        return first._replace(event_id=uuid7(), stream_version=2, data=data)

    async def begins(self) -> Envelope:
        self.first = self.author.write(STREAM, gift(1, quantity=1))
        forged = self.forged()
        await self.batch(self.first, forged)
        return forged

    def next(self, quantity: int) -> Envelope:
        return self.author.write(STREAM, gift(1, quantity=quantity))


async def test_a_record_that_found_its_place_taken_frees_its_stream_when_it_is_discarded(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    taken = Taken(ingest)
    await taken.begins()
    (row,) = await quarantine.listed(pool)
    assert (row["reason"], row["blocks_stream"]) == ("sequence-reused", True)
    await settle.discard(ingest, row["id"], OPERATOR, IN_ERROR)
    await taken.batch(taken.next(2), taken.next(3))
    assert await quarantine.listed(pool) == []
    assert await taken.quantities() == [1, 2, 3]


@pytest.mark.parametrize("many", [False, True])
async def test_what_waited_behind_it_is_applied_when_it_is_discarded(
    pool: asyncpg.Pool, ingest: Ingest, many: bool
) -> None:
    taken = Taken(ingest)
    await taken.begins()
    # Version 2 is in its place; version 3 would come behind the forged version 2.
    await taken.batch(taken.next(2), taken.next(3), taken.next(4))
    rows = await quarantine.listed(pool)
    assert [row["reason"] for row in rows] == ["sequence-reused", "version-gap", "version-gap"]
    if many:
        page = Page(ALL, Filter(reason="sequence-reused"), Place(), 100)
        await discard_many(ingest, OPERATOR, page, IN_ERROR)
    else:
        await settle.discard(ingest, rows[0]["id"], OPERATOR, IN_ERROR)
    assert await quarantine.listed(pool) == []
    assert await taken.quantities() == [1, 2, 3, 4]


async def test_what_was_discarded_and_comes_again_blocks_nothing_in_its_batch(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    """As where the owner publishes its log again, or another consumer reads the topic anew."""
    taken = Taken(ingest)
    forged = await taken.begins()
    (row,) = await quarantine.listed(pool)
    await settle.discard(ingest, row["id"], OPERATOR, IN_ERROR)
    await taken.batch(forged, taken.next(2), taken.next(3))
    assert await quarantine.listed(pool) == []
    assert await taken.quantities() == [1, 2, 3]
    assert (await quarantine.one(pool, row["id"]))["times_seen"] == 2
