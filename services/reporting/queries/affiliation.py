"""Moves of a union to another upper one (转隶), as a period saw them.

A union's row holds its latest move; those before it are in the row's earlier versions. Where our
own context tells of a move, its word is read and no other's.
"""

from typing import Any

from services.reporting.projections.as_of import LIVE
from services.reporting.projections.unions import UNIONS, Union
from services.reporting.queries.knowledge import Period
from services.reporting.queries.referents import own_first
from services.reporting.queries.rows import row_of

# A move that was not completed and is in no version that is still current was taken back.
VERSIONS = f"""
SELECT {", ".join(UNIONS.columns)}, valid_to > $2 AS current FROM {LIVE}.unions
WHERE org_id = $1 AND valid_from <= $2 AND move_started IS NOT NULL AND source = (
    SELECT u.source FROM {LIVE}.unions u
    WHERE u.org_id = $1 AND u.valid_from <= $2 AND u.move_started IS NOT NULL
    ORDER BY {own_first("u")} LIMIT 1)
ORDER BY valid_from
"""


async def moves(connection: Any, org_id: str, period: Period, at: int) -> list[Union]:
    """The union's row at the end of the period, once for each move that was under way in it.

    What happened after the period (files made ready, the move completed) is not told of it.
    """
    found: dict[Any, list[tuple[Union, bool]]] = {}
    for record in await connection.fetch(VERSIONS, org_id, at):
        row = row_of(UNIONS, record)
        found.setdefault(row.move_started, []).append((row, record["current"]))
    return [
        seen
        for versions in found.values()
        if (versions[-1][1] or versions[-1][0].moved_on is not None)
        and (seen := _seen([row for row, _ in versions], period)) is not None
    ]


def _seen(versions: list[Union], period: Period) -> Union | None:
    last = versions[-1]
    if last.move_started_on is None or last.move_started_on > period.last:
        return None
    if last.moved_on is not None and last.moved_on < period.first:
        return None
    told = [row for row in versions if row.prepared_on is None or row.prepared_on <= period.last]
    row = told[-1] if told else last._replace(members_prepared=0, prepared=None)
    if last.moved_on is not None and last.moved_on <= period.last:
        return row._replace(moved_on=last.moved_on, moved=last.moved)
    return row._replace(moved_on=None, moved=None)
