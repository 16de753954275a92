"""The journal's digests are an owner's, whatever the range; what is not of the log is left out."""

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.reconciliation import journal_digests
from shared.relay.digests import Range
from shared.testing.author import Author
from tests.reporting.reconciliation.owner_log import OwnerLog
from tests.reporting.records import Partition, altered, gift, gift_stream

SOURCE = "/guildhall/benefits"


async def test_they_are_the_owners_in_every_range(pool: asyncpg.Pool, ingest: Ingest) -> None:
    author, partition, owner = Author(), Partition(), OwnerLog()
    envelopes = [author.write(gift_stream(n % 7), gift(n % 7)) for n in range(60)]
    owner.write(envelopes)
    raws = [partition.raw(envelope) for envelope in envelopes]
    await ingest.apply(raws, partition.move(raws))
    shards = {envelope.shard or 0 for envelope in envelopes}
    asked = [Range(n, a, b) for n in shards for a in (1, 2, 5) for b in (1, 4, 9)]
    found = await journal_digests.digests(pool, SOURCE, asked)
    assert found == [owner.digest(*each) for each in asked]
    assert await journal_digests.digests(pool, SOURCE, []) == []
    for each in asked:
        told = await journal_digests.entries(pool, SOURCE, each)
        assert [
            {name: row[name] for name in ("sequence", "event_id", "type", "leaf")} for row in told
        ] == owner.entries(*each)
    assert (await journal_digests.digests(pool, "/guildhall/members", asked[:1]))[0]["count"] == 0


async def test_they_are_of_the_bytes_and_not_of_what_is_stored_beside_them(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    author, partition, owner = Author(), Partition(), OwnerLog()
    envelope = author.write(gift_stream(1), gift(1))
    owner.write([envelope])
    raws = [partition.raw(envelope)]
    await ingest.apply(raws, partition.move(raws))
    asked = Range(envelope.shard or 0, 1, 1)
    await altered(pool, 1, b'"quantity":1', b'"quantity":7')
    (digest,) = await journal_digests.digests(pool, SOURCE, [asked])
    assert digest != owner.digest(*asked)
    ids = [str(envelope.event_id)]
    leaves = await journal_digests.leaves(pool, SOURCE, ids)
    assert leaves.keys() == set(ids)
    assert leaves[ids[0]] != owner.entries(*asked)[0]["leaf"]
    await pool.execute("INSERT INTO disownings (log_index, by, at, counts) VALUES (1, 2, 2, false)")
    assert (await journal_digests.digests(pool, SOURCE, [asked]))[0]["count"] == 0
    assert await journal_digests.entries(pool, SOURCE, asked) == []
