"""What became of a record that an outside source sent: the answer its sender may have."""

from typing import Any
from uuid import UUID

import asyncpg

from services.reporting.ingest.quarantine import Scope
from shared.contract.catalogue import outside_topic
from shared.errors import Unknown

IN_JOURNAL = """
SELECT log_index, org_id, type, stream,
    (SELECT sealed_at FROM seals WHERE last_index >= log_index ORDER BY last_index LIMIT 1)
FROM journal WHERE source = $1 AND event_id = $2
"""
IN_QUARANTINE = """
SELECT id, org_id, reason, detail, state, first_seen, times_seen FROM quarantine
WHERE topic = $1 AND event_id = $2 ORDER BY id
"""


async def became_of(pool: asyncpg.Pool, name: str, event_id: UUID, scope: Scope) -> dict[str, Any]:
    """The journal's row of an event of the outside source `name`, and its records in quarantine.

    Raises Unknown `unknown-event` where nothing of it was heard, or nothing within the scope.
    """
    topic = outside_topic(name)
    journalled = await pool.fetchrow(IN_JOURNAL, f"/ext/{name}", event_id)
    held = await pool.fetch(IN_QUARANTINE, topic, event_id)

    def visible(row: asyncpg.Record) -> bool:
        return topic in scope.topics or scope.orgs is None or row["org_id"] in scope.orgs

    accepted = dict(journalled) if journalled and visible(journalled) else None
    quarantined = [dict(row) for row in held if visible(row)]
    if accepted is None and not quarantined:
        raise Unknown("unknown-event", f"nothing is known of event {event_id} of {name}")
    return {"event_id": event_id, "accepted": accepted, "quarantined": quarantined}
