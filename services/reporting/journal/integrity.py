"""Is a row of the journal what its bytes say? The leaf against the document, and the columns."""

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
    """The entry of a row, or None where nothing may be folded from it; and what is wrong."""
    leaf = [] if leaf_hash(row["document"]) == row["leaf"] else ["leaf"]
    try:
        entry = entry_of_row(row)
    except Exception:  # whatever a hand wrote there, it is no event, and stops nobody
        return None, _wrong(row, [*leaf, "document"])
    said = leaf + [name for name in OF_THE_DOCUMENT if row[name] != getattr(entry.envelope, name)]
    return (None, _wrong(row, said)) if said else (entry, None)


def _wrong(row: Any, said: list[str]) -> WrongRow:
    return WrongRow(row["log_index"], str(row["event_id"]), tuple(said))
