"""Claims by state, and which active claim a person's case has."""

from typing import Any

import asyncpg

LISTED = """
SELECT claim_id, kind, person_id, case_id, filed_on, asked_fen, approved_fen, paid_fen, state
FROM claims WHERE org_id = $1 AND claim_id > $2 AND ($3::text IS NULL OR state = $3)
ORDER BY claim_id LIMIT $4
"""
ACTIVE = """
SELECT claim_id FROM claims
WHERE org_id = $1 AND person_id = $2 AND kind = $3 AND case_id = $4
  AND state IN ('filed', 'approved', 'paid')
"""


async def page(
    pool: asyncpg.Pool, org_id: str, state: str | None, cursor: str, limit: int
) -> list[dict[str, Any]]:
    """At most `limit` claims of a union beyond the id `cursor`, in one state or in any."""
    return [dict(row) for row in await pool.fetch(LISTED, org_id, cursor, state, limit)]


async def one(pool: asyncpg.Pool, org_id: str, claim_id: str) -> dict[str, Any] | None:
    """One claim, or None."""
    row = await pool.fetchrow(
        "SELECT claim_id, kind, person_id, case_id, filed_on, asked_fen, approved_fen, paid_fen,"
        " state FROM claims WHERE org_id = $1 AND claim_id = $2",
        org_id,
        claim_id,
    )
    return None if row is None else dict(row)


async def active(
    pool: asyncpg.Pool, org_id: str, person_id: str, kind: str, case_id: str
) -> str | None:
    """The claim of a person's case that is active: filed, approved or paid."""
    found: str | None = await pool.fetchval(ACTIVE, org_id, person_id, kind, case_id)
    return found
