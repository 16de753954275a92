"""What is set aside comes back as it came."""

import asyncpg

from services.reporting.ingest.admission import Admission, Refused
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.outcomes import raw_of, set_aside
from services.reporting.ingest.quarantine import listed
from shared.eventstore.event_ids import uuid7
from shared.testing.author import Author
from tests.reporting.records import Partition, counted, gift, gift_stream


async def test_a_quarantined_record_is_given_back_byte_for_byte(pool: asyncpg.Pool) -> None:
    partition = Partition()
    odd_headers = [("ce_id", b""), ("ce_id", b"twice"), ("名", bytes(range(256)))]
    raws = [
        partition.junk(None, None),
        partition.junk(b"\x00\xff", b""),
        partition.raw(Author().write(gift_stream(1), gift(1)), headers=odd_headers),
    ]
    refused = [Refused(raw, "undecodable", "as a test says") for raw in raws]
    async with pool.acquire() as connection:
        await set_aside(connection, Admission([], [], [], refused, {}))
    rows = await pool.fetch("SELECT * FROM quarantine ORDER BY id")
    assert [raw_of(row) for row in rows] == raws


async def test_the_same_content_many_times_in_a_batch_is_one_record_seen_so_often(
    pool: asyncpg.Pool,
) -> None:
    partition = Partition()
    raws = [partition.junk(b"a"), partition.junk(b"b"), partition.junk(b"a")]
    refused = [Refused(raw, "not-cloudevents", "as a test says") for raw in raws]
    async with pool.acquire() as connection:
        for _ in range(2):
            await set_aside(connection, Admission([], [], [], refused, {}))
    rows = await pool.fetch("SELECT value, kafka_offset, times_seen FROM quarantine ORDER BY id")
    assert [tuple(row) for row in rows] == [(b"a", 0, 4), (b"b", 1, 2)]


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
    (row,) = await listed(pool)
    assert (row["reason"], row["times_seen"]) == ("sequence-reused", 2)
    closing = [partition.raw(lost)]
    await ingest.apply(closing, partition.move(closing))
    assert await counted(pool) == (3, 2, 0, 2)
