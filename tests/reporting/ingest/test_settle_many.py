"""Many records are settled at once: all that a filter names, each with its event, and no others."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.reporting.ingest import quarantine, settle
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from services.reporting.ingest.quarantine import ALL, Scope
from services.reporting.ingest.settle_many import (
    Filter,
    Page,
    Place,
    Settled,
    discard_many,
    retry_many,
)
from shared.clock import system_clock
from shared.contract.reporting import QuarantineDiscarded
from shared.testing.author import Author
from tests.reporting.records import IN_ERROR, OPERATOR, Partition, counted, gift, gift_stream

UNKNOWN = "guildhall.benefits.GiftBlessed.v1"


@pytest.fixture
def roomy(pool: asyncpg.Pool) -> Ingest:
    """Ingest with room for thousands."""
    carried = publishers(None)
    return Ingest(pool, carried, system_clock, allow_simulated=False, quarantine_limit=20_000)


async def read(ingest: Ingest, partition: Partition, raws: list[object]) -> None:
    await ingest.apply(raws, partition.move(raws))  # type: ignore[arg-type]


async def garbage(ingest: Ingest, count: int, partition: Partition | None = None) -> None:
    partition = partition or Partition()
    await read(ingest, partition, [partition.junk(b"%d" % n) for n in range(count)])


async def every_page(
    ingest: Ingest, which: Filter, limit: int = 500, scope: Scope = ALL
) -> list[Settled]:
    """Discard all that the filter names, page by page."""
    after: Place | None = Place()
    done = []
    while after is not None:
        page = Page(scope, which, after, limit)
        done.append(await discard_many(ingest, OPERATOR, page, IN_ERROR))
        after = done[-1].next
    return done


async def test_thousands_are_discarded_with_an_event_each(
    pool: asyncpg.Pool, roomy: Ingest
) -> None:
    await garbage(roomy, 1_700)
    done = await every_page(roomy, Filter(reason="not-cloudevents"))
    assert [each.discarded for each in done] == [500, 500, 500, 200]
    assert [each.left for each in done] == [1200, 700, 200, 0]
    assert await quarantine.listed(pool) == []
    said = await pool.fetchval(
        "SELECT count(DISTINCT stream) FROM events WHERE type = $1", QuarantineDiscarded.type_name()
    )
    assert said == 1_700
    assert await every_page(roomy, Filter(reason="not-cloudevents")) == [
        Settled(0, 0, 0, 0, 0, None)
    ]


async def test_a_filter_names_what_it_says_and_nothing_else(
    pool: asyncpg.Pool, roomy: Ingest
) -> None:
    author, partition = Author(), Partition()
    blessed = [author.write(gift_stream(n), gift(n), type=UNKNOWN) for n in (1, 2)]
    await read(roomy, partition, [partition.raw(each) for each in blessed])
    await garbage(roomy, 3, partition)
    now = datetime.now(UTC)
    named = {
        Filter(reason="unknown-type"): 2,
        Filter(source="/guildhall/benefits"): 2,
        Filter(stream=gift_stream(1)): 1,
        Filter(topic=partition.topic): 5,
        Filter(topic="another"): 0,
        Filter(since=now - timedelta(hours=1)): 5,
        Filter(until=now - timedelta(hours=1)): 0,
        Filter(reason="not-cloudevents", source="/guildhall/benefits"): 0,
    }
    for which, count in named.items():
        page = Page(ALL, which, Place(), 1)
        found = await retry_many(roomy, "operator-1", page)
        assert found.looked_at + found.left == count, which
    nobody = Page(Scope(["another-union"]), Filter(reason="unknown-type"), Place(), 9)
    assert (await discard_many(roomy, OPERATOR, nobody, IN_ERROR)).looked_at == 0
    await every_page(roomy, Filter(stream=gift_stream(1)))
    assert {row["stream"] for row in await quarantine.listed(pool)} == {gift_stream(2), None}


async def test_what_can_be_applied_now_is_and_what_cannot_stays_open(
    pool: asyncpg.Pool, roomy: Ingest
) -> None:
    author, partition = Author(), Partition()
    first, second, third = (author.write(gift_stream(1), gift(1, quantity=n)) for n in (1, 2, 3))
    blessed = first._replace(type=UNKNOWN)
    await read(roomy, partition, [partition.raw(each) for each in (blessed, second, third)])
    await garbage(roomy, 2, partition)
    await pool.execute(
        "UPDATE quarantine SET value = $1 WHERE reason = 'unknown-type'", partition.raw(first).value
    )
    found = await retry_many(roomy, "operator-1", Page(ALL, Filter(), Place(), 500))
    assert (found.looked_at, found.applied, found.still_open) == (5, 3, 2)
    assert found.next is None
    assert {row["reason"] for row in await quarantine.listed(pool)} == {"not-cloudevents"}


async def test_one_that_somebody_settled_meanwhile_holds_up_no_other(
    pool: asyncpg.Pool, roomy: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await garbage(roomy, 5)
    moment = settle.moment_of

    async def somebody_else(ingest: Ingest) -> datetime:
        monkeypatch.setattr(settle, "moment_of", moment)
        (row, *_) = await quarantine.listed(pool)
        await settle.discard(ingest, row["id"], OPERATOR, IN_ERROR._replace(words="mine"))
        return await moment(ingest)

    monkeypatch.setattr(settle, "moment_of", somebody_else)
    (done,) = await every_page(roomy, Filter(reason="not-cloudevents"))
    assert (done.looked_at, done.discarded, done.still_open) == (5, 4, 0)


async def test_a_record_whose_event_was_applied_since_is_closed(
    pool: asyncpg.Pool, roomy: Ingest
) -> None:
    """It came out of order, and again in order; another event under its id stays open."""
    author, partition = Author(), Partition()
    event = author.write(gift_stream(1), gift(1))
    other = event._replace(data=gift(1, quantity=9).model_dump_json().encode())
    early = event._replace(shard=None, shard_sequence=None)
    await read(roomy, partition, [partition.raw(early)])
    assert [row["reason"] for row in await quarantine.listed(pool)] == ["not-sequenced"]
    await read(roomy, partition, [partition.raw(event)])
    assert await quarantine.listed(pool) == []
    (closed,) = await quarantine.listed(pool, state="applied")
    assert (closed["settled_by"], closed["event_id"]) == ("ingest", event.event_id)
    await read(roomy, partition, [partition.raw(other)])
    await read(roomy, partition, [partition.raw(author.write(gift_stream(2), gift(2)))])
    assert [row["reason"] for row in await quarantine.listed(pool)] == ["id-reused"]
    assert await counted(pool) == (2, 0, 0, 2)
