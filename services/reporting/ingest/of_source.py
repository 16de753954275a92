"""What became of all that an outside source sent: the answer its producer and its operator have.

What was refused may have been sent again since, and taken in; each record counts where it is now.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import asyncpg

from services.reporting.ingest.quarantine import Scope
from shared.contract.catalogue import outside_topic

AWAITS = ("version-gap", "version-late", "stream-blocked", "gap-not-closed")
"""Refused for what should come before: held, and taken in by a retry once that has come."""

RECEIVED = """
SELECT coalesce(sum(c.applied + c.duplicate + c.parked + c.quarantined), 0) AS received,
    coalesce(sum(c.duplicate), 0) AS repeated
FROM consumed c JOIN positions p USING (cluster_id, topic_id, partition) WHERE p.topic = $1
"""
APPLIED = """
SELECT (s.sealed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, j.type, count(*) AS n
FROM journal j CROSS JOIN LATERAL (
    SELECT sealed_at FROM seals WHERE last_index >= j.log_index ORDER BY last_index LIMIT 1
) s
WHERE j.source = $1 AND j.shard IS NULL AND ($2::text[] IS NULL OR j.org_id = ANY($2))
    AND ($3::text IS NULL OR j.stream = $3)
    AND ($4::date IS NULL OR s.sealed_at >= ($4::timestamp AT TIME ZONE 'Asia/Shanghai'))
    AND ($5::date IS NULL OR s.sealed_at < (($5::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'))
GROUP BY 1, 2 ORDER BY 1, 2
"""
OF_QUARANTINE = """
FROM quarantine WHERE topic = $1 AND ($2::text[] IS NULL OR org_id = ANY($2))
    AND ($3::text IS NULL OR stream = $3)
    AND ($4::date IS NULL OR first_seen >= ($4::timestamp AT TIME ZONE 'Asia/Shanghai'))
    AND ($5::date IS NULL OR first_seen < (($5::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'))
"""
REASONS = f"""
SELECT reason, state, count(*) AS n, min(first_seen) AS first, max(first_seen) AS last
{OF_QUARANTINE} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
RECORDS = f"""
SELECT id, event_id, stream, stream_version, reason, detail, first_seen, times_seen
{OF_QUARANTINE} AND state = 'open' AND id > $6 ORDER BY id LIMIT $7
"""


class Asked(NamedTuple):
    """Which of its records: of one stream, received on these civil days in China; a page of those
    that were refused, after the id `after`."""

    stream: str | None = None
    since: date | None = None
    until: date | None = None
    after: int = 0
    limit: int = 100


EVERY = Asked()


async def of_source(
    pool: asyncpg.Pool, name: str, scope: Scope, asked: Asked = EVERY
) -> dict[str, Any]:
    """Received, applied by day and type, held and refused by reason, and the refused themselves.

    `received` and `repeated` are of the whole topic, and absent where the question is narrower.
    """
    topic = outside_topic(name)
    orgs = None if topic in scope.topics else scope.orgs
    narrowed = (orgs, asked.stream, asked.since, asked.until)
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        received = await connection.fetchrow(RECEIVED, topic)
        applied = await connection.fetch(APPLIED, f"/ext/{name}", *narrowed)
        reasons = await connection.fetch(REASONS, topic, *narrowed)
        records = await connection.fetch(RECORDS, topic, *narrowed, asked.after, asked.limit)
    whole = all(each is None for each in narrowed)
    following = records[-1]["id"] if len(records) == asked.limit else None
    return {
        "source": f"/ext/{name}",
        "topic": topic,
        **({n: int(received[n]) for n in ("received", "repeated")} if whole else {}),
        "applied": sum(row["n"] for row in applied),
        "held": _open(reasons, held=True),
        "refused": _open(reasons, held=False),
        "settled": sum(row["n"] for row in reasons if row["state"] != "open"),
        "applied_by_day": [dict(row) for row in applied],
        "reasons": [dict(row) for row in reasons],
        "records": [dict(row) for row in records],
        "next": following,
    }


def _open(rows: Sequence[Any], *, held: bool) -> int:
    return sum(
        row["n"] for row in rows if row["state"] == "open" and (row["reason"] in AWAITS) == held
    )
