"""An event that its source never wrote is taken out of the projections, as known from then on.

The rows it touched become what all other events of its union make of them: these are folded anew
from the journal, without what was disowned by then. Row versions that ended before stay, so what
was known earlier can still be asked for. It is as exact as a rebuild, and as slow for one union;
a forgery is rare.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg
import structlog

from services.reporting.journal import log as journal
from services.reporting.journal.record import Entry
from services.reporting.projections.as_of import FOREVER
from services.reporting.projections.definition import Change, Insert, Key, Projection, Row
from services.reporting.projections.engine import (
    Changes,
    Dispatch,
    RowChange,
    insert,
    load,
    store,
)

log = structlog.get_logger("disowned")

EVENTS_READ = 5000

FIND = f"""
SELECT {journal.ENTRY} FROM journal
WHERE event_id = $1::uuid AND source = $2 AND leaf = decode($3, 'hex') AND log_index < $4
"""
KEEP = """
WITH known AS (DELETE FROM ahead_of_owner WHERE log_index = $1)
INSERT INTO disowned (log_index, at) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""
OF_THE_UNION = f"""
SELECT {journal.ENTRY} FROM journal
WHERE org_id = $1 AND log_index > $2 AND log_index < $3
    AND NOT EXISTS (SELECT FROM disowned d WHERE d.log_index = journal.log_index AND d.at <= $4)
ORDER BY log_index LIMIT {EVENTS_READ}
"""
DISOWNINGS = f"""
SELECT d.at, j.org_id, {", ".join(f"j.{name}" for name in journal.ENTRY.split(", "))}
FROM disowned d JOIN journal j USING (log_index) WHERE d.at <= $1 ORDER BY d.at
"""
REMOVE = """
DELETE FROM {schema}.{name} t USING unnest({arrays}) AS k({key}) WHERE ({ours}) = ({theirs})
"""


class Touched(NamedTuple):
    """A row, by its projection and key."""

    projection: Projection
    key: Key


Rows = Mapping[Touched, Row | None]


async def fold_disowned(
    connection: asyncpg.Connection, schema: str, table: Dispatch, entry: Entry
) -> list[tuple[Projection, RowChange]]:
    """Fold one EventDisowned into `schema`, in the caller's transaction; returns the row changes.

    An event that the journal does not hold, or holds with another leaf, is left alone.
    """
    forged = await _named_by(connection, entry)
    if forged is None:
        log.error("the journal has no such event to disown", at=entry.log_index)
        return []
    await connection.execute(KEEP, forged.log_index, entry.log_index)
    changed = []
    for projection, effects in (await effects_of(connection, table, entry)).items():
        keys = {effect.key for effect in effects}
        changes = Changes(projection, await load(connection, schema, projection, keys))
        for effect in effects:
            change = changes.apply(entry, effect)
            if change is not None:
                changed.append((projection, change))
        await store(connection, schema, changes)
    return changed


async def effects_of(
    connection: asyncpg.Connection, table: Dispatch, entry: Entry
) -> dict[Projection, list[Change]]:
    """What an EventDisowned does to the projections: every row that the named event touched becomes
    what the others make of it. The journal knows by now that it is disowned."""
    forged = await _named_by(connection, entry)
    keys = touched_by(table, [forged]) if forged else set()
    if forged is None or not keys:
        return {}
    rows = await rows_without(connection, table, forged.envelope.org_id, keys, entry.log_index)
    effects: dict[Projection, list[Change]] = {}
    for touched, row in rows.items():
        effects.setdefault(touched.projection, []).append(Change(touched.key, _becomes(row)))
    return effects


async def _named_by(connection: asyncpg.Connection, entry: Entry) -> Entry | None:
    """The event that an EventDisowned names, where the journal holds it from before."""
    event: Any = entry.event  # EventDisowned, or the struct made from it
    row = await connection.fetchrow(
        FIND,
        event.disowned_event_id,
        event.disowned_source,
        event.leaf_sha256,
        entry.log_index,
    )
    return journal.entry_of_row(row) if row else None


def touched_by(table: Dispatch, entries: Iterable[Entry]) -> set[Touched]:
    """The rows that entries touch."""
    return {
        Touched(projection, _key(projection, effect))
        for entry in entries
        for projection, effects in table.get(entry.envelope.type, ())
        for effect in effects(entry.event, entry)
    }


async def rows_without(
    connection: asyncpg.Connection, table: Dispatch, org_id: str, keys: set[Touched], at: int
) -> Rows:
    """What the union's events before `at` make of these rows, without those disowned by then."""
    rows: dict[Touched, Row | None] = dict.fromkeys(keys)
    async for entries in _of_the_union(connection, org_id, at, known_at=at):
        fold_into(rows, table, entries)
    return rows


def fold_into(rows: dict[Touched, Row | None], table: Dispatch, entries: Sequence[Entry]) -> None:
    """Fold entries into the rows that are there, and into no others."""
    for entry in entries:
        for projection, effects in table.get(entry.envelope.type, ()):
            for effect in effects(entry.event, entry):
                touched = Touched(projection, _key(projection, effect))
                if touched in rows:
                    if isinstance(effect, Insert):
                        rows[touched] = effect.row
                    else:
                        before = rows[touched]
                        rows[touched] = effect.fold(before, entry.event, entry, effect.key)


async def _of_the_union(
    connection: asyncpg.Connection, org_id: str, before: int, known_at: int
) -> AsyncIterator[list[Entry]]:
    """A union's entries before one log_index, oldest first, but for what was disowned by another;
    that a person disowned an event is among them."""
    after = 0
    while rows := await connection.fetch(OF_THE_UNION, org_id, after, before, known_at):
        yield [journal.entry_of_row(row) for row in rows]
        after = rows[-1]["log_index"]


def _key(projection: Projection, effect: Insert | Change) -> Key:
    return projection.key_of(effect.row) if isinstance(effect, Insert) else effect.key


def _becomes(row: Row | None) -> Any:
    return lambda _row, _event, _entry, _key: row


class Versions:
    """The versions of some rows while the journal goes by: those that ended, and the current."""

    def __init__(self, keys: Iterable[Touched]) -> None:
        self.rows: dict[Touched, Row | None] = dict.fromkeys(keys)
        self.since: dict[Touched, int] = {}
        self.ended: dict[Projection, list[tuple[Any, ...]]] = {}

    def become(self, rows: Rows, at: int) -> None:
        """The rows are these from `at` on."""
        for touched, after in rows.items():
            before = self.rows[touched]
            if after == before:
                continue
            since = self.since.get(touched, at)
            if before is not None and since < at:
                version = (*before, since, at)
                self.ended.setdefault(touched.projection, []).append(version)
            self.rows[touched], self.since[touched] = after, at

    def of(self, projection: Projection) -> list[tuple[Any, ...]]:
        """Every version of the rows of one projection."""
        current = [
            (*row, self.since[touched], FOREVER)
            for touched, row in self.rows.items()
            if touched.projection is projection and row is not None
        ]
        return self.ended.get(projection, []) + current


async def rebuild_disowned(
    connection: asyncpg.Connection, schema: str, table: Dispatch, up_to: int
) -> None:
    """Give the rows that disowned events touched their versions up to `up_to`: for a rebuild, which
    folds all events as they came and sees no other's."""
    by_union: dict[str, list[Any]] = {}
    for row in await connection.fetch(DISOWNINGS, up_to):
        by_union.setdefault(row["org_id"], []).append(row)
    for org_id, rows in by_union.items():
        keys = touched_by(table, map(journal.entry_of_row, rows))
        versions = Versions(keys)
        disowned_at = {row["at"] for row in rows}
        async for entries in _of_the_union(connection, org_id, up_to + 1, known_at=0):
            for entry in entries:
                at = entry.log_index
                if at in disowned_at:
                    without = await rows_without(connection, table, org_id, keys, at)
                    versions.become(without, at)
                else:
                    after = dict(versions.rows)
                    fold_into(after, table, [entry])
                    versions.become(after, at)
        async with connection.transaction():
            for projection in {each.projection for each in keys}:
                of_it = [each.key for each in keys if each.projection is projection]
                await _replace(connection, schema, projection, of_it, versions.of(projection))


async def _replace(
    connection: asyncpg.Connection,
    schema: str,
    projection: Projection,
    keys: Sequence[Key],
    versions: Iterable[tuple[Any, ...]],
) -> None:
    key = projection.key
    statement = REMOVE.format(
        schema=schema,
        name=projection.name,
        arrays=", ".join(
            f"${at}::{projection.columns[name]}[]" for at, name in enumerate(key, start=1)
        ),
        key=", ".join(key),
        ours=", ".join(f"t.{name}" for name in key),
        theirs=", ".join(f"k.{name}" for name in key),
    )
    await connection.execute(statement, *zip(*keys, strict=True))
    await insert(connection, schema, projection, versions)
