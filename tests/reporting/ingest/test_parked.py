"""Records parked behind a gap: none is dropped, and each is counted as what became of it."""

from itertools import permutations

import asyncpg
import pytest

from services.reporting.ingest import parked, quarantine, settle
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.raw_rows import content_hash
from shared.contract.document import document_of
from shared.contract.envelope import shard_of
from shared.errors import Conflict
from shared.eventstore.event_ids import uuid7
from shared.testing.author import Author
from tests.examples.benefits import gift_receipt_signed
from tests.reporting.records import Partition, counted, gift, gift_stream


async def test_of_two_records_parked_under_one_sequence_neither_is_dropped(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    stream = gift_stream(1)
    first, lost, last = (author.write(stream, gift(1, quantity=n)) for n in (1, 2, 3))
    other = last._replace(event_id=uuid7(), data=gift(1, quantity=9).model_dump_json().encode())
    raws = [partition.raw(each) for each in (first, last, last, other)]
    await ingest.apply(raws, partition.move(raws))
    assert await counted(pool) == (1, 1, 1, 1)
    again = [partition.raw(each) for each in (last, other)]
    await ingest.apply(again, partition.move(again))
    assert await counted(pool) == (1, 2, 1, 2)
    (row,) = await quarantine.listed(pool)
    assert (row["reason"], row["times_seen"]) == ("sequence-reused", 2)
    closing = [partition.raw(lost)]
    await ingest.apply(closing, partition.move(closing))
    assert await counted(pool) == (3, 2, 0, 2)


async def test_what_waited_too_long_behind_a_gap_is_quarantined_and_can_be_retried(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    stream = gift_stream(1)
    first, _lost, third = (
        author.write(stream, gift(1)),
        author.write(stream, gift(1, quantity=2)),
        author.write(stream, gift(1, quantity=3)),
    )
    raws = [partition.raw(first), partition.raw(third)]
    await ingest.apply(raws, partition.move(raws))
    assert await parked.give_up(pool, seconds=3600) == 0
    assert await parked.give_up(pool, seconds=0) == 1
    (row,) = await quarantine.listed(pool)
    assert row["reason"] == "gap-not-closed"
    kept = await quarantine.one(pool, row["id"])
    assert kept["value"] == document_of(third)
    assert kept["content"] == content_hash(raws[1])
    assert await counted(pool) == (1, 0, 0, 1)
    assert (await settle.retry(ingest, row["id"], "operator-1")).applied == 1


async def test_what_waited_in_one_stream_is_retried_in_its_order(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    """Applied after its followers, the first event of a stream would meet rows that it opens."""
    author, partition = Author(), Partition()
    lost, opened, signed = (
        author.write(gift_stream(7), gift(7)),
        author.write(gift_stream(1), gift(1)),
        author.write(
            gift_stream(1),
            gift_receipt_signed(
                programme_id="mid-autumn-2022", person_id="p-00000001", signed_by="p-00000001"
            ),
        ),
    )
    last = lost.shard_sequence or 0
    waiting = [
        each._replace(shard_sequence=last + nth) for nth, each in enumerate((opened, signed), 1)
    ]
    # The second was given up before the first came: what was quarantined first is not the first.
    assert all(each.shard == shard_of(each.stream) for each in waiting)
    for each in reversed(waiting):
        raws = [partition.raw(each, key=None)]
        await ingest.apply(raws, partition.move(raws))
        await parked.give_up(pool, seconds=0)
    second, first = await quarantine.listed(pool)
    assert (second["stream"], second["event_id"]) == (signed.stream, signed.event_id)
    with pytest.raises(Conflict, match=f"record {first['id']} is of the same stream") as refused:
        await settle.retry(ingest, second["id"], "operator-1")
    assert refused.value.code == "earlier-first"
    for row in (first, second):
        assert (await settle.retry(ingest, row["id"], "operator-1")).applied == 1


async def test_a_record_that_a_batch_releases_and_parks_again_has_waited_since_it_came(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    """In a shard that is never quiet, what waits behind a gap would never be given up."""
    author, partition = Author(), Partition()
    stream = gift_stream(1)
    first, _lost, third, fourth = (author.write(stream, gift(1, quantity=n)) for n in (1, 2, 3, 4))
    raws = [partition.raw(first), partition.raw(third)]
    await ingest.apply(raws, partition.move(raws))
    await pool.execute("UPDATE parked SET parked_at = parked_at - interval '1 hour'")
    (since,) = [row["parked_at"] for row in await pool.fetch("SELECT parked_at FROM parked")]
    more = [partition.raw(fourth)]
    await ingest.apply(more, partition.move(more))
    rows = await pool.fetch("SELECT parked_at FROM parked ORDER BY sequence")
    assert rows[0]["parked_at"] == since < rows[1]["parked_at"]
    assert await parked.give_up(pool, seconds=1800) == 1


async def test_what_waited_and_is_acceptable_no_more_is_quarantined_not_dropped(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    stream = gift_stream(1)
    first, lost, last = (author.write(stream, gift(1, quantity=n)) for n in (1, 2, 3))
    raws = [partition.raw(first), partition.raw(last)]
    await ingest.apply(raws, partition.move(raws))
    bad = document_of(last._replace(data=b'{"org_id":"tjtc"}'))
    await pool.execute("UPDATE parked SET value = $1", bad)
    again = [partition.raw(lost)]
    await ingest.apply(again, partition.move(again))
    (row,) = await quarantine.listed(pool)
    assert row["reason"] == "invalid-data"
    assert await counted(pool) == (2, 0, 0, 1)


async def test_a_sequence_from_nowhere_waits_and_leaves_what_is_counted_alone(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    stream = gift_stream(1)
    phantom = author.write(stream, gift(1, quantity=9))._replace(
        shard_sequence=10**9, stream_version=9
    )
    author = Author()
    raws = [partition.raw(author.write(stream, gift(1))), partition.raw(phantom)]
    await ingest.apply(raws, partition.move(raws))
    for quantity in (2, 3):
        more = [partition.raw(author.write(stream, gift(1, quantity=quantity)))]
        await ingest.apply(more, partition.move(more))
    assert await counted(pool) == (3, 0, 1, 0)
    assert await pool.fetchval("SELECT kafka_offset FROM parked") == 1


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_a_gap_that_is_closed_in_the_same_batch_keeps_nobody_waiting(
    pool: asyncpg.Pool, ingest: Ingest, order: tuple[int, ...]
) -> None:
    """As where the owner publishes a lost record again, and the reader comes to both at once."""
    author, partition = Author(), Partition()
    written = [author.write(gift_stream(1), gift(1, quantity=n)) for n in (1, 2, 3)]
    raws = [partition.raw(written[n]) for n in order]
    await ingest.apply(raws, partition.move(raws))
    assert await counted(pool) == (3, 0, 0, 0)
    rows = await pool.fetch("SELECT event_id FROM journal ORDER BY log_index")
    assert [row["event_id"] for row in rows] == [each.event_id for each in written]


async def test_a_retry_gives_nobody_a_place_beyond_the_gap_that_is_held(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    first, _lost, third = (author.write(gift_stream(1), gift(1, quantity=n)) for n in (1, 2, 3))
    other = third._replace(event_id=uuid7())
    raws = [partition.raw(each) for each in (first, third, other)]
    await ingest.apply(raws, partition.move(raws))
    await parked.give_up(pool, seconds=0)
    retried = [
        (await settle.retry(ingest, row["id"], "operator-1")).applied
        for row in await quarantine.listed(pool)
    ]
    assert retried == [1, 0]


async def test_what_a_person_went_on_without_is_not_applied_after_what_follows_it(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    first, late, third, fourth = (
        author.write(gift_stream(1), gift(1, quantity=n)) for n in (1, 2, 3, 4)
    )
    raws = [partition.raw(first), partition.raw(third)]
    await ingest.apply(raws, partition.move(raws))
    await parked.give_up(pool, seconds=0)
    (waits,) = await quarantine.listed(pool)
    await settle.retry(ingest, waits["id"], "operator-1")
    raws = [partition.raw(each) for each in (late, third, fourth)]  # published again after all
    await ingest.apply(raws, partition.move(raws))
    versions = "SELECT stream_version FROM journal ORDER BY log_index"
    assert [row["stream_version"] for row in await pool.fetch(versions)] == [1, 3, 4]
    (row,) = await quarantine.listed(pool)
    assert (row["reason"], row["stream_version"]) == ("version-late", 2)
    assert (await settle.retry(ingest, row["id"], "operator-1")).applied == 1  # a person says so
