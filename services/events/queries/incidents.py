"""Incidents, for the months attested free of them."""

from services.events.domain import incidents
from services.events.queries.streams import listed
from shared.contract.events import IncidentReported
from shared.eventstore.store import EventStore


async def incidents_in(store: EventStore, org_id: str, subject: str, month: str) -> int:
    """How many incidents of a subject were reported as having happened in a month (yyyy-mm)."""
    happened = await listed(
        store,
        org_id,
        IncidentReported.STREAM,
        incidents.evolve,
        keep=lambda incident: (
            incident.subject == subject and incident.happened_on.isoformat()[:7] == month
        ),
    )
    return len(happened)
