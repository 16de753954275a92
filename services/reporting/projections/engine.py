"""The projection engine: batches of journal entries in, versioned rows out.

A projection is a table of rows (a NamedTuple), the key of a row, and for each event type which rows
it touches and what becomes of them: `fold(row or None, entry, key) -> row or None`. Every row
version carries `valid_from` and `valid_to` (log_index, half open), so any table can be read as it
was known at any log_index, and rows are only ever closed and added.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from types import NoneType
from typing import Any, NamedTuple, get_args, get_type_hints
from uuid import UUID

import asyncpg

from services.reporting.journal.record import Entry
from services.reporting.projections.as_of import FOREVER
from shared.contract.envelope import DomainEvent

Key = tuple[Any, ...]
Row = Any

SQL_TYPES: dict[Any, str] = {
    str: "text", int: "bigint", bool: "boolean", date: "date", datetime: "timestamptz",
    UUID: "uuid", tuple[UUID, ...]: "uuid[]", tuple[str, ...]: "text[]",
}  # fmt: skip


class On(NamedTuple):
    """What one event type does to a projection: the keys it touches, and the fold of each row.

    `begins`: whether the entry adds a row where nothing can stand before, so that none is looked
    for (a fifth of what an event costs). Were it wrong, the key's index would refuse a second row.
    """

    keys: Callable[[Any, Entry], Sequence[Key]]
    fold: Callable[[Row | None, Any, Entry, Key], Row | None]
    begins: Callable[[Entry, Key], bool] = lambda _entry, _key: False


def opens_stream(entry: Entry, _: Key = ()) -> bool:
    """Whether the entry is the first of its stream: `begins` of rows that are one stream's alone.

    Of a source that numbers its shards: its store has one first version of a stream, and where a
    restore lost it, nothing new of the stream is applied on top (`ahead_of_owner`).
    """
    return entry.provable and entry.envelope.stream_version == 1


class Index(NamedTuple):
    """An index of a projection. `including` are columns it also holds, so that a question is
    answered from it alone; `where` is the SQL condition of the rows it is for."""

    columns: tuple[str, ...]
    including: tuple[str, ...] = ()
    where: str = ""

    def ddl(self, name: str, table: str) -> str:
        """The statement that creates it."""
        return (
            f"CREATE INDEX IF NOT EXISTS {name}_{'_'.join(self.columns)} ON {table}"
            f" ({', '.join(self.columns)})"
            + (f" INCLUDE ({', '.join(self.including)})" if self.including else "")
            + (f" WHERE {self.where}" if self.where else "")
        )


@dataclass(frozen=True, eq=False)
class Projection:
    """One table: its name (also its metric label), its row, its key columns and its folds."""

    name: str
    row: type[Any]
    key: tuple[str, ...]
    on: Mapping[type[DomainEvent], On]
    indexes: tuple[Index, ...] = field(default=())

    @cached_property
    def columns(self) -> dict[str, str]:
        """SQL type of every column, in the row's order."""
        hints = get_type_hints(self.row)
        return {name: _sql_type(hints[name]) for name in self.row._fields}

    @cached_property
    def key_at(self) -> tuple[int, ...]:
        """Where the key columns stand in a row."""
        return tuple(self.row._fields.index(name) for name in self.key)

    def key_of(self, row: Row) -> Key:
        """The key of a row."""
        return tuple(row[at] for at in self.key_at)

    def ddl(self, schema: str) -> str:
        """The statement that creates the table in `schema`, without its indexes."""
        hints = get_type_hints(self.row)
        columns = ", ".join(
            f"{name} {sql}{'' if _optional(hints[name]) else ' NOT NULL'}"
            for name, sql in self.columns.items()
        )
        return (
            f"CREATE TABLE IF NOT EXISTS {schema}.{self.name} ({columns},"
            f" valid_from bigint NOT NULL, valid_to bigint NOT NULL);\n"
        )

    def index_ddl(self, schema: str) -> list[str]:
        """The statements that create its indexes: apart, because a full table is quicker to index
        than an indexed one to fill."""
        table = f"{schema}.{self.name}"
        return [
            f"CREATE UNIQUE INDEX IF NOT EXISTS {self.name}_pkey ON {table}"
            f" ({', '.join(self.key)}, valid_to)",
            *(index.ddl(self.name, table) for index in self.indexes),
        ]


def _sql_type(hint: Any) -> str:
    if _optional(hint):
        (hint,) = (argument for argument in get_args(hint) if argument is not NoneType)
    return SQL_TYPES[hint]


def _optional(hint: Any) -> bool:
    return NoneType in get_args(hint)


class RowChange(NamedTuple):
    """A row before and after the entry at log_index `at`; None where there was or is none."""

    before: Row | None
    after: Row | None
    at: int


class Changes:
    """What one batch does to one table: versions to close, and versions to add."""

    def __init__(self, projection: Projection, current: dict[Key, tuple[Row, int]]) -> None:
        self.projection = projection
        self.current: dict[Key, tuple[Row, int] | None] = dict(current)
        self.stored = current
        self.closed: dict[Key, int] = {}
        self.ended: list[tuple[Any, ...]] = []

    def apply(self, entry: Entry, on: On, keys: Iterable[Key]) -> list[RowChange]:
        """Fold one entry into the rows it touches; returns those that changed."""
        changed = []
        for key in keys:
            standing = self.current.get(key)
            before = standing[0] if standing else None
            after = on.fold(before, entry.event, entry, key)
            if after == before:
                continue
            if standing is not None:
                self._end(key, standing, entry.log_index)
            self.current[key] = (after, entry.log_index) if after is not None else None
            changed.append(RowChange(before, after, entry.log_index))
        return changed

    def _end(self, key: Key, standing: tuple[Row, int], at: int) -> None:
        row, since = standing
        if key in self.stored and key not in self.closed:
            self.closed[key] = at
        elif since < at:
            self.ended.append((*row, since, at))

    def added(self) -> list[tuple[Any, ...]]:
        """Row versions to add: those begun and ended within the batch, and those that stand."""
        standing = [
            (*row_since[0], row_since[1], FOREVER)
            for key, row_since in self.current.items()
            if row_since is not None and self.stored.get(key) is not row_since
        ]
        return self.ended + standing


Dispatch = dict[type[DomainEvent], list[tuple[Projection, On]]]


def dispatch(projections: Iterable[Projection]) -> Dispatch:
    """Which folds each event type calls."""
    table: Dispatch = {}
    for projection in projections:
        for event_class, on in projection.on.items():
            table.setdefault(event_class, []).append((projection, on))
    return table


async def fold_batch(
    connection: asyncpg.Connection, schema: str, table: Dispatch, entries: Sequence[Entry]
) -> dict[str, list[RowChange]]:
    """Fold entries, in log order, into the tables of `schema`, in the caller's transaction.

    Returns the row changes per projection name, for what is derived from them.
    """
    unknown: dict[str, set[Key]] = {}
    begun: dict[str, set[Key]] = {}
    projections: dict[str, Projection] = {}
    folds: list[tuple[str, Entry, On, Sequence[Key]]] = []
    for entry in entries:
        for projection, on in table.get(type(entry.event), ()):
            name, touched = projection.name, on.keys(entry.event, entry)
            if name not in projections:
                projections[name], unknown[name], begun[name] = projection, set(), set()
            folds.append((name, entry, on, touched))
            for key in touched:
                if key not in begun[name]:
                    (begun if on.begins(entry, key) else unknown)[name].add(key)
    changes = {
        name: Changes(projection, await load(connection, schema, projection, unknown[name]))
        for name, projection in projections.items()
    }
    changed: dict[str, list[RowChange]] = {name: [] for name in projections}
    for name, entry, on, touched in folds:
        changed[name] += changes[name].apply(entry, on, touched)
    for change in changes.values():
        await store(connection, schema, change)
    return changed


def find_sql(schema: str, projection: Projection, columns: Iterable[str]) -> str:
    """SQL that finds `columns` of the standing rows of the keys in the arrays $1, $2, …

    It probes the primary key once for each key, whatever the planner believes: only that index
    yields rows by the whole key, and the first from a key on is the key's own or another's. Asked
    for rows that equal the key, a generic plan on a table never analysed read another index of the
    union, once for each key: 4,000 keys among 5,000 rows took 8 seconds.
    """
    key = projection.key
    arrays = ", ".join(
        f"${at}::{projection.columns[name]}[]" for at, name in enumerate(key, start=1)
    )
    wanted = ", ".join(f"k.{name}" for name in key)
    return (
        f"SELECT k.nth, {', '.join(f'l.{name}' for name in columns)}"
        f" FROM unnest({arrays}) WITH ORDINALITY AS k({', '.join(key)}, nth)"
        f" CROSS JOIN LATERAL (SELECT t.ctid AS row_ctid, t.* FROM {schema}.{projection.name} t"
        f" WHERE ({', '.join(key)}, valid_to) >= ({wanted}, {FOREVER})"
        f" ORDER BY {', '.join(key)}, valid_to LIMIT 1) l"
        f" WHERE ({', '.join(f'l.{name}' for name in key)}) = ({wanted})"
    )


async def load(
    connection: asyncpg.Connection, schema: str, projection: Projection, keys: set[Key]
) -> dict[Key, tuple[Row, int]]:
    """The standing rows of these keys, each with the log_index it stands since."""
    if not keys:
        return {}
    sql = find_sql(schema, projection, (*projection.columns, "valid_from"))
    rows = await connection.fetch(sql, *zip(*keys, strict=True))
    found = {}
    for record in rows:
        _, *values, since = record.values()
        row = projection.row._make(tuple(v) if isinstance(v, list) else v for v in values)
        found[projection.key_of(row)] = (row, since)
    return found


async def store(connection: asyncpg.Connection, schema: str, change: Changes) -> None:
    """Close and add the row versions that a batch changed, in the caller's transaction."""
    projection = change.projection
    if change.closed:
        ended = f"${len(projection.key) + 1}::bigint[]"
        await connection.execute(
            f"UPDATE {schema}.{projection.name} t SET valid_to = ({ended})[found.nth]"
            f" FROM ({find_sql(schema, projection, ['row_ctid'])}) found"
            " WHERE t.ctid = found.row_ctid",
            *zip(*change.closed, strict=True),
            list(change.closed.values()),
        )
    added = change.added()
    if added:
        await connection.copy_records_to_table(
            projection.name,
            schema_name=schema,
            records=added,
            columns=(*projection.columns, "valid_from", "valid_to"),
        )
