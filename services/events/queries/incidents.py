"""Incidents, for the months attested free of them."""

from typing import NamedTuple

from services.events.domain import incidents
from services.events.queries.streams import listed
from shared.contract.events import IncidentReported
from shared.eventstore.guards import span
from shared.eventstore.store import EventStore

EVER = "SELECT count(*) FROM events WHERE stream >= $1 AND stream < $2 AND type = $3"


class Reported(NamedTuple):
    """Incidents of one subject that happened in a month, and how many of any were ever reported,
    withdrawn ones too: it is what a guard counts."""

    matching: int
    of_any: int


async def incidents_in(store: EventStore, org_id: str, subject: str, month: str) -> Reported:
    """How many incidents of a subject were reported as having happened in a month (yyyy-mm)."""
    ever = await store.pool.fetchval(
        EVER, *span(IncidentReported.STREAM, org_id), IncidentReported.type_name()
    )
    reported = await listed(store, org_id, IncidentReported.STREAM, incidents.evolve)
    matching = [
        found.id
        for found in reported
        if found.state.subject == subject and found.state.happened_on.isoformat()[:7] == month
    ]
    return Reported(len(matching), ever)
