"""Meetings, resolutions and regulations: look up, load, decide, append."""

from services.events.commands.meetings import (
    AdoptRegulation,
    ConveneMeeting,
    HoldCongress,
    PassResolution,
)
from services.events.domain import fold, meetings, regulations
from services.events.handlers.deciding import write
from services.events.handlers.known import require_known
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore


async def convene_meeting(store: EventStore, request: Request, command: ConveneMeeting) -> Reply:
    """Call a meeting."""
    await require_known(store, request)
    return await write(
        store, request, f"meeting-{command.meeting_id}", meetings.evolve, command, opens=True
    )


async def hold_congress(store: EventStore, request: Request, command: HoldCongress) -> Reply:
    """Record that a congress met."""
    await require_known(store, request)
    return await write(store, request, f"meeting-{command.meeting_id}", meetings.evolve, command)


async def pass_resolution(store: EventStore, request: Request, command: PassResolution) -> Reply:
    """Record a resolution with its votes."""
    await require_known(store, request)
    return await write(store, request, f"meeting-{command.meeting_id}", meetings.evolve, command)


async def adopt_regulation(store: EventStore, request: Request, command: AdoptRegulation) -> Reply:
    """Record that a regulation was adopted or revised."""
    await require_known(store, request)
    loaded = await store.load(f"{request.org_id}/meeting-{command.meeting_id}")
    meeting = fold(meetings.evolve, loaded.events)
    return await write(
        store, request, f"regulation-{command.regulation_id}", regulations.evolve, command, meeting
    )
