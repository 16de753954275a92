"""An event that its source never wrote, or took back, is taken out of the projections, as known
from then on.

The rows it touched become what the other events of its stream make of them: these are folded anew
from the journal, without what was disowned or withdrawn by then. Row versions that ended before
stay, so what was known earlier can still be asked for. It is as exact as a rebuild.

An EventDisowned may be a forgery too: where it is disowned, what it took out counts again.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import structlog

from services.reporting.journal import log as journal
from services.reporting.journal.record import Entry
from services.reporting.projections.as_of import FOREVER
from services.reporting.projections.definition import Change, Key, Projection, Row
from services.reporting.projections.effective import (
    Rows,
    Told,
    Touched,
    effective,
    fold_into,
    of_streams,
    rows_of,
    taken_out_by,
    touched_by,
)
from services.reporting.projections.engine import Changes, Dispatch, RowChange, insert, load, store
from shared.contract.corrections import WITHDRAWALS
from shared.contract.reporting import EventDisowned

log = structlog.get_logger("disowned")

DISOWNED = EventDisowned.type_name()
TAKES_OUT = frozenset({DISOWNED, *WITHDRAWALS})
"""Types of which each event takes another out of the projections."""

STREAMS_READ = 200

FIND = f"""
SELECT {journal.ENTRY} FROM journal
WHERE event_id = $1::uuid AND source = $2 AND leaf = decode($3, 'hex') AND log_index < $4
"""
FOLDED_BEFORE = "SELECT EXISTS (SELECT FROM disownings WHERE at = $1)"
DISOWN = """
WITH known AS (DELETE FROM ahead_of_owner WHERE log_index = $1)
INSERT INTO disownings (log_index, by, at, counts) VALUES ($1, $2, $3, false)
"""
RESTORE = "INSERT INTO disownings (log_index, by, at, counts) VALUES ($1, $2, $3, true)"
IS_DISOWNED = "SELECT EXISTS (SELECT FROM disowned WHERE log_index = $1)"
CHANGED = f"""
SELECT {journal.ENTRY} FROM journal
WHERE log_index IN (SELECT log_index FROM disownings WHERE at = $1)
ORDER BY log_index
"""
STREAMS = """
SELECT j.stream FROM disownings d JOIN journal j USING (log_index) WHERE d.at <= $1
UNION
SELECT stream FROM journal WHERE type = ANY($2) AND log_index <= $1
"""
REMOVE = """
DELETE FROM {schema}.{name} t USING unnest({arrays}) AS k({key}) WHERE ({ours}) = ({theirs})
"""

Streams = dict[str, list[Told]]
"""Streams that were read, by name, so that a batch reads each once."""


async def fold_taken_out(
    connection: asyncpg.Connection, schema: str, table: Dispatch, entry: Entry, streams: Streams
) -> list[tuple[Projection, RowChange]]:
    """Fold one event of TAKES_OUT into `schema`, in the caller's transaction; returns the row
    changes. The journal holds the whole batch; `streams` are those read for it so far.

    An event that the journal does not hold from before, or holds with another leaf, stays.
    """
    if entry.envelope.type == DISOWNED:
        forged = await _named_by(connection, entry)
        if forged is None:
            log.error("the journal has no such event to disown", at=entry.log_index)
            return []
        # Folded anew, as where a projection was dropped, it is kept already.
        if not await connection.fetchval(FOLDED_BEFORE, entry.log_index):
            await _disown(connection, forged, by=entry.log_index, at=entry.log_index)
        for changed_event in await _changed(connection, entry):
            streams.pop(changed_event.envelope.stream, None)
    changed = []
    for projection, effects in (await effects_of(connection, table, entry, streams)).items():
        keys = {effect.key for effect in effects}
        changes = Changes(projection, await load(connection, schema, projection, keys))
        for effect in effects:
            change = changes.apply(entry, effect)
            if change is not None:
                changed.append((projection, change))
        await store(connection, schema, changes)
    return changed


async def effects_of(
    connection: asyncpg.Connection, table: Dispatch, entry: Entry, streams: Streams
) -> dict[Projection, list[Change]]:
    """What an event of TAKES_OUT does to the projections: every row that was touched by an event
    which counts no more, or again, becomes what those that count make of it. Of a disowned one the
    journal knows by now."""
    disowns = entry.envelope.type == DISOWNED
    effects: dict[Projection, list[Change]] = {}
    for named in await _changed(connection, entry) if disowns else [entry]:
        stream = named.envelope.stream
        if stream not in streams:
            streams |= await of_streams(connection, [stream])
        told, at = streams[stream], entry.log_index
        keys = touched_by(table, taken_out_by(told, named))
        for touched, row in rows_of(table, keys, effective(told, at)).items():
            effects.setdefault(touched.projection, []).append(Change(touched.key, _becomes(row)))
    return effects


async def _changed(connection: asyncpg.Connection, entry: Entry) -> list[Entry]:
    """The events that count no more, or again, from an EventDisowned on."""
    rows = await connection.fetch(CHANGED, entry.log_index)
    return [journal.entry_of_row(row) for row in rows]


async def _disown(connection: asyncpg.Connection, event: Entry, *, by: int, at: int) -> None:
    """The event counts for nothing from `at` on; what it disowned itself counts again."""
    await connection.execute(DISOWN, event.log_index, by, at)
    named = await _named_by(connection, event) if event.envelope.type == DISOWNED else None
    if named is not None:
        await connection.execute(RESTORE, named.log_index, event.log_index, at)
        if not await connection.fetchval(IS_DISOWNED, named.log_index):
            await _count_again(connection, named, at)


async def _count_again(connection: asyncpg.Connection, event: Entry, at: int) -> None:
    """What an EventDisowned says that counts again is so from `at` on. It names only what came
    before it, so that this ends."""
    named = await _named_by(connection, event) if event.envelope.type == DISOWNED else None
    if named is not None:
        await _disown(connection, named, by=event.log_index, at=at)


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


async def rebuild_taken_out(
    connection: asyncpg.Connection, schema: str, table: Dispatch, up_to: int
) -> None:
    """Give the rows that events taken out touched their versions up to `up_to`: for a rebuild,
    which folds all events as they came and sees no other's."""
    rows = await connection.fetch(STREAMS, up_to, list(WITHDRAWALS))
    streams = sorted(row["stream"] for row in rows)
    for start in range(0, len(streams), STREAMS_READ):
        some = streams[start : start + STREAMS_READ]
        for told in (await of_streams(connection, some)).values():
            versions = versions_of(
                table, [each.known_at(up_to) for each in told if each.entry.log_index <= up_to]
            )
            projections = {each.projection for each in versions.rows}
            async with connection.transaction():
                for projection in projections:
                    keys = [each.key for each in versions.rows if each.projection is projection]
                    of_it = versions.of(projection)
                    await _replace(connection, schema, projection, keys, of_it)


def versions_of(table: Dispatch, told: Sequence[Told]) -> Versions:
    """The versions of the rows that what was ever taken out of a stream touched."""
    takes_out = {each.entry.log_index for each in told if each.entry.envelope.type in WITHDRAWALS}
    disowned = {at for each in told for pair in each.disowned for at in pair if at is not None}
    out = [each.entry for each in told if each.disowned or each.entry.log_index in takes_out]
    keys = touched_by(table, (each for entry in out for each in taken_out_by(told, entry)))
    versions = Versions(keys)
    said = {each.entry.log_index: each.entry for each in told}
    for at in sorted(said.keys() | disowned):
        if at in takes_out or at in disowned:
            versions.become(rows_of(table, keys, effective(told, at)), at)
        else:
            after = dict(versions.rows)
            fold_into(after, table, [said[at]])
            versions.become(after, at)
    return versions


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
