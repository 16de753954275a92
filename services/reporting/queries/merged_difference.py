"""People who became one between two knowledge times, or were told apart again: of their lines
that stand at both, one is counted no more, or again. The merge, or its undoing, is the cause."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.reporting.projections.as_of import LIVE
from services.reporting.queries.merged import merged

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


class Merges(NamedTuple):
    """Who was one person at the first and at the second knowledge time, of each record the one
    kept; and of each record whose person changed between, the log_index of what changed it."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    causes: Mapping[str, int]

    @property
    def records(self) -> list[str]:
        """Every record of the people who changed."""
        return sorted(self.causes)


async def merges(connection: Any, org_id: str, known: tuple[int, int]) -> Merges:
    """What was merged and told apart between two knowledge times."""
    moved = {
        row["person_id"]: int(row["moved"]) for row in await connection.fetch(MOVED, org_id, *known)
    }
    if not moved:
        return Merges({}, {}, {})
    before, after = [await merged(connection, org_id, at) for at in known]
    causes: dict[str, int] = {}
    for group in _groups([*before.items(), *after.items()]):
        if at := max((moved[each] for each in group if each in moved), default=0):
            causes |= dict.fromkeys(group, at)
    return Merges(before, after, causes)


def _groups(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Records that were of one person at either time."""
    groups: list[set[str]] = []
    for pair in pairs:
        joined = set(pair).union(*(each for each in groups if not each.isdisjoint(pair)))
        groups = [each for each in groups if each.isdisjoint(pair)] + [joined]
    return groups


def counted_otherwise(merges: Merges, lines: Sequence[Line]) -> list[tuple[str, Line, int]]:
    """Of lines that stand at both times, in the order they are counted, those that went or came
    because of a merge: (`went` or `came`, the line, the cause's log_index)."""
    first: list[dict[str, Line]] = [{}, {}]
    for line in lines:
        subject = line["subject"]
        for counted, kept in zip(first, (merges.before, merges.after), strict=True):
            counted.setdefault(kept.get(subject, subject), line)
    was, now = [{(line["list"], line["item"]): line for line in each.values()} for each in first]
    went = [("went", line) for key, line in was.items() if key not in now]
    came = [("came", line) for key, line in now.items() if key not in was]
    return [(change, line, merges.causes[line["subject"]]) for change, line in (*went, *came)]


async def events_at(connection: Any, log_indexes: Iterable[int]) -> dict[int, Any]:
    """The events of the journal at these log indexes."""
    rows = await connection.fetch(EVENTS, list(log_indexes))
    return {row["log_index"]: row for row in rows}
