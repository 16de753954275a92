"""Our own copy of what members says: who was what in a union, on any day.

A member is one from the day of joining on and no longer on the day the membership ended; a person
is in post up to and including the last day: as in the registers of members itself.
"""

from datetime import date

import asyncpg

from services.benefits.domain.people import READABLE, PersonStatus
from shared.contract.values import Population

MEMBERSHIP_ON = """
SELECT DISTINCT ON (person_id) person_id, is_member, is_retired FROM known_changes
WHERE org_id = $1 AND effective_on <= $2 AND is_member IS NOT NULL
ORDER BY person_id, effective_on DESC, version DESC
"""
POST_ON = """
SELECT DISTINCT ON (person_id) person_id, is_staff, gender FROM known_changes
WHERE org_id = $1 AND effective_on <= $2 AND is_staff IS NOT NULL
ORDER BY person_id, effective_on DESC, version DESC
"""
BELONGING = {
    "members": f"SELECT person_id FROM ({MEMBERSHIP_ON}) AS m WHERE is_member",
    "staff": f"SELECT person_id FROM ({POST_ON}) AS s WHERE is_staff",
    "women_staff": f"SELECT person_id FROM ({POST_ON}) AS s WHERE is_staff AND gender = 'female'",
}
# Few rows with long arrays: 100,000 people come over in a tenth of the time of as many rows.
STATUSES = f"""
SELECT coalesce(m.is_member, false) AS is_member, coalesce(m.is_retired, false) AS is_retired,
       coalesce(s.is_staff, false) AS is_staff, coalesce(d.is_dependant, false) AS is_dependant,
       array_agg(person_id) AS person_ids
FROM ({MEMBERSHIP_ON}) AS m
FULL JOIN ({POST_ON}) AS s USING (person_id)
FULL JOIN (SELECT person_id, true AS is_dependant FROM known_dependants
           WHERE org_id = $1 AND declared_on <= $2) AS d USING (person_id)
GROUP BY 1, 2, 3, 4
"""


async def belonging(pool: asyncpg.Pool, org_id: str, population: Population, on: date) -> list[str]:
    """Who belongs to a population on a day, sorted; nobody where our copy cannot list it."""
    if population not in READABLE:
        return []
    rows = await pool.fetch(BELONGING[population], org_id, on)
    return sorted(row["person_id"] for row in rows)


async def statuses_on(pool: asyncpg.Pool, org_id: str, on: date) -> dict[str, PersonStatus]:
    """What everybody our copy knows in a union is on a day."""
    found: dict[str, PersonStatus] = {}
    for row in await pool.fetch(STATUSES, org_id, on):
        status = PersonStatus(
            row["is_member"], row["is_retired"], row["is_staff"], row["is_dependant"]
        )
        found.update(dict.fromkeys(row["person_ids"], status))
    return found
