"""Claims by state, and which active claim a person's case has."""

from typing import Any

import asyncpg

from services.benefits import streams
from shared.contract.benefits import ClaimApproved, ClaimFiled
from shared.errors import Unknown
from shared.eventstore.store import EventStore

LISTED = """
SELECT claim_id, kind, person_id, case_id, filed_on, asked_fen, approved_fen, paid_fen, state
FROM claims WHERE org_id = $1 AND claim_id > $2 AND ($3::text IS NULL OR state = $3)
ORDER BY claim_id LIMIT $4
"""
ONE = """
SELECT claim_id, kind, person_id, case_id, filed_on, asked_fen, approved_fen, paid_fen, state
FROM claims WHERE org_id = $1 AND claim_id = $2
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


async def one(store: EventStore, org_id: str, claim_id: str) -> dict[str, Any]:
    """One claim, with what its stream says: the version that a decision of it rests on, the
    documents by kind and checksum, who filed and who approved it. Raises Unknown `unknown-claim`.
    """
    row = await store.pool.fetchrow(ONE, org_id, claim_id)
    if row is None:
        raise Unknown("unknown-claim", f"no claim {claim_id}")
    found = await store.load(streams.claim(org_id, claim_id))
    filed = [each for each in found.events if isinstance(each, ClaimFiled)][-1]
    approved = row["approved_fen"] is not None
    stated = {"capacity", "relation", "happened_on", "documents"}
    return {
        **dict(row),
        **filed.model_dump(include=stated),
        "version": found.version,
        "filed_by": found.actor_of(ClaimFiled),
        "approved_by": found.actor_of(ClaimApproved) if approved else None,
    }


async def active(
    pool: asyncpg.Pool, org_id: str, person_id: str, kind: str, case_id: str
) -> str | None:
    """The claim of a person's case that is active: filed, approved or paid."""
    found: str | None = await pool.fetchval(ACTIVE, org_id, person_id, kind, case_id)
    return found
