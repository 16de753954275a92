"""The bare peers of ingest: aiokafka → COPY, one transaction a batch, positions in it.

    python -m tests.benchmarks.peers.copying TARGET TOPIC,... [SOURCE]

With SOURCE, a database that ingest fills from records like these: for every batch of records read,
as many rows of the journal, and of each projection what ingest wrote with them, are copied into all
the same tables with all their indexes. What is left is reading, COPY and commit: what ingest would
be if deciding and folding were free.

Without SOURCE: the raw records into one table without an index.

It is told on stdin, slice by slice, the log_index up to which rows are to be had: as many records
in all it will have read by then. It says `ready` once it holds the rows, and has ended those that
ingest ended in that slice, as no second one may stand; only then may the records come.
"""

import asyncio
import sys
from bisect import bisect_right
from typing import Any, NamedTuple

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.service.runner import collect_seldom
from tests.benchmarks.peers.given import kafka_given
from tests.benchmarks.slices import PARTITIONS

BATCH_RECORDS = 5000
POSITIONS = """
CREATE TABLE peer_positions (
    topic text, partition int, next_offset bigint, PRIMARY KEY (topic, partition))
"""
MOVED = """
INSERT INTO peer_positions VALUES ($1, $2, $3)
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
"""
TABLES = """
SELECT t.table_schema, t.table_name, array_agg(c.column_name::text ORDER BY c.ordinal_position)
FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
WHERE t.table_schema = 'projections' OR t.table_name = 'journal' GROUP BY 1, 2
"""
KEY = """
SELECT array_agg(a.attname::text) FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indrelid = ($1 || '.' || $2)::regclass AND i.indisunique GROUP BY i.indexrelid LIMIT 1
"""

Values = tuple[Any, ...]


class Prepared(NamedTuple):
    """A table's rows of a slice in log order, and the log_index each was written at."""

    schema: str
    table: str
    columns: list[str]
    written_at: list[int]
    rows: list[Values]

    def between(self, after: int, up_to: int) -> list[Values]:
        """The rows written at after < log_index <= up_to."""
        begin, end = bisect_right(self.written_at, after), bisect_right(self.written_at, up_to)
        return self.rows[begin:end]


class Source:
    """The database that ingest fills. Rows that say no log_index (the sums of some days) are told
    apart by their keys, and go with the first batch of the slice in which they were new."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._copied: dict[str, set[Values]] = {}

    async def prepare(self, after: int, up_to: int) -> list[Prepared]:
        """The rows of the journal and of every projection that ingest wrote in a slice."""
        connection = await asyncpg.connect(self._database)
        prepared = []
        for schema, table, columns in await connection.fetch(TABLES):
            at = next((name for name in ("valid_from", "log_index") if name in columns), None)
            selected = f"SELECT {', '.join(columns)} FROM {schema}.{table}"
            if at is None:
                key = await connection.fetchval(KEY, schema, table)
                rows = self._new(table, key, await connection.fetch(selected))
                written_at = [after + 1] * len(rows)
            else:
                sql = f"{selected} WHERE {at} > $1 AND {at} <= $2 ORDER BY {at}"
                found = await connection.fetch(sql, after, up_to)
                rows, written_at = [tuple(row) for row in found], [row[at] for row in found]
            if rows:
                prepared.append(Prepared(schema, table, columns, written_at, rows))
        await connection.close()
        return prepared

    async def ended(self, after: int, up_to: int) -> list[tuple[str, list[Values]]]:
        """Statements that end rows of slices before as ingest did in this one, and their values."""
        connection = await asyncpg.connect(self._database)
        statements = []
        for schema, table, columns in await connection.fetch(TABLES):
            if "valid_to" in columns:
                key = await connection.fetchval(KEY, schema, table)
                named = ["valid_from", *(name for name in key if not name.startswith("valid_"))]
                found = await connection.fetch(
                    f"SELECT valid_to, {', '.join(named)} FROM {schema}.{table}"
                    " WHERE valid_from <= $1 AND valid_to > $1 AND valid_to <= $2",
                    after,
                    up_to,
                )
                same = " AND ".join(f"{name} = ${at}" for at, name in enumerate(named, start=2))
                sql = f"UPDATE {schema}.{table} SET valid_to = $1 WHERE {same}"
                statements += [(sql, [tuple(row) for row in found])] if found else []
        await connection.close()
        return statements

    def _new(self, table: str, key: list[str], found: list[asyncpg.Record]) -> list[Values]:
        copied, rows = self._copied.setdefault(table, set()), []
        for row in found:
            named = tuple(row[name] for name in key)
            if named not in copied:
                copied.add(named)
                rows.append(tuple(row))
        return rows


class Copying:
    """Reads topics and copies: prepared rows, or (without a source) the records as they are."""

    def __init__(self, target: asyncpg.Connection, consumer: AIOKafkaConsumer, raw: bool) -> None:
        self._target, self._consumer, self._raw = target, consumer, raw

    async def copy(self, prepared: list[Prepared], after: int, up_to: int) -> None:
        """Read and copy the records of a slice, and the rows that go with them."""
        done = after
        while done < up_to:
            fetched = await self._consumer.getmany(timeout_ms=250, max_records=BATCH_RECORDS)
            if not fetched:
                continue
            records = [record for batch in fetched.values() for record in batch]
            async with self._target.transaction():
                if self._raw:
                    await self._copy_records(records)
                else:
                    await self._copy_rows(prepared, done, done + len(records))
                ends = [(*target, batch[-1].offset + 1) for target, batch in fetched.items()]
                await self._target.executemany(MOVED, ends)
            done += len(records)

    async def _copy_records(self, records: list[Any]) -> None:
        rows = [
            (r.partition, r.offset, r.key, b"".join(value for _, value in r.headers), r.value)
            for r in records
        ]
        await self._target.copy_records_to_table("raw", records=rows)

    async def _copy_rows(self, prepared: list[Prepared], after: int, up_to: int) -> None:
        for table in prepared:
            rows = table.between(after, up_to)
            if rows:
                await self._target.copy_records_to_table(
                    table.table, schema_name=table.schema, records=rows, columns=table.columns
                )


async def main(target: str, topics: str, source: str = "") -> None:
    """Slice by slice until stdin ends."""
    connection = await asyncpg.connect(target)
    await connection.execute(POSITIONS)
    if not source:
        await connection.execute(
            "CREATE TABLE raw (partition int, kafka_offset bigint, key bytea, headers bytea,"
            " value bytea)"
        )
    consumer = AIOKafkaConsumer(
        **kafka_given().client(),
        isolation_level="read_committed",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=4_194_304,
    )
    await consumer.start()
    partitions = [
        TopicPartition(topic, partition)
        for topic in topics.split(",")
        for partition in range(PARTITIONS)
    ]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    copying, rows, done = Copying(connection, consumer, raw=not source), Source(source), 0
    collect_seldom()
    while line := await asyncio.to_thread(sys.stdin.readline):
        up_to = int(line)
        prepared = await rows.prepare(done, up_to) if source else []
        for sql, ended in await rows.ended(done, up_to) if source else []:
            await connection.executemany(sql, ended)
        print("ready", flush=True)
        await copying.copy(prepared, done, up_to)
        done = up_to


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main(*sys.argv[1:]))
