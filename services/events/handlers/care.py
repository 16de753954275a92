"""Health checks and volunteer service: look up, load, decide, append."""

from services.events import streams
from services.events.commands.care import (
    ArrangeHealthCheck,
    RecordVolunteerService,
    ReportHealthCheck,
)
from services.events.domain import health_checks, volunteers
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import write
from shared.replicas.members import require_known


async def arrange_health_check(
    store: EventStore, request: Request, command: ArrangeHealthCheck
) -> Reply:
    """Arrange a health check."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.check(org_id, command.check_id),
        health_checks.evolve,
        lambda state, today: health_checks.arrange_health_check(state, command, org_id, today),
        opens=True,
    )


async def report_health_check(
    store: EventStore, request: Request, command: ReportHealthCheck
) -> Reply:
    """Record how many were examined."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.check(org_id, command.check_id),
        health_checks.evolve,
        lambda state, today: health_checks.report_health_check(state, command, org_id, today),
    )


async def record_volunteer_service(
    store: EventStore, request: Request, command: RecordVolunteerService
) -> Reply:
    """Record that a person served as a volunteer."""
    await require_known(store, request, [command.person_id])
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.volunteer(org_id, command.person_id),
        volunteers.evolve,
        lambda state, today: volunteers.record_volunteer_service(state, command, org_id, today),
    )
