"""What must hold of a figure's line beyond its list (`Figure.only`), as SQL on the alias `l`.

Other projections decide, as they were known at the same log_index, so that a later correction of a
person or an incident moves the figure, and its list with it. Whose word decides, `referents.py`
says: no outside source has a line of ours counted or left out.
"""

from typing import Any

from services.reporting.figures.definition import Figure, Only
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.figure_lines import source_of
from services.reporting.queries.referents import OUTSIDE, may_refer, nearest, own_first

_AT = "{at}"
MERGES_MAX = 64
"""A chain is no longer than this: of a circle, which no decision of ours makes, one is taken."""
SOURCE = source_of("l")
KEPT = f"""(WITH RECURSIVE chain AS (
        SELECT l.subject AS record, 0 AS step
        UNION ALL SELECT following.kept, chain.step + 1 FROM chain CROSS JOIN LATERAL (
            SELECT p.kept_person_id AS kept FROM {LIVE}.merged_people p WHERE p.org_id = l.org_id
            AND p.person_id = chain.record AND (p.source NOT {OUTSIDE} OR p.source = {SOURCE})
            AND {known_at("{at}", "p")} ORDER BY {own_first("p")} LIMIT 1) following
        WHERE chain.step < {MERGES_MAX})
    SELECT record FROM chain ORDER BY step DESC LIMIT 1)"""
"""Who a line is about, where its record was merged into another, and that one into a third."""
GENDER = f"""(SELECT g.gender FROM {LIVE}.register g WHERE g.org_id = l.org_id
        AND g.person_id = {KEPT} AND g.gender IS NOT NULL AND {may_refer("g", SOURCE)}
        AND {known_at(_AT, "g")} ORDER BY {nearest("g", SOURCE)} LIMIT 1)"""
CONDITIONS: dict[Only, str] = {
    "women": f"{GENDER} = 'female'",
    "of_staff_congress": f"""(SELECT m.kind FROM {LIVE}.meetings m WHERE m.org_id = l.org_id
        AND m.meeting_id = split_part(l.subject, '/', 1) AND m.kind IS NOT NULL
        AND {may_refer("m", SOURCE)} AND {known_at(_AT, "m")}
        ORDER BY {nearest("m", SOURCE)} LIMIT 1) = 'staff_congress'""",
    "without_incident": f"""NOT EXISTS (SELECT FROM {LIVE}.incidents i WHERE i.org_id = l.org_id
        AND l.list = 'attested.' || i.subject || '.free'
        AND to_char(i.happened_on, 'YYYY-MM') = l.subject
        AND (i.source NOT {OUTSIDE} OR i.source = {SOURCE}) AND {known_at(_AT, "i")})""",
}

WITHOUT_GENDER = f"""
SELECT count(DISTINCT {KEPT.format(at="$5")}) FROM {LIVE}.figure_lines l
WHERE l.org_id = $1 AND l.list = ANY($2) AND l.occurred_on <= $4
    AND l.occurred_on >= CASE WHEN $6 THEN date '-infinity' ELSE $3 END
    AND (NOT $6 OR l.ended_on IS NULL OR l.ended_on > $4)
    AND {known_at("$5", "l")} AND {GENDER.format(at="$5")} IS NULL
"""


def holds(only: Only | None, at: str) -> str:
    """The condition on a line `l`; `at` is the parameter that holds the log_index (`$5`)."""
    return "true" if only is None else CONDITIONS[only].format(at=at)


async def without_gender(connection: Any, org_id: str, figure: Figure, *scope: Any) -> int:
    """How many people of the lists have no registered gender, of a stock those that stand at its
    last day; `scope`: first day, last day, at."""
    asked = (org_id, list(figure.lists), *scope, figure.stock)
    return int(await connection.fetchval(WITHOUT_GENDER, *asked))
