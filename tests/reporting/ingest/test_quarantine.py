"""What is quarantined comes back as it came, and each content is kept once."""

import asyncpg

from services.reporting.ingest import quarantine
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.decode import Refused
from services.reporting.ingest.raw_rows import raw_of
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream


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
        await quarantine.insert(connection, refused)
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
            await quarantine.insert(connection, refused)
    rows = await pool.fetch("SELECT value, kafka_offset, times_seen FROM quarantine ORDER BY id")
    assert [tuple(row) for row in rows] == [(b"a", 0, 4), (b"b", 1, 2)]


async def test_a_strangers_words_never_stop_what_comes_with_them(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    """NUL is none of PostgreSQL's text, and a value may be nested a thousand deep."""
    author, partition = Author(), Partition()
    odd = [b'"a\\u0000b":1.5', b'"\\ud800":1', b'"x":' + b"[" * 1500 + b"]" * 1500]
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(5)]
    spoilt = [
        partition.junk(b"{" + member + b"," + (raws[0].value or b"")[1:])._replace(
            headers=raws[0].headers
        )
        for member in odd
    ]
    admission = await ingest.apply([*spoilt, *raws], partition.move([*spoilt, *raws]))
    assert len(admission.accepted) == len(raws)
    assert len(await quarantine.listed(pool)) == len(odd)
