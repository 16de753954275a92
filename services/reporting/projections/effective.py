"""What counts of a stream, as known at a log_index: events neither disowned nor withdrawn by then.

A row is touched by events of one stream name alone (whichever source writes it), so what the others
make of a row is read from that stream, and not from all of the union.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg

from services.reporting.journal import log as journal
from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Change, Insert, Key, Projection, Row
from services.reporting.projections.engine import Dispatch
from shared.contract.catalogue import CATALOGUE
from shared.contract.corrections import WITHDRAWALS, corrected_by
from shared.contract.envelope import shard_of

# Our own events of a stream are found in its shard, others in the index of outside streams: an
# index by stream would cost every event of ingest what a withdrawal saves.
OF_STREAMS = f"""
SELECT {journal.ENTRY}, out.at, out.until
FROM (
    SELECT * FROM journal WHERE shard = ANY($2) AND stream = ANY($1)
    UNION ALL
    SELECT * FROM journal WHERE shard IS NULL AND stream = ANY($1)) j
CROSS JOIN LATERAL (
    SELECT array_agg(at ORDER BY at) AS at, array_agg(until ORDER BY at) AS until FROM (
        SELECT counts, at, lead(at) OVER (PARTITION BY by ORDER BY at) AS until
        FROM disownings d WHERE d.log_index = j.log_index) turns
    WHERE NOT counts) out
ORDER BY log_index
"""


class Touched(NamedTuple):
    """A row, by its projection and key."""

    projection: Projection
    key: Key


Rows = Mapping[Touched, Row | None]


class Told(NamedTuple):
    """An entry of a stream, and the log indexes from which it is disowned, each with that from
    which it counts again (None: it does not)."""

    entry: Entry
    disowned: tuple[tuple[int, int | None], ...] = ()

    def known_at(self, at: int) -> "Told":
        """As it was at `at`: what was disowned later was not disowned yet."""
        known = [(since, until) for since, until in self.disowned if since <= at]
        ended = ((since, None if until is None or until > at else until) for since, until in known)
        return self._replace(disowned=tuple(ended))

    def counts(self, at: int) -> bool:
        """Whether it was said, and not disowned, as known at `at`."""
        out = any(since <= at and (until is None or at < until) for since, until in self.disowned)
        return self.entry.log_index <= at and not out


async def of_streams(
    connection: asyncpg.Connection, streams: Sequence[str]
) -> dict[str, list[Told]]:
    """All entries of these streams, of any source, oldest first."""
    found: dict[str, list[Told]] = {stream: [] for stream in streams}
    shards = list({shard_of(stream) for stream in streams})
    for row in await connection.fetch(OF_STREAMS, streams, shards):
        disowned = zip(row["at"] or (), row["until"] or (), strict=True)
        told = Told(journal.entry_of_row(row), tuple(disowned))
        found[told.entry.envelope.stream].append(told)
    return found


def withdrawn_by(told: Sequence[Told], at: int) -> dict[int, Entry]:
    """Of a stream's entries, the log indexes of those withdrawn as known at `at`, each with the
    entry that withdraws it: the first that names it, of the same source, said after it, and of a
    type that may."""
    entries = {(e.envelope.source, str(e.envelope.event_id)): e for e, _ in told}
    found: dict[int, Entry] = {}
    for each in told:
        withdrawal = WITHDRAWALS.get(each.entry.envelope.type)
        if withdrawal is None or not each.counts(at):
            continue
        event: Any = each.entry.event
        named = entries.get((each.entry.envelope.source, event.entry))
        if (
            named is not None
            and named.log_index < each.entry.log_index
            and withdrawal in corrected_by(CATALOGUE[named.envelope.type])
        ):
            found.setdefault(named.log_index, each.entry)
    return found


def effective(told: Sequence[Told], at: int) -> list[Entry]:
    """A stream's entries that count, as known at `at`."""
    withdrawn = withdrawn_by(told, at)
    return [
        each.entry for each in told if each.counts(at) and each.entry.log_index not in withdrawn
    ]


def taken_out_by(told: Sequence[Told], entry: Entry) -> list[Entry]:
    """What an entry of the stream bears on by being said or unsaid: itself, and the one it
    withdraws, if it does."""
    withdrawal = entry.envelope.type in WITHDRAWALS
    event: Any = entry.event
    return [entry] + [
        each.entry
        for each in told
        if withdrawal
        and str(each.entry.envelope.event_id) == event.entry
        and each.entry.envelope.source == entry.envelope.source
    ]


def touched_by(table: Dispatch, entries: Iterable[Entry]) -> set[Touched]:
    """The rows that entries touch."""
    return {
        Touched(projection, _key(projection, effect))
        for entry in entries
        for projection, effects in table.get(entry.envelope.type, ())
        for effect in effects(entry.event, entry)
    }


def rows_of(table: Dispatch, keys: Iterable[Touched], entries: Sequence[Entry]) -> Rows:
    """What entries make of these rows."""
    rows: dict[Touched, Row | None] = dict.fromkeys(keys)
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


def _key(projection: Projection, effect: Insert | Change) -> Key:
    return projection.key_of(effect.row) if isinstance(effect, Insert) else effect.key
