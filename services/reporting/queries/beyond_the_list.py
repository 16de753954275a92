"""What must hold of a figure's line beyond its list (`Figure.only`), as SQL on the alias `l`.

Other projections decide, as they were known at the same log_index, so that a later correction of a
person or an incident moves the figure, and its list with it.
"""

from typing import Any

from services.reporting.figures.definition import Figure, Only
from services.reporting.projections.as_of import LIVE, known_at

_AT = "{at}"
KEPT = f"""coalesce((SELECT p.kept_person_id FROM {LIVE}.merged_people p WHERE p.org_id = l.org_id
        AND p.person_id = l.subject AND {known_at("{at}", "p")}), l.subject)"""
"""Who a line is about, where its record was merged into another."""
CONDITIONS: dict[Only, str] = {
    "women": f"""EXISTS (SELECT FROM {LIVE}.register g WHERE g.org_id = l.org_id
        AND g.person_id = {KEPT.format(at=_AT)} AND g.gender = 'female'
        AND {known_at(_AT, "g")})""",
    "of_staff_congress": f"""EXISTS (SELECT FROM {LIVE}.meetings m WHERE m.org_id = l.org_id
        AND m.meeting_id = split_part(l.subject, '/', 1) AND m.kind = 'staff_congress'
        AND {known_at(_AT, "m")})""",
    "without_incident": f"""NOT EXISTS (SELECT FROM {LIVE}.incidents i WHERE i.org_id = l.org_id
        AND l.list = 'attested.' || i.subject || '.free'
        AND to_char(i.happened_on, 'YYYY-MM') = l.subject AND {known_at(_AT, "i")})""",
}

WITHOUT_GENDER = f"""
SELECT count(DISTINCT l.subject) FROM {LIVE}.figure_lines l
WHERE l.org_id = $1 AND l.list = ANY($2) AND l.occurred_on >= $3 AND l.occurred_on <= $4
    AND {known_at("$5", "l")} AND NOT EXISTS (
        SELECT FROM {LIVE}.register g WHERE g.org_id = l.org_id
            AND g.person_id = {KEPT.format(at="$5")} AND g.gender IS NOT NULL
            AND {known_at("$5", "g")})
"""


def holds(only: Only | None, at: str) -> str:
    """The condition on a line `l`; `at` is the parameter that holds the log_index (`$5`)."""
    return "true" if only is None else CONDITIONS[only].format(at=at)


async def without_gender(connection: Any, org_id: str, figure: Figure, *scope: Any) -> int:
    """How many people of the lists have no registered gender; `scope`: first day, last day, at."""
    lists = list(figure.lists)
    return int(await connection.fetchval(WITHOUT_GENDER, org_id, lists, *scope))
