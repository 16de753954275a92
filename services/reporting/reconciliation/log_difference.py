"""Where an owner's log and the journal say different things. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

Kind = Literal[
    "missing", "in-quarantine", "another-event", "document-differs", "not-the-owners", "owner-lost"
]
"""`missing`: the journal has nothing there; `in-quarantine`: quarantine has it. `another-event`:
two different ones; `document-differs`: one event, other bytes. `not-the-owners`: the owner stamped
no such sequence; `owner-lost`: it did, and has the event no more."""

Entry = Mapping[str, Any]
"""`sequence`, `event_id`, `type` and `leaf` (hex); of the journal `log_index` too."""


class LogDifference(NamedTuple):
    """One sequence of one shard; None on the side that has nothing there."""

    source: str
    shard: int
    sequence: int
    kind: Kind
    owner_event_id: str | None
    owner_leaf: str | None
    journal_event_id: str | None
    journal_leaf: str | None
    log_index: int | None


class Compared(NamedTuple):
    """How an owner's log and the journal stand: what differs, and whether all that the journal has
    was looked at, up to now."""

    differences: list[LogDifference]
    all_of_it: bool


class Elsewhere(NamedTuple):
    """Where else an owner's event may be: `leaves` of those the journal holds at other sequences
    (a restored owner stamps anew), events in quarantine, and those that were discarded from it."""

    leaves: Mapping[str, str]
    quarantined: Collection[str]
    discarded: Collection[str]


def differing(
    source: str, shard: int, owner: Sequence[Entry], journal: Sequence[Entry], elsewhere: Elsewhere
) -> list[LogDifference]:
    """What differs between the entries of the same range of a shard, in order of sequence.

    What was discarded was settled by a person, by an event; it is no difference.
    """
    ours: dict[int, list[Entry]] = {}
    for entry in journal:
        ours.setdefault(entry["sequence"], []).append(entry)
    theirs = {entry["sequence"]: entry for entry in owner}
    found = []
    for sequence in sorted(ours.keys() | theirs.keys()):
        stamped, held = theirs.get(sequence), ours.get(sequence, [])
        for kind, row in _at(stamped, held, elsewhere):
            mine, its = row or {}, stamped or {}
            found.append(
                LogDifference(
                    source,
                    shard,
                    sequence,
                    kind,
                    its.get("event_id"),
                    its.get("leaf"),
                    mine.get("event_id"),
                    mine.get("leaf"),
                    mine.get("log_index"),
                )
            )
    return found


def _at(
    stamped: Entry | None, held: Iterable[Entry], elsewhere: Elsewhere
) -> list[tuple[Kind, Entry | None]]:
    """What is wrong at one sequence, with the journal's entry; at most one thing."""
    rows = list(held)
    if stamped is None:
        return [("not-the-owners", rows[0])]
    event_id, leaf = stamped["event_id"], stamped["leaf"]
    if event_id is None:
        return [("owner-lost", rows[0] if rows else None)]
    others = [row for row in rows if row["event_id"] != event_id]
    same = next((row for row in rows if row["event_id"] == event_id), None)
    if same is not None and same["leaf"] != leaf:
        return [("document-differs", same)]
    if others:
        return [("another-event", others[0])]
    if same is not None or elsewhere.leaves.get(event_id) == leaf:
        return []
    if event_id in elsewhere.discarded:
        return []
    return [("in-quarantine" if event_id in elsewhere.quarantined else "missing", None)]
