"""The projection engine: batches of journal entries in, versioned rows out.

An event's effects are worked out once, all effects of a batch on a table are applied in log order,
and the versions they come to are written at once.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

import asyncpg

from services.reporting.journal.record import Entry
from services.reporting.projections.as_of import FOREVER
from services.reporting.projections.definition import (
    Change,
    Effects,
    Insert,
    Key,
    Projection,
    Row,
)

SLICE = 100
"""Entries whose effects are worked out at once."""


class DuplicateKey(Exception):
    """An insert has the key of a current row: its event said that none can be there
    (`Entry.opens_stream`)."""


class RowChange(NamedTuple):
    """A row before and after the entry at log_index `at`; None where there was or is none."""

    before: Row | None
    after: Row | None
    at: int


class Changes:
    """What one batch does to one table: versions to close, and versions to add.

    `current` are the current rows of the keys that the batch changes, each with the log_index it
    is valid from.
    """

    def __init__(self, projection: Projection, current: dict[Key, tuple[Row, int]]) -> None:
        self.projection = projection
        self.current: dict[Key, tuple[Row, int] | None] = dict(current)
        self.stored = current
        self.closed: dict[Key, int] = {}
        self.ended: list[tuple[Any, ...]] = []

    def apply(self, entry: Entry, effect: Insert | Change) -> RowChange | None:
        """Apply one effect of an entry; returns the row's change, or None where it stayed."""
        at = entry.log_index
        if isinstance(effect, Insert):
            key = self.projection.key_of(effect.row)
            if self.current.get(key) is not None:
                raise DuplicateKey(f"{self.projection.name}: a row has the key of an insert")
            self.current[key] = effect.row, at
            return RowChange(None, effect.row, at)
        key = effect.key
        current = self.current.get(key)
        before = current[0] if current else None
        after = effect.fold(before, entry.event, entry, key)
        if after == before:
            return None
        if current is not None:
            self._end(key, current, at)
        self.current[key] = (after, at) if after is not None else None
        return RowChange(before, after, at)

    def _end(self, key: Key, current: tuple[Row, int], at: int) -> None:
        row, since = current
        if key in self.stored and key not in self.closed:
            self.closed[key] = at
        elif since < at:
            self.ended.append((*row, since, at))

    def added(self) -> list[tuple[Any, ...]]:
        """Row versions to add: those begun and ended within the batch, and the current ones."""
        current = [
            (*row_since[0], row_since[1], FOREVER)
            for key, row_since in self.current.items()
            if row_since is not None and self.stored.get(key) is not row_since
        ]
        return self.ended + current


Dispatch = dict[str, list[tuple[Projection, Effects]]]
"""By an event type's name: which projections it touches, and how."""


def dispatch(projections: Iterable[Projection]) -> Dispatch:
    """What each event type does to which projections."""
    table: Dispatch = {}
    for projection in projections:
        for event_class, effects in projection.on.items():
            table.setdefault(event_class.type_name(), []).append((projection, effects))
    return table


class Batch:
    """The effects of one batch on one table, in log order."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.effects: list[tuple[Entry, Insert | Change]] = []
        self.only_inserts = True

    async def write(self, connection: asyncpg.Connection, schema: str) -> Iterable[RowChange]:
        """Write what the effects come to, in the caller's transaction; returns the row changes,
        to be read once."""
        if self.only_inserts:
            return await self._insert(connection, schema)
        keys = self._keys_to_load()
        changes = Changes(self.projection, await load(connection, schema, self.projection, keys))
        changed = [changes.apply(entry, effect) for entry, effect in self.effects]
        await store(connection, schema, changes)
        return [change for change in changed if change is not None]

    async def _insert(self, connection: asyncpg.Connection, schema: str) -> Iterable[RowChange]:
        """The straight way: rows that need no lookup, and that nothing in the batch changes."""
        inserted = cast(list[tuple[Entry, Insert]], self.effects)
        versions = ((*effect.row, entry.log_index, FOREVER) for entry, effect in inserted)
        await insert(connection, schema, self.projection, versions)
        # Only of `figure_lines` is this read: of other tables no change is made.
        return (RowChange(None, effect.row, entry.log_index) for entry, effect in inserted)

    def _keys_to_load(self) -> set[Key]:
        """Keys that are changed and were not inserted before in the same batch."""
        inserted: set[Key] = set()
        wanted: set[Key] = set()
        for _, effect in self.effects:
            if isinstance(effect, Insert):
                inserted.add(self.projection.key_of(effect.row))
            elif effect.key not in inserted:
                wanted.add(effect.key)
        return wanted


async def work_out(table: Dispatch, entries: Sequence[Entry]) -> dict[str, Batch]:
    """The effects of entries, in log order, by the name of the projection that they are for.

    Between slices others may use the loop: what is being written goes on.
    """
    batches: dict[str, Batch] = {}
    for start in range(0, len(entries), SLICE):
        for entry in entries[start : start + SLICE]:
            event = entry.event
            for projection, effects in table.get(entry.envelope.type, ()):
                batch = batches.get(projection.name)
                if batch is None:
                    batch = batches[projection.name] = Batch(projection)
                for effect in effects(event, entry):
                    batch.effects.append((entry, effect))
                    if type(effect) is Change:
                        batch.only_inserts = False
        await asyncio.sleep(0)
    return batches


def find_sql(schema: str, projection: Projection, columns: Iterable[str]) -> str:
    """SQL that finds `columns` of the current rows of the keys in the arrays $1, $2, …

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
    """The current rows of these keys, each with the log_index it is valid from."""
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
        await insert(connection, schema, projection, added)


async def insert(
    connection: asyncpg.Connection,
    schema: str,
    projection: Projection,
    versions: Iterable[tuple[Any, ...]],
) -> None:
    """Add row versions: the row's columns, valid_from, valid_to."""
    await connection.copy_records_to_table(
        projection.name,
        schema_name=schema,
        records=versions,
        columns=(*projection.columns, "valid_from", "valid_to"),
    )
