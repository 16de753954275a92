"""The bare peers of ingest: aiokafka → COPY, one transaction a batch, positions in it.

    python -m tests.benchmarks.peers.copying TARGET KAFKA [SOURCE]

With SOURCE, a database that ingest has filled from the same topic: for every batch of records read,
as many rows of the journal, and of each projection what ingest wrote with them, are copied into all
the same tables with all their indexes. The rows are prepared before the first record is read; what
is left is reading, COPY and commit: what ingest would be if deciding and folding were free.

Without SOURCE: the raw records into one table without an index.
"""

import asyncio
import sys
from bisect import bisect_right
from typing import Any, NamedTuple

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer

from services.reporting.journal.record import pack_headers
from shared.service.runner import collect_seldom
from tests.benchmarks.gifts import TOPIC

BATCH_RECORDS = 5000
MOVED = """
INSERT INTO peer_positions AS p VALUES ($1, $2)
ON CONFLICT (partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
"""


class Prepared(NamedTuple):
    """A table's rows in log order, and the log_index each was written at."""

    schema: str
    table: str
    columns: list[str]
    written_at: list[int]
    rows: list[tuple[Any, ...]]

    def between(self, after: int, up_to: int) -> list[tuple[Any, ...]]:
        """The rows written at after < log_index <= up_to."""
        begin, end = bisect_right(self.written_at, after), bisect_right(self.written_at, up_to)
        return self.rows[begin:end]


async def prepare(source: str) -> list[Prepared]:
    """Read the journal and every projection that has rows."""
    connection = await asyncpg.connect(source)
    tables = await connection.fetch(
        "SELECT t.table_schema, t.table_name, array_agg(c.column_name::text ORDER BY"
        " c.ordinal_position) AS columns FROM information_schema.tables t"
        " JOIN information_schema.columns c USING (table_schema, table_name)"
        " WHERE t.table_schema = 'projections' OR t.table_name = 'journal' GROUP BY 1, 2"
    )
    prepared = []
    for schema, table, columns in tables:
        at = next((name for name in ("valid_from", "log_index") if name in columns), "0")
        rows = await connection.fetch(
            f"SELECT {at}, {', '.join(columns)} FROM {schema}.{table} ORDER BY 1"
        )
        if rows:
            found = [tuple(row) for row in rows]
            written_at, values = [row[0] for row in found], [row[1:] for row in found]
            prepared.append(Prepared(schema, table, columns, written_at, values))
    await connection.close()
    return prepared


async def copy_all(target: str, kafka: str, prepared: list[Prepared] | None) -> None:
    """Read and copy until ended."""
    connection = await asyncpg.connect(target)
    await connection.execute(
        "CREATE TABLE peer_positions (partition int PRIMARY KEY, next_offset bigint)"
    )
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=kafka,
        group_id="copying",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=4_194_304,
    )
    if prepared is None:
        await connection.execute(
            "CREATE TABLE raw (partition int, kafka_offset bigint, key bytea, headers bytea,"
            " value bytea)"
        )
    await consumer.start()
    done = 0
    while True:
        fetched = await consumer.getmany(timeout_ms=250, max_records=BATCH_RECORDS)
        records = [record for batch in fetched.values() for record in batch]
        async with connection.transaction():
            if prepared is None:
                rows = [
                    (r.partition, r.offset, r.key, pack_headers(r.headers), r.value)
                    for r in records
                ]
                await connection.copy_records_to_table("raw", records=rows)
            else:
                await _copy(connection, prepared, done, done + len(records))
            ends = {batch[-1].partition: batch[-1].offset + 1 for batch in fetched.values()}
            await connection.executemany(MOVED, list(ends.items()))
        done += len(records)


async def _copy(
    connection: asyncpg.Connection, prepared: list[Prepared], after: int, up_to: int
) -> None:
    for table in prepared:
        # Rows without a log_index (the sums of a few days) go with the first batch.
        rows = table.between(after or -1, up_to)
        if rows:
            await connection.copy_records_to_table(
                table.table, schema_name=table.schema, records=rows, columns=table.columns
            )


async def main(target: str, kafka: str, source: str = "") -> None:
    """Prepare, then copy."""
    prepared = await prepare(source) if source else None
    collect_seldom()
    await copy_all(target, kafka, prepared)


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main(*sys.argv[1:]))
