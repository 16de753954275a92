"""One share of a rebuild: a process that folds its part of the journal into tables without indexes.

Rows are folded in memory, in log order; versions that ended are written at once and current rows
at the end. Only rows touched last stay in memory: of a row that was written and is touched again,
the entry is put down as *late*, and folded once the tables have their indexes.

`python -m services.reporting.rebuild.worker` reads its work from standard input (JSON:
database_url, schema, step, number, of, up_to, names) and tells how far it is on standard output, a
log_index a line.
"""

import sys
from array import array
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import asyncpg
import orjson
import uvloop

from services.reporting.journal import log as journal
from services.reporting.journal.integrity import WrongRow, check_columns
from services.reporting.journal.record import Entry
from services.reporting.projections import PROJECTIONS, dispatch_to
from services.reporting.projections.as_of import FOREVER
from services.reporting.projections.definition import Change, Effects, Insert, Key, Projection
from services.reporting.projections.engine import Changes, DuplicateKey, load, store
from services.reporting.rebuild.shares import ENTRIES_READ, Share, connected, read_share
from shared.contract.catalogue import CATALOGUE
from shared.service.runner import collect_seldom

ROWS_WRITTEN = 20_000
"""Rows written at once."""
ROWS_KEPT = 200_000
"""Rows of one table in memory, about 1 KB each."""
KEYS_MARKED = 1 << 28
"""Bits that mark keys whose rows were written: with five million, one in fifty is marked falsely,
which costs a look at the table and nothing else."""

LATE_DDL = """
CREATE UNLOGGED TABLE {schema}.late (
    share int NOT NULL, projection text NOT NULL, log_index bigint NOT NULL, nth int NOT NULL);
CREATE UNLOGGED TABLE {schema}.wrong_rows (
    log_index bigint NOT NULL, event_id text NOT NULL, wrong text[] NOT NULL);
"""
LATE = """
SELECT log_index, nth FROM {schema}.late WHERE share = $1 AND projection = $2
ORDER BY log_index, nth
"""
AT_INDEXES = f"""
SELECT {journal.ENTRY} FROM journal WHERE log_index = ANY($1)
"""


class Table:
    """One projection's rows while the journal goes by."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.rows: dict[Key, tuple[Any, int]] = {}
        self.versions: list[tuple[Any, ...]] = []
        self.late_index, self.late_nth = array("q"), array("i")
        self._marks: bytearray | None = None

    def apply(self, entry: Entry, effects: Effects) -> None:
        """Fold an entry into the rows it touches, or put it down as late for those not here."""
        event, at, rows = entry.event, entry.log_index, self.rows
        for nth, effect in enumerate(effects(event, entry)):
            if isinstance(effect, Insert):
                key = self.projection.key_of(effect.row)
                if key in rows:
                    raise DuplicateKey(f"{self.projection.name}: two inserts of one key, at {at}")
                rows[key] = effect.row, at
                continue
            key, fold = effect
            current = rows.pop(key, None)  # and back at the end: touched last
            if current is None and self._marks is not None and self._is_marked(key):
                self.late_index.append(at)
                self.late_nth.append(nth)
                continue
            before = current[0] if current else None
            after = fold(before, event, entry, key)
            if after == before:
                if current:
                    rows[key] = current
                continue
            if current and current[1] < at:
                self.versions.append((*current[0], current[1], at))
            if after is not None:
                rows[key] = (after, at)

    def let_go(self) -> None:
        """Write the rows touched longest ago, where there are more than may stay."""
        if len(self.rows) <= ROWS_KEPT:
            return
        if self._marks is None:
            self._marks = bytearray(KEYS_MARKED >> 3)
        for key in list(islice(self.rows, len(self.rows) - ROWS_KEPT * 3 // 4)):
            row, since = self.rows.pop(key)
            self.versions.append((*row, since, FOREVER))
            bit = hash(key) % KEYS_MARKED
            self._marks[bit >> 3] |= 1 << (bit & 7)

    def finish(self) -> None:
        """Write every row that is left."""
        self.versions += [(*row, since, FOREVER) for row, since in self.rows.values()]
        self.rows = {}

    def _is_marked(self, key: Key) -> bool:
        assert self._marks is not None
        bit = hash(key) % KEYS_MARKED
        return bool(self._marks[bit >> 3] & (1 << (bit & 7)))


async def fold_share(share: Share) -> AsyncIterator[int]:
    """Fold the share's part of the journal; yields the log_index it has come to."""
    tables = {each: Table(each) for each in PROJECTIONS if each.name in share.names}
    routes = {
        type_name: [(tables[projection], effects) for projection, effects in folds]
        for type_name, folds in dispatch_to(frozenset(share.names)).items()
    }
    async with connected(share.database_url) as reader, connected(share.database_url) as writer:
        async for rows, reached in read_share(reader, share):
            wrong = _apply(rows, routes)
            if wrong:
                await writer.copy_records_to_table(
                    "wrong_rows", schema_name=share.schema, records=wrong
                )
            for table in tables.values():
                table.let_go()
                await _write(writer, share, table, ROWS_WRITTEN)
            yield reached
        for table in tables.values():
            table.finish()
            await _write(writer, share, table, 1)


def _apply(
    rows: Sequence[Any], routes: Mapping[str, Sequence[tuple[Table, Effects]]]
) -> list[WrongRow]:
    """Fold rows; those whose columns are not what their document says, which are returned, are
    not."""
    found = []
    for row in rows:
        entry, wrong = check_columns(row)
        if entry is None or wrong is not None:
            found += [wrong] if wrong else []
            continue
        for table, effects in routes[entry.envelope.type]:
            table.apply(entry, effects)
    return found


async def fold_late(share: Share) -> AsyncIterator[int]:
    """Fold what the share put down as late, into tables that now have their indexes."""
    async with connected(share.database_url) as connection:
        for projection in [each for each in PROJECTIONS if each.name in share.names]:
            pairs = await connection.fetch(
                LATE.format(schema=share.schema), share.number, projection.name
            )
            for at in range(0, len(pairs), ENTRIES_READ):
                batch = pairs[at : at + ENTRIES_READ]
                await _fold_pairs(connection, share.schema, projection, batch)
                yield batch[-1]["log_index"]


async def _write(connection: asyncpg.Connection, share: Share, table: Table, at_least: int) -> None:
    projection = table.projection
    if len(table.versions) >= at_least:
        await connection.copy_records_to_table(
            projection.name,
            schema_name=share.schema,
            records=table.versions,
            columns=(*projection.columns, "valid_from", "valid_to"),
        )
        table.versions = []
    if len(table.late_index) >= at_least:
        late = zip(table.late_index, table.late_nth, strict=True)
        await connection.copy_records_to_table(
            "late",
            schema_name=share.schema,
            records=[(share.number, projection.name, *pair) for pair in late],
        )
        table.late_index, table.late_nth = array("q"), array("i")


async def _fold_pairs(
    connection: asyncpg.Connection, schema: str, projection: Projection, pairs: Sequence[Any]
) -> None:
    rows = await connection.fetch(AT_INDEXES, sorted({pair["log_index"] for pair in pairs}))
    entries = {row["log_index"]: journal.entry_of_row(row) for row in rows}
    late = list(_late(projection, entries, pairs))
    keys = {effect.key for _, effect in late}
    changes = Changes(projection, await load(connection, schema, projection, keys))
    for entry, effect in late:
        changes.apply(entry, effect)
    async with connection.transaction():
        await store(connection, schema, changes)


def _late(
    projection: Projection, entries: dict[int, Entry], pairs: Sequence[Any]
) -> Iterator[tuple[Entry, Change]]:
    """The effects that were put down as late; only a change is, for an insert needs no row."""
    for log_index, group in groupby(pairs, itemgetter("log_index")):
        entry = entries[log_index]
        effects = list(projection.on[CATALOGUE[entry.envelope.type]](entry.event, entry))
        for pair in group:
            effect = effects[pair["nth"]]
            assert isinstance(effect, Change), f"{projection.name} is not deterministic"
            yield entry, effect


STEPS = {"fold": fold_share, "late": fold_late}


async def main() -> None:
    """Do the work that standard input names."""
    collect_seldom()
    share = Share(**orjson.loads(sys.stdin.buffer.read()))
    async for log_index in STEPS[share.step](share):
        print(log_index, flush=True)


if __name__ == "__main__":
    uvloop.run(main())
