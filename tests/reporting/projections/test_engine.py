"""How the engine finds the rows that a batch touches."""

from datetime import date

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import begin_batch
from services.reporting.journal.record import Entry
from services.reporting.projections import FIGURE_LINES
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.definition import Change, Insert
from services.reporting.projections.deliveries import DELIVERIES
from services.reporting.projections.engine import find_sql, load
from services.reporting.projections.figure_sums import differences
from shared.contract.benefits import GiftReturned
from shared.testing.author import Author
from tests.examples.benefits import gift_receipt_signed, gift_returned
from tests.reporting.records import ORG, Partition, gift, gift_stream

KEYS = "array_agg(org_id), array_agg(source), array_agg(stream)"


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize("planned_while", ["empty", "filled"])
async def test_a_batch_probes_the_primary_key_also_of_a_table_never_analysed(
    pool: asyncpg.Pool, ingest: Ingest, mode: str, planned_while: str
) -> None:
    """A worker's plans are made while its tables are new, and kept while they grow."""
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(2000)]
    async with pool.acquire() as connection, connection.transaction():
        await begin_batch(connection)
        await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
        await connection.execute(
            "PREPARE found (text[], text[], text[]) AS " + find_sql(LIVE, DELIVERIES, ["row_ctid"])
        )
        if planned_while == "empty":
            await connection.execute("EXECUTE found (ARRAY['o'], ARRAY['s'], ARRAY['t'])")
        await ingest.retry(raws, connection)
        given = await connection.fetchrow(f"SELECT {KEYS} FROM {LIVE}.deliveries")
        arrays = ", ".join(f"ARRAY{list(values)}" for values in given)
        rows = await connection.fetch(f"EXPLAIN (ANALYZE) EXECUTE found ({arrays})")
    plan = "\n".join(row[0] for row in rows)
    (scanned,) = (line for line in plan.splitlines() if " on deliveries t" in line)
    assert "deliveries_pkey" in scanned, plan
    assert "actual" in scanned and "rows=1.00 loops=2000" in scanned, plan
    assert "Rows Removed by Filter" not in plan, plan


async def test_a_key_finds_its_own_current_row_and_no_neighbours(
    pool: asyncpg.Pool, ingest: Ingest
) -> None:
    """The first row from a key on may be another key's, or an ended version of one."""
    author, partition = Author(), Partition()
    signed, missing = gift_stream(2), gift_stream(3)
    written = [author.write(gift_stream(n), gift(n)) for n in (1, 2, 4)]
    receipt = gift_receipt_signed(
        occurred_on=date(2022, 9, 8),
        programme_id="mid-autumn-2022",
        person_id="p-00000002",
        signed_by="p-00000002",
    )
    raws = [partition.raw(each) for each in (*written, author.write(signed, receipt))]
    await ingest.apply(raws[:3], partition.move(raws[:3]))
    await ingest.apply(raws[3:], partition.move(raws[3:]))
    keys = {(ORG, "/guildhall/benefits", stream) for stream in (gift_stream(1), signed, missing)}
    async with pool.acquire() as connection:
        found = await load(connection, LIVE, DELIVERIES, keys)
    assert {key[2]: (row.signed_on, since) for key, (row, since) in found.items()} == {
        gift_stream(1): (None, 1),
        signed: (date(2022, 9, 8), 4),
    }


@pytest.mark.parametrize("together", [True, False])
async def test_a_row_that_was_said_to_be_new_and_is_not_is_refused_and_not_doubled(
    pool: asyncpg.Pool, ingest: Ingest, *, together: bool
) -> None:
    """An insert looks for no row; were it wrong, the key's index says so, or the engine."""
    author, partition = Author(), Partition()
    first = author.write(gift_stream(1), gift(1))
    again = author.write(gift_stream(1), gift(1))._replace(stream_version=1)
    other = author.write(gift_stream(2), gift(2))
    returned = author.write(
        gift_stream(2), gift_returned(programme_id="mid-autumn-2022", person_id="p-00000002")
    )
    raws = [partition.raw(each) for each in (first, again, other, returned)]
    if together:  # with a change among them, so that the batch is no batch of inserts alone
        admission = await ingest.apply(raws, partition.move(raws))
    else:
        await ingest.apply(raws[:1], partition.move(raws[:1]))
        admission = await ingest.apply(raws[1:], partition.move(raws[1:]))
    assert [refused.reason for refused in admission.refused] == ["fold-failed"]
    rows = f"SELECT count(*) FROM {LIVE}.deliveries WHERE stream = $1"
    assert await pool.fetchval(rows, gift_stream(1)) == 1
    async with pool.acquire() as connection:
        assert await differences(connection, LIVE) == []


def test_only_a_line_that_is_added_can_begin() -> None:
    """A first event that takes a line back would else leave it standing."""
    returned = gift_returned(
        occurred_on=date(2022, 9, 9), programme_id="mid-autumn-2022", person_id="p-00000001"
    )
    envelope = Author().write(gift_stream(1), returned)
    entry = Entry(1, envelope, returned, provable=True)
    dropped, counted = FIGURE_LINES.on[GiftReturned](returned, entry)
    assert isinstance(dropped, Change)
    assert dropped.key == (ORG, f"gift:{envelope.stream}@{envelope.source}")
    assert isinstance(counted, Insert)
    assert counted.row.item == (
        f"gift_returned:{envelope.stream}!{envelope.event_id}@{envelope.source}"
    )
