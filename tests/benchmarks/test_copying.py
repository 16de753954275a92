"""The rows that COPY gets for a slice are those that ingest wrote in it, each once."""

import asyncpg

from tests.benchmarks.peers.copying import Prepared, Source

TABLES = """
CREATE SCHEMA projections;
CREATE TABLE journal (log_index bigint PRIMARY KEY, value text);
CREATE TABLE projections.gifts (
    person text, valid_from bigint, valid_to bigint, UNIQUE (person, valid_to));
CREATE TABLE projections.sums (day int, block int, lines int, UNIQUE (day, block));
"""


def rows_of(prepared: list[Prepared]) -> dict[str, list[tuple[object, ...]]]:
    return {each.table: each.rows for each in prepared}


async def test_a_slice_has_the_rows_written_in_it_and_of_sums_those_with_a_new_key(
    database: str,
) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(TABLES)
    await connection.execute("INSERT INTO journal SELECT n, 'v' || n FROM generate_series(1, 4) n")
    await connection.execute("INSERT INTO projections.gifts VALUES ('a', 1, 99), ('b', 2, 99)")
    await connection.execute("INSERT INTO projections.sums VALUES (1, 0, 2)")
    source = Source(database)
    first = rows_of(await source.prepare(0, 2))
    await connection.execute("UPDATE projections.gifts SET valid_to = 3 WHERE person = 'a'")
    await connection.execute("INSERT INTO projections.gifts VALUES ('a', 3, 99)")
    await connection.execute("UPDATE projections.sums SET lines = 3")
    await connection.execute("INSERT INTO projections.sums VALUES (2, 0, 1)")
    second = rows_of(await source.prepare(2, 4))
    (ended,) = await source.ended(2, 4)
    await connection.close()
    assert first == {
        "journal": [(1, "v1"), (2, "v2")],
        "gifts": [("a", 1, 99), ("b", 2, 99)],
        "sums": [(1, 0, 2)],
    }
    assert ended == (
        "UPDATE projections.gifts SET valid_to = $1 WHERE valid_from = $2 AND person = $3",
        [(3, 1, "a")],
    )
    assert second == {
        "journal": [(3, "v3"), (4, "v4")],
        "gifts": [("a", 3, 99)],
        "sums": [(2, 0, 1)],
    }


def test_a_batch_takes_the_rows_of_its_own_places() -> None:
    table = Prepared("s", "t", ["c"], [1, 1, 2, 5], [("a",), ("b",), ("c",), ("d",)])
    assert table.between(0, 1) == [("a",), ("b",)]
    assert table.between(1, 4) == [("c",)]
    assert table.between(4, 5) == [("d",)]
