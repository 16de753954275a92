"""Meetings, resolutions and regulations: look up, load, decide, append."""

from services.events import streams
from services.events.commands.meetings import (
    AdoptRegulation,
    ConveneMeeting,
    HoldCongress,
    PassResolution,
)
from services.events.domain import meetings, regulations
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import state_of, write, write_knowing
from shared.replicas.members import require_known


async def convene_meeting(store: EventStore, request: Request, command: ConveneMeeting) -> Reply:
    """Call a meeting."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.meeting(org_id, command.meeting_id),
        meetings.evolve,
        lambda state, today: meetings.convene_meeting(state, command, org_id, today),
        opens=True,
    )


async def hold_congress(store: EventStore, request: Request, command: HoldCongress) -> Reply:
    """Record that a congress met."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.meeting(org_id, command.meeting_id),
        meetings.evolve,
        lambda state, today: meetings.hold_congress(state, command, org_id, today),
    )


async def pass_resolution(store: EventStore, request: Request, command: PassResolution) -> Reply:
    """Record a resolution with its votes."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.meeting(org_id, command.meeting_id),
        meetings.evolve,
        lambda state, today: meetings.pass_resolution(state, command, org_id, today),
    )


async def adopt_regulation(store: EventStore, request: Request, command: AdoptRegulation) -> Reply:
    """Record that a regulation was adopted or revised."""
    await require_known(store, request)
    org_id = request.org_id

    async def look(_: Loaded) -> meetings.Meeting | None:
        if command.meeting_id is None:
            return None
        found = await store.load(streams.meeting(org_id, command.meeting_id))
        return state_of(meetings.evolve, found)

    return await write_knowing(
        store,
        request,
        streams.regulation(org_id, command.regulation_id),
        regulations.evolve,
        look=look,
        decide=lambda state, today, meeting: regulations.adopt_regulation(
            state, command, org_id, today, meeting=meeting
        ),
    )
