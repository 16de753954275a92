"""The unions under a union as its tree was on a day, as known at a log_index.

A union's row holds its latest upper union; those before it are in the row's earlier versions, each
from the day on which it moved. Of two sources that tell of a union, ours is believed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from services.reporting.projections.as_of import LIVE
from services.reporting.projections.unions import UNIONS, Union
from services.reporting.queries.rows import row_of
from services.reporting.rules.facts import once_each

VERSIONS = f"""
SELECT {", ".join(UNIONS.columns)}, valid_to > $1 AS current FROM {LIVE}.unions
WHERE valid_from <= $1 ORDER BY org_id, source, valid_from
"""


class Placed(NamedTuple):
    """A union under another (or the one asked for), and how far below it: 0 is itself."""

    union: Union
    level: int


async def tree_on(connection: Any, org_id: str, day: date, at: int) -> list[Placed]:
    """The union and all under it on `day`, each below its upper one, by id. A union that was not
    registered by then is not there; the one asked for always is."""
    versions: dict[tuple[str, str], list[Union]] = defaultdict(list)
    last: dict[tuple[str, str], Union] = {}
    for record in await connection.fetch(VERSIONS, at):
        row: Union = row_of(UNIONS, record)
        versions[row.org_id, row.source].append(row)
        if record["current"]:
            last[row.org_id, row.source] = row
    believed = once_each(last.values(), attrgetter("org_id"))
    under: dict[str | None, list[Union]] = defaultdict(list)
    own = Union(org_id, "")
    for union in sorted(believed, key=attrgetter("org_id")):
        if union.org_id == org_id:
            own = union
        elif union.registered_on is not None and union.registered_on <= day:
            under[upper_on(versions[union.org_id, union.source], day)].append(union)
    return list(_below(own, under, 0, {org_id}))


def upper_on(versions: Sequence[Union], day: date) -> str | None:
    """The upper union on a day, from the versions of a row in the order in which they became
    known. What is corrected always was so."""
    steps: list[tuple[date, str | None]] = []
    moved = None
    for row in versions:
        if row.registered_on is None:
            continue
        if not steps:
            steps.append((row.registered_on, row.parent_org_id))
        if row.moved is not None and row.moved != moved:
            moved = row.moved
            steps.append((row.moved_on or row.registered_on, row.parent_org_id))
        elif row.parent_org_id != steps[-1][1]:
            steps[-1] = (steps[-1][0], row.parent_org_id)
    until = [upper for since, upper in sorted(steps, key=lambda step: step[0]) if since <= day]
    return until[-1] if until else None


def _below(
    union: Union, under: dict[str | None, list[Union]], level: int, seen: set[str]
) -> Iterable[Placed]:
    yield Placed(union, level)
    for each in under[union.org_id]:
        if each.org_id not in seen:  # a circle of registrations is no tree
            seen.add(each.org_id)
            yield from _below(each, under, level + 1, seen)
