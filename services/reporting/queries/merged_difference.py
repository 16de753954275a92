"""People who became one between two knowledge times, or were told apart again: of their lines
that stand at both, one is counted no more, or again. The merge, or its undoing, is the cause."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.reporting.projections.as_of import LIVE
from services.reporting.queries.merged import Merges, merged

MOVED = f"""
SELECT person_id, max(moved) AS moved FROM {LIVE}.merged_people,
    LATERAL (VALUES (valid_from), (valid_to)) AS v(moved)
WHERE org_id = $1 AND moved > $2 AND moved <= $3 GROUP BY person_id
"""
EVENTS = """
SELECT log_index, event_id, type, stream, stream_version, recorded_at FROM journal
WHERE log_index = ANY($1)
"""

Line = Mapping[str, Any]


class Changed(NamedTuple):
    """Who was one person at the first and at the second knowledge time; and of each
    record whose person changed between, the log_index of what changed it."""

    before: Merges
    after: Merges
    causes: Mapping[str, int]

    @property
    def records(self) -> list[str]:
        """Every record of the people who changed."""
        return sorted(self.causes)


async def merges(connection: Any, org_id: str, known: tuple[int, int]) -> Changed:
    """What was merged and told apart between two knowledge times."""
    moved = {
        row["person_id"]: int(row["moved"]) for row in await connection.fetch(MOVED, org_id, *known)
    }
    if not moved:
        return Changed(Merges(), Merges(), {})
    before, after = [await merged(connection, org_id, at) for at in known]
    causes: dict[str, int] = {}
    for group in _groups([*_pairs(before), *_pairs(after)]):
        if at := max((moved[each] for each in group if each in moved), default=0):
            causes |= dict.fromkeys(group, at)
    return Changed(before, after, causes)


def _pairs(merges: Merges) -> Iterator[tuple[str, str]]:
    yield from merges.own.items()
    yield from ((record, kept) for (_, record), kept in merges.theirs.items())


def _groups(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Records that were of one person at either time."""
    groups: list[set[str]] = []
    for pair in pairs:
        joined = set(pair).union(*(each for each in groups if not each.isdisjoint(pair)))
        groups = [each for each in groups if each.isdisjoint(pair)] + [joined]
    return groups


def counted_otherwise(changed: Changed, lines: Sequence[Line]) -> list[tuple[str, Line, int]]:
    """Of lines that stand at both times, in the order they are counted, those that went or came
    because of a merge: (`went` or `came`, the line, the cause's log_index)."""
    first: list[dict[str, Line]] = [{}, {}]
    for line in lines:
        subject, source = line["subject"], line["item"].rpartition("@")[2]
        for counted, kept in zip(first, (changed.before, changed.after), strict=True):
            counted.setdefault(kept.kept(source, subject), line)
    was, now = [{(line["list"], line["item"]): line for line in each.values()} for each in first]
    went = [("went", line) for key, line in was.items() if key not in now]
    came = [("came", line) for key, line in now.items() if key not in was]
    return [(change, line, changed.causes[line["subject"]]) for change, line in (*went, *came)]


async def events_at(connection: Any, log_indexes: Iterable[int]) -> dict[int, Any]:
    """The events of the journal at these log indexes."""
    rows = await connection.fetch(EVENTS, list(log_indexes))
    return {row["log_index"]: row for row in rows}
