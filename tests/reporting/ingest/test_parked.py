"""Records parked behind a gap: none is dropped, and each is counted as what became of it."""

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.quarantine import listed
from shared.eventstore.event_ids import uuid7
from shared.testing.author import Author
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
    (row,) = await listed(pool)
    assert (row["reason"], row["times_seen"]) == ("sequence-reused", 2)
    closing = [partition.raw(lost)]
    await ingest.apply(closing, partition.move(closing))
    assert await counted(pool) == (3, 2, 0, 2)
