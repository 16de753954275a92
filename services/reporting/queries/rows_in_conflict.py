"""Rows in conflict: what another source tells of a thing that our own context told of too, or a
source before it by name.

Figures count lines once (`conflicts.py`); this is what their lines are not about: the terms of a
programme, a roster, a budget, who is a member, what a union is called. Our row stands as it is; the
other is shown beside it, with the columns in which the two differ.
"""

from typing import Any, NamedTuple

from services.reporting.projections import PROJECTIONS
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.books import BUDGET_LINES
from services.reporting.projections.definition import Projection
from services.reporting.queries.referents import OUTSIDE, own_first

LISTED_MAX = 1000


class RowConflict(NamedTuple):
    """A thing that two sources tell of: its projection and name, whose word is believed, whose is
    not, and the columns in which they differ (none: they say the same)."""

    projection: str
    thing: str
    believed: str
    source: str
    differs: tuple[str, ...]


def things_of(projection: Projection) -> tuple[str, ...]:
    """The columns that name the thing a row tells of, whoever tells it; none where each row is an
    event's own, or a conclusion of ours."""
    if projection is BUDGET_LINES:  # a year has one budget, a line of which is told beside its like
        return ("org_id", "budget_year")
    if "source" not in projection.key or "event" in projection.key:
        return ()
    return tuple(name for name in projection.key if name != "source")


def _statement(projection: Projection) -> str:
    """The rows of outside sources beside the row of the same thing that is believed. Which event
    said it differs always, and is no difference."""
    named = things_of(projection)
    told = [
        name
        for name, kind in projection.columns.items()
        if name not in (*named, "source") and kind != "uuid"
    ]
    differs = ", ".join(
        f"CASE WHEN b.{name} IS DISTINCT FROM t.{name} THEN '{name}' END" for name in told
    )
    same = " AND ".join(f"b.{name} = t.{name}" for name in named)
    part = ("budget_line",) if projection is BUDGET_LINES else ()
    thing = ", ".join(f"t.{name}" for name in (*named, *part) if name != "org_id") or "t.org_id"
    like = "".join(f"b.{name} <> t.{name}, " for name in part)
    return f"""SELECT '{projection.name}' AS projection, concat_ws('/', {thing}) AS thing,
        b.source AS believed, t.source, array_remove(ARRAY[{differs}]::text[], NULL) AS differs
    FROM {LIVE}.{projection.name} t CROSS JOIN LATERAL (
        SELECT * FROM {LIVE}.{projection.name} b WHERE {same} AND {known_at("$2", "b")}
            AND b.source = ANY(ARRAY(
                SELECT DISTINCT a.source FROM {LIVE}.{projection.name} a WHERE a.org_id = $1))
        ORDER BY b.source {OUTSIDE}, {like}{own_first("b")}, b.valid_from DESC LIMIT 1) b
    WHERE t.org_id = $1 AND t.source {OUTSIDE} AND {known_at("$2", "t")} AND b.source <> t.source"""


CONFLICTS = (
    " UNION ALL ".join(_statement(each) for each in PROJECTIONS if things_of(each))
    + " ORDER BY projection, thing, source LIMIT $3"
)


class Listed(NamedTuple):
    """The first LISTED_MAX conflicts, and whether these are all."""

    conflicts: list[RowConflict]
    all_listed: bool


async def rows_in_conflict(connection: Any, org_id: str, at: int) -> Listed:
    """The things of a union that two sources tell of, as known at `at`."""
    rows = await connection.fetch(CONFLICTS, org_id, at, LISTED_MAX + 1)
    told = [RowConflict(*row.values())._replace(differs=tuple(row["differs"])) for row in rows]
    return Listed(told[:LISTED_MAX], len(told) <= LISTED_MAX)
