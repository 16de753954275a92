"""One batch, one transaction: nothing lost, nothing doubled, everything accounted for."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.reporting.ingest import quarantine, settle
from services.reporting.ingest.apply import Ingest, QuarantineFull
from services.reporting.ingest.offsets import Fenced
from services.reporting.ingest.publishers import publishers
from services.reporting.journal import log as journal
from services.reporting.projections.as_of import LIVE
from shared.clock import system_clock
from shared.contract.benefits import GiftReceiptSigned, GiftReturned
from shared.contract.catalogue import CATALOGUE, outside_topic
from shared.contract.document import document_of
from shared.kafka.acceptance import Publisher
from shared.testing.author import Author
from tests.examples.benefits import gift_receipt_signed, gift_returned
from tests.reporting.records import (
    IN_ERROR,
    OPERATOR,
    ORG,
    Partition,
    counted,
    gift,
    gift_stream,
)


async def gifts_known(pool: asyncpg.Pool) -> list[str]:
    rows = await pool.fetch(f"SELECT person_id FROM {LIVE}.deliveries ORDER BY person_id")
    return [row["person_id"] for row in rows]


async def consumed(pool: asyncpg.Pool) -> dict[str, int]:
    row = await pool.fetchrow(
        "SELECT sum(applied) AS applied, sum(duplicate) AS duplicate, sum(parked) AS parked,"
        " sum(quarantined) AS quarantined FROM consumed"
    )
    return {name: int(value or 0) for name, value in row.items()}


async def test_a_batch_is_journalled_in_order_and_projected(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(3)]
    await ingest.apply(raws, partition.move(raws))
    rows = await pool.fetch("SELECT * FROM journal ORDER BY log_index")
    assert [row["log_index"] for row in rows] == [1, 2, 3]
    assert [row["document"] for row in rows] == [raw.value for raw in raws]
    assert [row["kafka_offset"] for row in rows] == [0, 1, 2]
    assert await gifts_known(pool) == ["p-00000000", "p-00000001", "p-00000002"]


async def test_the_same_records_again_change_nothing(pool: asyncpg.Pool, ingest: Ingest) -> None:
    author, partition = Author(), Partition()
    envelopes = [author.write(gift_stream(n), gift(n)) for n in range(5)]
    for _ in range(3):
        raws = [partition.raw(envelope) for envelope in envelopes]
        await ingest.apply(raws, partition.move(raws))
    assert await pool.fetchval("SELECT count(*) FROM journal") == 5
    assert await consumed(pool) == {"applied": 5, "duplicate": 10, "parked": 0, "quarantined": 0}


async def test_a_worker_that_lost_its_partition_is_fenced(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    first = [partition.raw(author.write(gift_stream(1), gift(1)))]
    move = partition.move(first)
    await ingest.apply(first, move)
    zombie = [partition.raw(author.write(gift_stream(2), gift(2)))]
    stale = [move[0]._replace(expected=0, next_offset=2)]
    with pytest.raises(Fenced, match="no longer at 0"):
        await ingest.apply(zombie, stale)
    assert await gifts_known(pool) == ["p-00000001"]


async def test_records_behind_a_gap_wait_and_follow_when_it_closes(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    stream = gift_stream(1)
    first, lost, last = (
        author.write(stream, gift(1)),
        author.write(stream, gift(1, quantity=2, amount_fen=60000)),
        author.write(stream, gift(1, quantity=3, amount_fen=90000)),
    )
    raws = [partition.raw(first), partition.raw(last)]
    await ingest.apply(raws, partition.move(raws))
    assert await consumed(pool) == {"applied": 1, "duplicate": 0, "parked": 1, "quarantined": 0}
    again = [partition.raw(lost)]
    await ingest.apply(again, partition.move(again))
    quantities = await pool.fetch(f"SELECT quantity FROM {LIVE}.deliveries ORDER BY valid_from")
    assert [row["quantity"] for row in quantities] == [1, 2, 3]
    assert await pool.fetchval("SELECT count(*) FROM parked") == 0
    assert await consumed(pool) == {"applied": 3, "duplicate": 0, "parked": 0, "quarantined": 0}


async def test_a_used_id_with_another_body_is_quarantined_with_its_bytes(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    known = author.write(gift_stream(1), gift(1))
    forged = known._replace(data=gift(1, quantity=9).model_dump_json().encode())
    raws = [partition.raw(known), partition.raw(forged)]
    await ingest.apply(raws, partition.move(raws))
    (row,) = await quarantine.listed(pool)
    assert row["reason"] == "id-reused"
    assert (await quarantine.one(pool, row["id"]))["value"] == document_of(forged)
    assert await gifts_known(pool) == ["p-00000001"]


async def test_what_is_no_event_is_quarantined_and_everything_else_flows(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    stranger = Author(source="/ext/stranger")
    raws = [
        partition.junk(b"not json"),
        partition.junk(None),
        partition.raw(author.write(gift_stream(1), gift(1))),
        partition.raw(stranger.write(gift_stream(2), gift(2))),
        partition.raw(author.write(gift_stream(3), gift(3))),
    ]
    await ingest.apply(raws, partition.move(raws))
    assert {row["reason"] for row in await quarantine.listed(pool)} == {
        "not-cloudevents",
        "no-value",
        "unregistered-source",
    }
    assert await gifts_known(pool) == ["p-00000001", "p-00000003"]
    assert sum((await consumed(pool)).values()) == len(raws)


async def test_a_bad_event_of_the_owner_holds_its_stream_alone_until_it_is_retried(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    stream, unknown = gift_stream(1), "guildhall.benefits.GiftBlessed.v1"
    bad = author.write(stream, gift(1), type=unknown)
    raws = [
        partition.raw(bad),
        partition.raw(author.write(stream, gift(1, quantity=2))),
        partition.raw(author.write(gift_stream(2), gift(2))),
    ]
    await ingest.apply(raws, partition.move(raws))
    assert await gifts_known(pool) == ["p-00000002"]
    waiting = await quarantine.listed(pool)
    assert [row["reason"] for row in waiting] == ["unknown-type", "stream-blocked"]
    await settle.discard(ingest, waiting[0]["id"], OPERATOR, IN_ERROR)
    retried = await settle.retry(ingest, waiting[1]["id"], "operator-1")
    assert retried.applied == 1
    assert await gifts_known(pool) == ["p-00000001", "p-00000002"]
    assert await consumed(pool) == {"applied": 2, "duplicate": 0, "parked": 0, "quarantined": 1}


async def test_too_much_in_quarantine_stops_ingest_and_drops_nothing(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    partition = Partition()
    raws = [partition.junk(b"%d" % n) for n in range(60)]
    with pytest.raises(
        QuarantineFull, match=r"60 records of .* would be in quarantine, at most 50"
    ):
        await ingest.apply(raws, partition.move(raws))
    assert await pool.fetchval("SELECT count(*) FROM positions") == 0


async def test_an_event_of_a_simulated_clock_is_refused_on_a_real_one(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(1), gift(1), simulated=True))]
    await ingest.apply(raws, partition.move(raws))
    (row,) = await quarantine.listed(pool)
    assert row["reason"] == "simulated-refused"


OF_ONE_GIFT = {"programme_id": "mid-autumn-2022"}


def signed(person: int) -> GiftReceiptSigned:
    who = f"p-{person:08d}"
    return gift_receipt_signed(
        **OF_ONE_GIFT, occurred_on="2022-09-08", person_id=who, signed_by=who
    )


def returned(person: int) -> GiftReturned:
    return gift_returned(**OF_ONE_GIFT, occurred_on="2022-09-09", person_id=f"p-{person:08d}")


async def test_a_gap_in_an_outside_sources_versions_is_quarantined_until_it_closes(
    pool: asyncpg.Pool,
) -> None:
    topic = outside_topic("canteen")
    canteen = Publisher("/ext/canteen", frozenset(CATALOGUE), frozenset({ORG}), False)
    ingest = Ingest(
        pool, {topic: canteen}, system_clock, allow_simulated=False, quarantine_limit=50
    )
    author, partition = Author(source="/ext/canteen"), Partition(topic)
    told = (gift(1), signed(1), returned(1))
    first, second, third = (author.write(gift_stream(1), each) for each in told)
    raws = [partition.raw(first), partition.raw(third)]
    await ingest.apply(raws, partition.move(raws))
    (row,) = await quarantine.listed(pool)
    assert (row["reason"], row["detail"]) == (
        "version-gap",
        f"version 3 of {gift_stream(1)}, the last one known is 1",
    )
    again = [partition.raw(second), partition.raw(third)]
    await ingest.apply(again, partition.move(again))
    assert await pool.fetchval("SELECT count(*) FROM journal") == 3


async def test_a_second_gift_in_a_strangers_stream_is_refused_in_whatever_batch_it_comes(
    pool: asyncpg.Pool,
) -> None:
    topic = outside_topic("canteen")
    canteen = Publisher("/ext/canteen", frozenset(CATALOGUE), frozenset({ORG}), False)
    ingest = Ingest(
        pool, {topic: canteen}, system_clock, allow_simulated=False, quarantine_limit=50
    )
    author, partition = Author(source="/ext/canteen"), Partition(topic)
    told = (signed(2), gift(1), gift(1), signed(1), signed(1), returned(1), gift(1))
    for event in told:
        batch = [partition.raw(author.write(event.stream_of(), event, stream_version=0))]
        await ingest.apply(batch, partition.move(batch))
    reasons = [row["reason"] for row in await quarantine.listed(pool)]
    assert reasons == ["not-issued", "already-issued", "already-signed"]
    assert await pool.fetchval("SELECT count(*) FROM journal") == 4


async def test_a_worker_whose_clock_is_ahead_seals_nothing_in_the_future(
    pool: asyncpg.Pool,
) -> None:
    """A seal never runs back: one in the future would hide from "as known now" all that follows."""
    ingest = Ingest(
        pool,
        publishers(None),
        lambda: datetime.now(UTC) + timedelta(days=400),
        allow_simulated=False,
        quarantine_limit=50,
    )
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(1), gift(1)))]
    await ingest.apply(raws, partition.move(raws))
    now = await pool.fetchval("SELECT clock_timestamp()")
    assert await journal.index_known_at(pool, now) == 1


async def test_a_record_seen_again_in_quarantine_keeps_its_first_reason(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    bad = author.write(gift_stream(1), gift(1), type="guildhall.benefits.GiftBlessed.v1")
    blocked = author.write(gift_stream(1), gift(1))
    for _ in range(2):
        raws = [partition.raw(bad), partition.raw(blocked)]
        await ingest.apply(raws, partition.move(raws))
    rows = await quarantine.listed(pool)
    assert [(row["reason"], row["times_seen"]) for row in rows] == [
        ("unknown-type", 2),
        ("stream-blocked", 2),
    ]


async def test_a_retry_that_meets_parked_records_counts_each_once(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    stream = gift_stream(1)
    bad = author.write(stream, gift(1), type="guildhall.benefits.GiftBlessed.v1")
    blocked, _lost, parked = (author.write(stream, gift(1, quantity=n)) for n in (1, 2, 3))
    raws = [partition.raw(bad), partition.raw(blocked), partition.raw(parked)]
    await ingest.apply(raws, partition.move(raws))
    assert await counted(pool) == (0, 0, 1, 2)
    first, _ = await quarantine.listed(pool)
    await settle.retry(ingest, first["id"], "operator-1")
    assert await counted(pool) == (0, 0, 1, 2)
