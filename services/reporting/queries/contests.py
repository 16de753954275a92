"""Contests (评比) of a period: those that were held in it, or had works or awards in it.

What two sources tell is counted once.
"""

from typing import Any, NamedTuple

from services.reporting.figures.activities import held
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.queries.conflicts import of_lists
from services.reporting.queries.knowledge import Period

CONTESTS = f"""
SELECT split_part(l.subject, '/', 1) AS activity_id,
    count(*) FILTER (WHERE l.list = 'contest_entry') AS entries,
    count(*) FILTER (WHERE l.list = 'contest_award') AS awards
FROM {LIVE}.figure_lines l
WHERE l.org_id = $1 AND l.list = ANY($5) AND l.occurred_on >= $2 AND l.occurred_on <= $3
    AND {known_at("$4", "l")} AND l.item <> ALL($6)
GROUP BY 1
"""
LISTS = ["contest_entry", "contest_award", *held(("contest",))]


class Contest(NamedTuple):
    """One contest's works and awards within a period."""

    activity_id: str
    entries: int
    awards: int


async def contests(connection: Any, org_id: str, period: Period, at: int) -> dict[str, Contest]:
    """The contests of a period by their activity, as known at `at`."""
    twice = [each.item for each in await of_lists(connection, org_id, LISTS, period, at)]
    rows = await connection.fetch(CONTESTS, org_id, *period, at, LISTS, twice)
    return {row["activity_id"]: Contest(*row) for row in rows}
