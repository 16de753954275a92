"""Is a row of the journal what its bytes say? The leaf against the document, and the columns."""

from operator import itemgetter
from typing import Any, NamedTuple

from services.reporting.journal.log import entry_of_row
from services.reporting.journal.record import Entry
from shared.contract.document import leaf_hash

CHECKED = (
    "log_index, event_id, source, type, stream, stream_version, org_id, recorded_at, epoch, shard,"
    " shard_sequence, document, leaf"
)
"""Columns that a check reads."""

OF_THE_DOCUMENT = (
    "event_id", "source", "type", "stream", "stream_version", "org_id", "recorded_at",
)  # fmt: skip
"""Columns that repeat what the document says."""
COLUMNS_OF = itemgetter(*OF_THE_DOCUMENT)

WRONG_LEAVES = """
SELECT log_index, event_id FROM journal
WHERE log_index <= $1 AND (leaf IS DISTINCT FROM sha256('\\x00'::bytea || document)
    OR type <> ALL($2::text[]))
ORDER BY log_index LIMIT 1000
"""
"""Rows whose document does not give their leaf, or whose type no code knows."""


class WrongRow(NamedTuple):
    """A row of the journal that was changed. `wrong`: `leaf` where its document does not give its
    leaf, `document` where that cannot be read, and the columns that say otherwise."""

    log_index: int
    event_id: str
    wrong: tuple[str, ...]


def wrong_in(row: Any) -> WrongRow | None:
    """What is wrong with a row (CHECKED's columns); None where nothing is."""
    return check(row)[1]


def check(row: Any) -> tuple[Entry | None, WrongRow | None]:
    """The entry of a row, or None where its document cannot be read; and what is wrong with it."""
    leaf = () if leaf_hash(row["document"]) == row["leaf"] else ("leaf",)
    return _checked(row, leaf)


def check_columns(row: Any) -> tuple[Entry | None, WrongRow | None]:
    """As `check`, where the leaf was looked at before."""
    return _checked(row, ())


def _checked(row: Any, leaf: tuple[str, ...]) -> tuple[Entry | None, WrongRow | None]:
    try:
        entry = entry_of_row(row)
    except Exception:  # whatever a hand wrote there, it is no event, and stops nobody
        return None, _wrong(row, (*leaf, "document"))
    envelope = entry.envelope
    told = (
        envelope.event_id,
        envelope.source,
        envelope.type,
        envelope.stream,
        envelope.stream_version,
        envelope.org_id,
        envelope.recorded_at,
    )
    if told == COLUMNS_OF(row) and not leaf:
        return entry, None
    said = [name for name, value in zip(OF_THE_DOCUMENT, told, strict=True) if row[name] != value]
    return entry, _wrong(row, (*leaf, *said))


def _wrong(row: Any, said: tuple[str, ...]) -> WrongRow:
    return WrongRow(row["log_index"], str(row["event_id"]), said)
