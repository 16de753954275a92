"""What is set aside comes back as it came."""

import asyncpg

from services.reporting.admission import Admission, Refused
from services.reporting.set_aside import count_outcomes, raw_of, set_aside
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
        await set_aside(connection, Admission([], [], [], refused, {}))
    rows = await pool.fetch("SELECT * FROM quarantine ORDER BY id")
    assert [raw_of(row) for row in rows] == raws


async def test_a_released_record_leaves_the_column_it_stood_in(pool: asyncpg.Pool) -> None:
    raw = Partition().junk(b"x")
    refused = Admission([], [], [], [Refused(raw, "undecodable", "")], {})
    async with pool.acquire() as connection:
        await count_outcomes(connection, refused)
        await count_outcomes(connection, Admission([], [], [], [], {}), [(raw, 3)])
    row = await pool.fetchrow("SELECT applied, duplicate, parked, quarantined FROM consumed")
    assert tuple(row) == (0, 0, 0, 0)
