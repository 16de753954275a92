"""What an operator does about forgeries: disowns each that the comparison names, and has applied
what its owner wrote in its place. Nobody tells the operator which event was forged but reporting
itself: what it does not name stays, and the checker finds it."""

import asyncpg
import httpx

from tests.faults.evidence import FORGED
from tests.faults.history import History
from tests.faults.rig import Rig

NAMED = """
SELECT DISTINCT j.source, j.event_id FROM log_differences d JOIN journal j USING (log_index)
WHERE d.kind IN ('another-event', 'not-the-owners')
    AND NOT EXISTS (SELECT FROM disowned x WHERE x.log_index = j.log_index)
"""
GAVE_WAY = """
SELECT id FROM quarantine q WHERE state = 'open' AND reason = 'sequence-reused'
    AND NOT starts_with(event_id::text, $1)
ORDER BY id
"""
LEFT = """
SELECT (SELECT count(*) FROM journal j WHERE starts_with(event_id::text, $1)
        AND NOT EXISTS (SELECT FROM disowned x WHERE x.log_index = j.log_index))
    + (SELECT count(*) FROM quarantine WHERE state = 'open' AND source LIKE '/guildhall/%'
        AND NOT starts_with(event_id::text, $1))
"""


async def put_right(rig: Rig, history: History) -> None:
    """Disown what is named by now, and retry what gave way to it."""
    connection = await asyncpg.connect(rig.databases["reporting"])
    try:
        named = await connection.fetch(NAMED)
        waiting = [row["id"] for row in await connection.fetch(GAVE_WAY, FORGED)]
    finally:
        await connection.close()
    if not named and not waiting:
        return
    why = {"code": "forged", "reason": "its owner's log does not have it"}
    bearer = {"Authorization": f"Bearer {await rig.token('operator')}"}
    url = f"{rig.urls['reporting-1']}/v1"
    async with httpx.AsyncClient(timeout=60, trust_env=False, headers=bearer) as http:
        for source, event_id in named:
            asked = {"source": source, "event_id": str(event_id), **why}
            answer = await http.post(f"{url}/disown", json=asked)
            history.write("note", says=f"disown {event_id}: {answer.status_code} {answer.text}")
        for number in waiting:
            answer = await http.post(f"{url}/quarantine/{number}/retry")
            history.write("note", says=f"retry {number}: {answer.status_code} {answer.text}")


async def forgeries_left(rig: Rig) -> int:
    """Forgeries that count still, and events of owners that wait for their places."""
    connection = await asyncpg.connect(rig.databases["reporting"])
    try:
        return int(await connection.fetchval(LEFT, FORGED))
    finally:
        await connection.close()
