"""One activity as answered: who registered, who attended, who is unknown."""

from typing import Any

from services.events import streams
from services.events.domain import activities
from services.events.queries.streams import Found, listed
from shared.contract.events import ActivityPlanned
from shared.errors import Unknown
from shared.eventstore.store import EventStore
from shared.eventstore.write import state_of


async def one(store: EventStore, org_id: str, activity_id: str) -> dict[str, Any]:
    """An activity with its counts. Raises Unknown `unknown-activity`."""
    loaded = await store.load(streams.activity(org_id, activity_id))
    state = state_of(activities.evolve, loaded)
    if state is None:
        raise Unknown("unknown-activity", f"no activity {activity_id} was planned")
    return view(Found(activity_id, loaded.version, state))


async def page(store: EventStore, org_id: str, cursor: str, limit: int) -> list[dict[str, Any]]:
    """At most `limit` activities of a union beyond the id `cursor`."""
    found = await listed(
        store, org_id, ActivityPlanned.STREAM, activities.evolve, cursor=cursor, limit=limit
    )
    return [view(one) for one in found]


def view(found: Found[activities.Activity]) -> dict[str, Any]:
    """An activity as answered; `unknown` are people registered without a record of attendance."""
    activity = found.state
    attended = activity.attended.items()
    people = {person for _, person in attended}
    contest = activity.contest
    return {
        "activity_id": found.id,
        "version": found.version,
        "title": activity.title,
        "kind": activity.kind,
        "organiser": activity.organiser,
        "online": activity.online,
        "planned_for": activity.planned_for,
        "cancelled": activity.cancelled,
        "sessions": [
            {
                "session": session,
                "held_on": held_on,
                "attended": sum(number == session for number, _ in attended),
            }
            for session, held_on in sorted(activity.sessions.items())
        ],
        "registered": len(activity.registered),
        "attended": len(people),
        "person_times": len(attended),
        "unknown": len(activity.registered.items() - people),
        "entries": len(contest.entries),
        "judged": contest.places is not None,
        "awards": len(contest.awards),
    }
