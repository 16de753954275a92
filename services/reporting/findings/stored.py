"""Findings as our own store has them: our projection may lag behind it."""

from typing import Any, NamedTuple

from shared.contract.reporting import FindingRaised, FindingResolved
from shared.eventstore.guards import span
from shared.eventstore.loaded import event_of

OF_UNION = """
SELECT stream, version, type, document FROM events WHERE stream >= $1 AND stream < $2
ORDER BY stream, version
"""


class StoredFinding(NamedTuple):
    """A finding's last raising, whether it was resolved since, and the version of its stream."""

    rule: str
    outcome: str
    reason: str
    resolved: bool
    version: int


async def stored_findings(pool: Any, org_id: str) -> dict[str, StoredFinding]:
    """The union's findings, folded from their streams."""
    found: dict[str, StoredFinding] = {}
    for row in await pool.fetch(OF_UNION, *span(FindingRaised.STREAM, org_id)):
        event: Any = event_of(row["type"], row["document"])
        match event:
            case FindingRaised():
                found[event.finding_id] = StoredFinding(
                    event.rule, event.outcome, event.reason, False, row["version"]
                )
            case FindingResolved():
                found[event.finding_id] = found[event.finding_id]._replace(
                    resolved=True, version=row["version"]
                )
            case _:  # what people say of it
                found[event.finding_id] = found[event.finding_id]._replace(version=row["version"])
    return found
