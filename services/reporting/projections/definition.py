"""What a projection is: a table of rows, their key, and what each event type does to them.

A row is a NamedTuple. Every row version carries `valid_from` and `valid_to` (log_index, half open),
so any table can be read as it was known at any log_index, and rows are only ever closed and added.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple, get_args, get_type_hints
from uuid import UUID

from services.reporting.journal.record import Entry
from shared.contract.envelope import DomainEvent

Key = tuple[Any, ...]
Row = Any

SQL_TYPES: dict[Any, str] = {
    str: "text", int: "bigint", bool: "boolean", date: "date", datetime: "timestamptz",
    UUID: "uuid", tuple[UUID, ...]: "uuid[]", tuple[str, ...]: "text[]",
}  # fmt: skip


class Insert(NamedTuple):
    """An entry adds `row`, and nothing can stand under its key before, so nothing is looked up (a
    fifth of what an event costs). Were it wrong, the key's index would refuse a second row, or in
    one batch the engine (`DuplicateKey`)."""

    row: Row


Fold = Callable[[Any, Any, Entry, Key], Any]
"""What becomes of a row: `fold(row or None, event, entry, key) -> row or None`."""


class Change(NamedTuple):
    """An entry changes the row of `key`, as `fold` says."""

    key: Key
    fold: Fold


Effects = Callable[[Any, Entry], Iterable[Insert | Change]]
"""What an event of one type does to a projection, worked out once: `effects(event, entry)`."""
Keys = Callable[[Any, Entry], Sequence[Key]]


def changing(keys: Keys, fold: Fold) -> Effects:
    """Each row of `keys` becomes what `fold` says."""

    def effects(event: Any, entry: Entry) -> list[Insert | Change]:
        return [Change(key, fold) for key in keys(event, entry)]

    return effects


def opening(keys: Keys, fold: Fold) -> Effects:
    """As `changing`; where the event is its stream's first, the stream's one row is inserted."""

    def effects(event: Any, entry: Entry) -> list[Insert | Change]:
        if entry.opens_stream:
            (key,) = keys(event, entry)
            return [Insert(fold(None, event, entry, key))]
        return [Change(key, fold) for key in keys(event, entry)]

    return effects


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
    on: Mapping[type[DomainEvent], Effects]
    indexes: tuple[Index, ...] = field(default=())

    @cached_property
    def columns(self) -> dict[str, str]:
        """SQL type of every column, in the row's order."""
        hints = get_type_hints(self.row)
        return {name: _sql_type(hints[name]) for name in self.row._fields}

    @cached_property
    def key_of(self) -> Callable[[Row], Key]:
        """The key of a row."""
        at = [self.row._fields.index(name) for name in self.key]
        if len(at) == 1:  # of one, `itemgetter` would give the value and no key
            return itemgetter(slice(at[0], at[0] + 1))
        return itemgetter(*at)

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
