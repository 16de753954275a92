"""Our own copy of what members says: who was what in a union, on any day.

A member is one from the day of joining on and no longer on the day the membership ended; a person
is in post up to and including the last day: as in the registers of members itself.
"""

from datetime import date

import asyncpg

from services.benefits.domain.people import READABLE, PersonStatus
from shared.contract.values import Population

EXISTING = """
NOT EXISTS (SELECT FROM known_withdrawals w WHERE w.org_id = known.org_id
    AND w.person_id = known.{person} AND w.version = known.version)
"""
"""The condition that an entry of a person's stream was not withdrawn."""
OF_PERSON = EXISTING.format(person="person_id")
MEMBERSHIP_ON = f"""
SELECT DISTINCT ON (person_id) person_id, is_member, is_retired FROM known_changes known
WHERE org_id = $1 AND effective_on <= $2 AND is_member IS NOT NULL AND {OF_PERSON}
ORDER BY person_id, effective_on DESC, version DESC
"""
# The gender is that of the last correction, or else of the post.
POST_ON = f"""
SELECT DISTINCT ON (person_id) person_id, is_staff, coalesce((
    SELECT c.gender FROM known_changes c WHERE c.org_id = known.org_id
        AND c.person_id = known.person_id AND c.is_staff IS NULL AND c.gender IS NOT NULL
        AND c.version > known.version
        AND NOT EXISTS (SELECT FROM known_withdrawals w WHERE w.org_id = c.org_id
            AND w.person_id = c.person_id AND w.version = c.version)
    ORDER BY c.version DESC LIMIT 1), gender) AS gender
FROM known_changes known
WHERE org_id = $1 AND effective_on <= $2 AND is_staff IS NOT NULL AND {OF_PERSON}
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
FULL JOIN (SELECT DISTINCT person_id, true AS is_dependant FROM known_dependants known
           WHERE org_id = $1 AND declared_on <= $2 AND {EXISTING.format(person="declared_by")}) AS d
    USING (person_id)
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
