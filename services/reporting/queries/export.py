"""A union's records as Parquet, for tools of an auditor's own: what the views of `audit` answer, as
known at one log_index. The same bytes for the same rows, so that a second export proves the first.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pyarrow as pa
import pyarrow.parquet as pq

from services.reporting.projections import BY_NAME as PROJECTION_BY_NAME
from services.reporting.projections.audit_views import BY_NAME, View
from shared.errors import Unknown

GROUP_ROWS = 50_000
"""Rows of one row group, which are in memory at once."""
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "uuid": pa.string(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "text[]": pa.list_(pa.string()),
    "uuid[]": pa.list_(pa.string()),
}
ORDERS = {"events": "log_index", "figures": "figure, list"}


class Exported(NamedTuple):
    """A file that was written: how many rows it holds, and its SHA-256."""

    rows: int
    sha256: str


def view_named(name: str) -> View:
    """A view by its name. Raises Unknown `unknown-table`."""
    if name not in BY_NAME:
        raise Unknown("unknown-table", f"no table is named {name}: {', '.join(BY_NAME)}")
    return BY_NAME[name]


async def export(pool: asyncpg.Pool, view: View, org_id: str, at: int, file: Path) -> Exported:
    """Write the rows of a union as known at log_index `at` to `file`."""
    schema = pa.schema([pa.field(name, TYPES[sql]) for name, sql in view.columns.items()])
    writer = pq.ParquetWriter(file, schema, compression="zstd")
    rows = 0
    try:
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            query, given = _statement(view), [org_id, at] if view.of_unions else []
            cursor = await connection.cursor(query, *given)
            while chunk := await cursor.fetch(GROUP_ROWS):
                await asyncio.to_thread(_write, writer, schema, view, chunk)
                rows += len(chunk)
    finally:
        await asyncio.to_thread(writer.close)
    return Exported(rows, await asyncio.to_thread(_sha256, file))


def _statement(view: View) -> str:
    named = ", ".join(view.columns)
    rows = f"SELECT * FROM ({view.select.strip()}) r({named})"
    if not view.of_unions:
        return f"{rows} ORDER BY {ORDERS[view.name]}"
    if view.name == "events":
        shown = named.replace("disowned_from", _until("disowned_from"))
        return (
            f"SELECT {shown} FROM ({rows}) t WHERE org_id = $1 AND log_index <= $2"
            f" ORDER BY {ORDERS['events']}"
        )
    key = ", ".join((*PROJECTION_BY_NAME[view.name].key, "known_from"))
    shown = named.replace("known_to", _until("known_to"))
    return f"SELECT {shown} FROM ({rows}) t WHERE org_id = $1 AND known_from <= $2 ORDER BY {key}"


def _until(column: str) -> str:
    """What was not known yet at $2 is absent."""
    return f"CASE WHEN {column} <= $2 THEN {column} END AS {column}"


def _write(writer: pq.ParquetWriter, schema: pa.Schema, view: View, chunk: list[Any]) -> None:
    columns = [
        pa.array([_plain(row[at]) for row in chunk], type=TYPES[sql])
        for at, sql in enumerate(view.columns.values())
    ]
    writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _plain(value: Any) -> Any:
    """A UUID as its text; lists of them too."""
    if isinstance(value, list):
        return [str(each) for each in value]
    return str(value) if type(value).__name__ == "UUID" else value


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
