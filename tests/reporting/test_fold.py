"""How the engine finds the rows that a batch touches."""

import asyncpg
import pytest

from services.reporting.fold import find_sql
from services.reporting.ingest import LIVE, Ingest
from services.reporting.projections.deliveries import DELIVERIES
from shared.testing.author import Author
from tests.reporting.records import Partition, gift, gift_stream


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_a_batch_probes_the_primary_key_also_of_a_table_never_analysed(
    pool: asyncpg.Pool, ingest: Ingest, mode: str
) -> None:
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(2000)]
    await ingest.apply(raws, partition.move(raws))
    keys = "array_agg(org_id), array_agg(source), array_agg(stream)"
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
        await connection.execute("PREPARE found (text[], text[], text[]) AS "
                                 + find_sql(LIVE, DELIVERIES, ["row_ctid"]))  # fmt: skip
        given = await connection.fetchrow(f"SELECT {keys} FROM {LIVE}.deliveries")
        arrays = ", ".join(f"ARRAY{list(values)}" for values in given)
        plan = [row[0] for row in await connection.fetch(f"EXPLAIN EXECUTE found ({arrays})")]
    (scanned,) = (line for line in plan if "deliveries" in line)
    assert "deliveries_pkey" in scanned, "\n".join(plan)
