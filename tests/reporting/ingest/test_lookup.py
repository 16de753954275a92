"""What a batch is told of PostgreSQL: what is nearly always empty is looked up where it is not."""

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.lookup import Exceptions, exceptions, look_up
from services.reporting.ingest.settle import discard
from services.reporting.journal.record import Decoded
from shared.testing.author import Author
from tests.reporting.records import IN_ERROR, OPERATOR, Partition, gift, gift_stream


async def found(pool: asyncpg.Pool) -> Exceptions:
    async with pool.acquire() as connection:
        return await exceptions(connection)


async def test_a_sound_log_has_no_exceptions_and_one_of_each_kind_is_seen(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    first, second, third = (author.write(gift_stream(1), gift(1, quantity=n)) for n in (1, 2, 3))
    sound = [partition.raw(first)]
    await ingest.apply(sound, partition.move(sound))
    assert await found(pool) == (False, False, False, False, False)

    behind = [partition.raw(third)]
    await ingest.apply(behind, partition.move(behind))
    assert await found(pool) == (True, False, False, False, False)

    bad = [partition.raw(second._replace(data=b'{"org_id":"tjtc"}'))]
    await ingest.apply(bad, partition.move(bad))
    assert await found(pool) == (False, True, False, True, False)
    for number in await pool.fetch("SELECT id FROM quarantine ORDER BY id"):
        await discard(ingest, number["id"], OPERATOR, IN_ERROR)
    assert (await found(pool)).blocked  # what follows waits for a person all the same

    await pool.execute("INSERT INTO log_epochs VALUES ('/guildhall/benefits', 1, $1)", [0] * 32)
    assert (await found(pool)).restored


async def test_a_batch_is_told_what_the_journal_has_of_it(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(3)]
    await ingest.apply(raws[:2], partition.move(raws[:2]))
    records = [ingest.read(raw) for raw in raws]
    decoded = [record for record in records if isinstance(record, Decoded)]
    async with pool.acquire() as connection:
        known = await look_up(connection, records, decoded, Exceptions(False, False, False))
    identities = [(record.envelope.event_id, record.envelope.source) for record in decoded]
    assert known.identities == dict(
        zip(identities[:2], [record.leaf for record in decoded[:2]], strict=True)
    )
    assert sum(known.heads.values()) == 2
    assert (known.blocked, known.versions, known.epochs) == ({}, {}, {})
