"""Rosters as they were on a day, and the membership account of a period.

A member is one from `joined_on` on and no longer on the day the membership ended; a person is in
post up to and including the last day. So opening + what began - what ended = closing, every day.
"""

from datetime import date
from typing import Any

import asyncpg

STREAM_VERSION = """
(SELECT max(e.version) FROM events e WHERE e.stream = p.org_id || '/person-' || p.person_id)
    AS stream_version"""
"""Our latest word on a person, for a client's Guildhall-After elsewhere."""

DEPARTMENT = """
(SELECT d.department FROM departments d
 WHERE d.org_id = p.org_id AND d.person_id = p.person_id AND d.since <= $2
 ORDER BY d.since DESC, d.version DESC LIMIT 1) AS department"""
"""Where a person belongs on the day; NULL: nobody knows."""

MEMBERS_ON = f"""
SELECT m.person_id, p.gender, p.birth_month, {DEPARTMENT}, m.kind, m.joined_on,
       m.retired_on IS NOT NULL AND m.retired_on <= $2 AS retained,
       {STREAM_VERSION}
FROM memberships m JOIN people p USING (org_id, person_id)
WHERE m.org_id = $1 AND m.person_id > $3
  AND m.joined_on <= $2 AND (m.ended_on IS NULL OR m.ended_on > $2)
ORDER BY m.person_id LIMIT $4
"""
STAFF_ON = f"""
SELECT s.person_id, p.gender, p.birth_month, {DEPARTMENT}, s.since,
       {STREAM_VERSION}
FROM posts s JOIN people p USING (org_id, person_id)
WHERE s.org_id = $1 AND s.person_id > $3
  AND s.since <= $2 AND (s.left_on IS NULL OR s.left_on >= $2)
ORDER BY s.person_id LIMIT $4
"""
ACCOUNT = """
SELECT count(*) FILTER (WHERE joined_on < $2 AND (ended_on IS NULL OR ended_on >= $2)) AS opening,
       count(*) FILTER (WHERE joined_on BETWEEN $2 AND $3 AND kind = 'new') AS joined,
       count(*) FILTER (WHERE joined_on BETWEEN $2 AND $3 AND kind = 'rejoined') AS rejoined,
       count(*) FILTER (WHERE joined_on BETWEEN $2 AND $3 AND kind = 'transferred_in')
           AS transferred_in,
       count(*) FILTER (WHERE ended_on BETWEEN $2 AND $3 AND ended_how = 'left') AS "left",
       count(*) FILTER (WHERE ended_on BETWEEN $2 AND $3 AND ended_how = 'died') AS died,
       count(*) FILTER (WHERE ended_on BETWEEN $2 AND $3 AND ended_how = 'transferred_out')
           AS transferred_out,
       count(*) FILTER (WHERE ended_on BETWEEN $2 AND $3 AND ended_how = 'retired')
           AS retired_without_retention,
       count(*) FILTER (WHERE joined_on <= $3 AND (ended_on IS NULL OR ended_on > $3)) AS closing,
       count(*) FILTER (WHERE joined_on <= $3 AND (ended_on IS NULL OR ended_on > $3)
                        AND retired_on <= $3) AS closing_retained
FROM memberships WHERE org_id = $1
"""
UNION = """
SELECT o.org_id, o.name, o.kind, o.parent_org_id, o.simulated, o.registered_on,
       t.to_parent AS moving_to
FROM organisations o LEFT JOIN open_transfers t USING (org_id) WHERE o.org_id = $1
"""
ABOVE = """
WITH RECURSIVE above (org_id) AS (
    SELECT parent_org_id FROM organisations WHERE org_id = $1
    UNION SELECT o.parent_org_id FROM organisations o JOIN above a ON o.org_id = a.org_id
) SELECT org_id FROM above WHERE org_id IS NOT NULL
"""
MEMBERS_NOW = "SELECT count(*) FROM memberships WHERE org_id = $1 AND ended_on IS NULL"


async def members_on(
    pool: asyncpg.Pool, org_id: str, on: date, cursor: str, limit: int
) -> list[dict[str, Any]]:
    """At most `limit` members at the end of `on`, by person id after `cursor`, and the version of
    each one's stream by now."""
    return [dict(row) for row in await pool.fetch(MEMBERS_ON, org_id, on, cursor, limit)]


async def staff_on(
    pool: asyncpg.Pool, org_id: str, on: date, cursor: str, limit: int
) -> list[dict[str, Any]]:
    """At most `limit` people in post on `on`, likewise."""
    return [dict(row) for row in await pool.fetch(STAFF_ON, org_id, on, cursor, limit)]


async def membership_account(
    pool: asyncpg.Pool, org_id: str, first: date, last: date
) -> dict[str, int]:
    """Opening (start of `first`), what began and what ended, closing (end of `last`), in 名.

    `closing_retained` of the closing number are retired with membership retained.
    """
    return dict(await pool.fetchrow(ACCOUNT, org_id, first, last))


async def union(pool: asyncpg.Pool, org_id: str) -> dict[str, Any] | None:
    """The union as it stands, or None; `moving_to` while a transfer is under way."""
    row = await pool.fetchrow(UNION, org_id)
    return None if row is None else dict(row)


async def unions_above(pool: asyncpg.Pool, org_id: str | None) -> list[str]:
    """The unions above this one as they stand, as far as they keep their records here."""
    return [row["org_id"] for row in await pool.fetch(ABOVE, org_id)]


async def members_now(pool: asyncpg.Pool, org_id: str) -> int:
    """How many are members by our latest word."""
    return int(await pool.fetchval(MEMBERS_NOW, org_id))
