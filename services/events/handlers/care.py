"""Health checks and volunteer service: look up, load, decide, append."""

from services.events.commands.care import (
    ArrangeHealthCheck,
    RecordVolunteerService,
    ReportHealthCheck,
)
from services.events.domain.care import evolve
from services.events.handlers.deciding import write
from services.events.handlers.known import require_known
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore


async def arrange_health_check(
    store: EventStore, request: Request, command: ArrangeHealthCheck
) -> Reply:
    """Arrange a health check."""
    await require_known(store, request)
    return await write(store, request, f"check-{command.check_id}", evolve, command, opens=True)


async def report_health_check(
    store: EventStore, request: Request, command: ReportHealthCheck
) -> Reply:
    """Record how many were examined."""
    await require_known(store, request)
    return await write(store, request, f"check-{command.check_id}", evolve, command)


async def record_volunteer_service(
    store: EventStore, request: Request, command: RecordVolunteerService
) -> Reply:
    """Record that a person served as a volunteer."""
    await require_known(store, request, [command.person_id])
    return await write(store, request, f"volunteer-{command.person_id}", evolve, command)
