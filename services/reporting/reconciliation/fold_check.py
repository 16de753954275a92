"""Do the projections say what the journal gives? A stretch of the log is folded again, in memory.

Row versions hold the past, so a stretch is folded from the versions that stood when it began, and
must end in the versions that are stored. Every stretch looked at, no version is wrong: the first of
a row begins with none, and each follows from the one before. What no entry of the log gives (a row
of nobody, an end without a cause) is seen by counting, once all were looked at.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import asyncpg

from services.reporting.journal.record import Entry
from services.reporting.projections import DEFINITIONS, PROJECTIONS, dispatch_to
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.projections.definition import Change, Key, Projection
from services.reporting.projections.disowned import TAKES_OUT, Streams, effects_of
from services.reporting.projections.engine import Batch, Changes, work_out

BY_KEY = """
SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off;
SET LOCAL plan_cache_mode = force_custom_plan
"""
"""Row versions are found by their primary key: a plan made while a table was empty, or never
analysed, reads all rows of the union for each (5,000 rows took 20 seconds)."""

Version = tuple[Any, ...]
"""The row's values, valid_from, valid_to; one that ends after the stretch has no end yet."""


class Differs(NamedTuple):
    """Rows of a projection that are not what the journal gives: `missing` from it, and
    `unexpected` in it. `key` and `log_index` name the first; None where they were counted only."""

    projection: str
    key: tuple[str, ...] | None
    log_index: int | None
    missing: int
    unexpected: int


class Counted(NamedTuple):
    """Of one projection, how many row versions begin, and how many end."""

    begun: int = 0
    ended: int = 0

    def plus(self, other: "Counted") -> "Counted":
        """Both together."""
        return Counted(self.begun + other.begun, self.ended + other.ended)


class FoldedAgain(NamedTuple):
    """What a stretch came to: what differs, and the versions that it gives, by projection."""

    differ: list[Differs]
    counted: dict[str, Counted]


async def fold_again(
    connection: asyncpg.Connection,
    entries: Sequence[Entry],
    first: int,
    before: int,
    names: Collection[str] = DEFINITIONS,
) -> FoldedAgain:
    """Fold the entries of a stretch of the log, which is from `first` to before `before`, and
    compare the projections that are named. The whole stretch must be given."""
    differ: list[Differs] = []
    counted: dict[str, Counted] = {}
    table = dispatch_to(frozenset(names))
    batches = await work_out(table, entries)
    streams: Streams = {}
    for entry in entries:
        if entry.envelope.type in TAKES_OUT:
            for of_it, effects in (await effects_of(connection, table, entry, streams)).items():
                batch = batches.setdefault(of_it.name, Batch(of_it))
                batch.effects += [(entry, effect) for effect in effects]
                batch.effects.sort(key=lambda pair: pair[0].log_index)
    for batch in batches.values():
        projection, keys = batch.projection, _keys(batch)
        if not keys:
            continue
        stored = await _stored(connection, projection, keys, first, before)
        given, failed = _given(batch, stored, first)
        counted[projection.name] = Counted(
            sum(version[-2] >= first for version in given),
            sum(version[-1] < before for version in given),
        )
        there, due = Counter(_open(stored, before)), Counter(given)
        missing, unexpected = due - there, there - due
        if failed or missing or unexpected:
            wrong = sorted([*missing, *unexpected], key=lambda version: version[-2])
            key = projection.key_of(wrong[0]) if wrong else failed[0][0]
            at = max(wrong[0][-2], first) if wrong else failed[0][1]
            count = missing.total() + (0 if wrong else len(failed)), unexpected.total()
            differ.append(Differs(projection.name, tuple(map(str, key)), at, *count))
    return FoldedAgain(differ, counted)


async def miscounted(
    connection: asyncpg.Connection, counted: dict[str, Counted], last_index: int
) -> list[Differs]:
    """Projections that have other numbers of versions than the log gives, all of it folded."""
    found = []
    for projection in PROJECTIONS:
        due = counted.get(projection.name, Counted())
        there = Counted(*await connection.fetchrow(_count(projection), last_index))
        if there != due:
            more = [max(0, n) for n in (there.begun - due.begun, there.ended - due.ended)]
            less = [max(0, n) for n in (due.begun - there.begun, due.ended - there.ended)]
            found.append(Differs(projection.name, None, None, sum(less), sum(more)))
    return found


def _keys(batch: Batch) -> set[Key]:
    of_row = batch.projection.key_of
    return {e.key if isinstance(e, Change) else of_row(e.row) for _, e in batch.effects}


def _given(
    batch: Batch, stored: Iterable[Version], first: int
) -> tuple[list[Version], list[tuple[Key, int]]]:
    """The versions that the batch comes to, from those that stood before `first`; and the keys and
    log indexes at which folding raised, as it does where a row stands that cannot."""
    projection = batch.projection
    before = {
        projection.key_of(version): (projection.row._make(version[:-2]), version[-2])
        for version in stored
        if version[-2] < first
    }
    changes = Changes(projection, before)
    failed = []
    for entry, effect in batch.effects:
        try:
            changes.apply(entry, effect)
        except Exception:  # of the rows as they are stored: they are not what was folded
            key = effect.key if isinstance(effect, Change) else projection.key_of(effect.row)
            failed.append((key, entry.log_index))
    kept = [(*row, since, changes.closed.get(key, FOREVER)) for key, (row, since) in before.items()]
    return kept + changes.added(), failed


def _open(stored: Iterable[Version], before: int) -> Iterable[Version]:
    """The versions as they were before `before`: those that end later had no end yet."""
    for version in stored:
        yield (*version[:-1], version[-1] if version[-1] < before else FOREVER)


async def _stored(
    connection: asyncpg.Connection, projection: Projection, keys: set[Key], first: int, before: int
) -> list[Version]:
    """The versions of these keys that stood anywhere from just before `first` to before
    `before`."""
    arrays = zip(*sorted(keys, key=str), strict=True)
    # A transaction for each table: one that held several would stand in the way of a swap.
    async with connection.transaction():
        await connection.execute(BY_KEY)
        rows = await connection.fetch(_versions(projection), *arrays, first, before)
    return [tuple(tuple(v) if isinstance(v, list) else v for v in row.values()) for row in rows]


def _versions(projection: Projection) -> str:
    """Probes the primary key once for each key, as `engine.find_sql` says why."""
    key = ", ".join(projection.key)
    wanted = ", ".join(f"k.{name}" for name in projection.key)
    arrays = ", ".join(
        f"${at}::{projection.columns[name]}[]" for at, name in enumerate(projection.key, start=1)
    )
    count = len(projection.key)
    columns = ", ".join(f"l.{name}" for name in projection.columns)
    return (
        f"SELECT {columns}, l.valid_from, l.valid_to FROM unnest({arrays}) AS k({key})"
        f" CROSS JOIN LATERAL (SELECT * FROM {LIVE}.{projection.name}"
        f" WHERE ({key}, valid_to) >= ({wanted}, ${count + 1}::bigint)"
        f" AND ({key}, valid_to) <= ({wanted}, {FOREVER}) AND valid_from < ${count + 2}) l"
    )


def _count(projection: Projection) -> str:
    return (
        "SELECT count(*) FILTER (WHERE valid_from <= $1), count(*) FILTER (WHERE valid_to <= $1)"
        f" FROM {LIVE}.{projection.name}"
    )
