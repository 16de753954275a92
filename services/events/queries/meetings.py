"""Meetings as answered, with delegates and resolutions."""

from typing import Any

from services.events.domain import meetings
from services.events.queries.streams import Found, listed
from shared.contract.events import MeetingConvened
from shared.eventstore.store import EventStore


async def page(store: EventStore, org_id: str, cursor: str, limit: int) -> list[dict[str, Any]]:
    """At most `limit` meetings of a union beyond the id `cursor`."""
    found = await listed(
        store, org_id, MeetingConvened.STREAM, meetings.evolve, cursor=cursor, limit=limit
    )
    return [view(one) for one in found]


def view(found: Found[meetings.Meeting]) -> dict[str, Any]:
    """A meeting as answered; `delegates_present` and `held_on` are null until a congress met."""
    meeting = found.state
    return {
        "meeting_id": found.id,
        "version": found.version,
        "kind": meeting.kind,
        "title": meeting.title,
        "convened_for": meeting.convened_for,
        "delegates_due": meeting.delegates_due,
        "delegates_present": meeting.present,
        "held_on": meeting.held_on,
        "school_year": meeting.held_on and meetings.school_year(meeting.held_on),
        "resolutions": [
            {"resolution_id": name, "for": votes[0], "against": votes[1], "abstained": votes[2]}
            for name, votes in meeting.resolutions.items()
        ],
    }
