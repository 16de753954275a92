"""Reads of this service's own tables: what is known of members, and our own streams by kind."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import asyncpg

from services.events.domain import activities, fold, meetings, plans
from shared.eventstore.store import EventStore

KINDS = (
    "activity",
    "meeting",
    "regulation",
    "check",
    "volunteer",
    "attestation",
    "incident",
    "plan",
    "issue",
)
"""Kinds of our streams: `<org>/<kind>-<id>`."""

PAGE_STREAMS = 200


class Found(NamedTuple):
    """One stream's id (without union and kind), its version, and what it is about, folded."""

    id: str
    version: int
    state: Any


async def union_is_simulated(pool: asyncpg.Pool, org_id: str) -> bool | None:
    """Whether a union runs on a simulated clock; None where our copy does not know the union."""
    known: bool | None = await pool.fetchval(
        "SELECT simulated FROM known_unions WHERE org_id = $1", org_id
    )
    return known


async def unknown_people(pool: asyncpg.Pool, org_id: str, person_ids: Sequence[str]) -> set[str]:
    """Those of `person_ids` whom our copy of members' facts does not know in this union."""
    rows = await pool.fetch(
        "SELECT person_id FROM unnest($2::text[]) AS named(person_id) WHERE NOT EXISTS"
        " (SELECT FROM members_streams WHERE stream = $1 || '/person-' || person_id)",
        org_id,
        list(person_ids),
    )
    return {row["person_id"] for row in rows}


async def heard_version(pool: asyncpg.Pool, stream: str) -> int:
    """The version up to which our copy has heard one stream of members (0: nothing of it)."""
    return int(
        await pool.fetchval("SELECT version FROM members_streams WHERE stream = $1", stream) or 0
    )


async def absent_streams(pool: asyncpg.Pool, streams: Sequence[str]) -> frozenset[str]:
    """Those of `streams` that this service's store does not hold."""
    rows = await pool.fetch("SELECT DISTINCT stream FROM events WHERE stream = ANY($1)", streams)
    return frozenset(streams) - {row["stream"] for row in rows}


async def streams_of_kind(
    pool: asyncpg.Pool, org_id: str, kind: str, after: str, limit: int
) -> list[str]:
    """Streams of a union's `kind` in the order of their ids, those beyond the id `after`.

    They are one range of the primary key: `.` is the character after `-`.
    """
    rows = await pool.fetch(
        "SELECT stream FROM events WHERE stream > $1 AND stream < $2 AND version = 1"
        " ORDER BY stream LIMIT $3",
        f"{org_id}/{kind}-{after}",
        f"{org_id}/{kind}.",
        limit,
    )
    return [row["stream"] for row in rows]


async def listed(
    store: EventStore,
    org_id: str,
    kind: str,
    evolve: Callable[[Any, Any], Any],
    *,
    keep: Callable[[Any], bool] = lambda _state: True,
    after: str = "",
    limit: int | None = None,
) -> list[Found]:
    """Streams of a union's `kind` whose state is kept, beyond the id `after`: all, or `limit`."""
    found: list[Found] = []
    skip = len(f"{org_id}/{kind}-")
    while limit is None or len(found) < limit:
        streams = await streams_of_kind(store.pool, org_id, kind, after, PAGE_STREAMS)
        if not streams:
            break
        for stream, loaded in (await store.load_many(streams)).items():
            state = fold(evolve, loaded.events)
            if keep(state):
                found.append(Found(stream[skip:], loaded.version, state))
        after = streams[-1][skip:]
    return found[:limit]


async def incidents_in(store: EventStore, org_id: str, subject: str, month: str) -> int:
    """How many incidents of a subject were reported as having happened in a month (yyyy-mm)."""
    happened = await listed(
        store,
        org_id,
        "incident",
        plans.evolve,
        keep=lambda incident: (
            incident.subject == subject and incident.happened_on.isoformat()[:7] == month
        ),
    )
    return len(happened)


def activity_view(found: Found) -> dict[str, Any]:
    """An activity as answered; `unknown` are people registered without a record of attendance."""
    activity: activities.Activity = found.state
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


def meeting_view(found: Found) -> dict[str, Any]:
    """A meeting as answered; `delegates_present` and `held_on` are null until a congress met."""
    meeting: meetings.Meeting = found.state
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


def plan_item_view(found: Found, today: date) -> dict[str, Any]:
    """A plan item as answered; `state` is done, open, or overdue when its day has passed."""
    item: plans.PlanItem = found.state
    overdue = item.due_on is not None and item.due_on < today
    return {
        "item_id": found.id,
        "version": found.version,
        "plan_year": item.plan_year,
        "section": item.section,
        "title": item.title,
        "due_on": item.due_on,
        "done_on": item.done_on,
        "state": "done" if item.done_on else "overdue" if overdue else "open",
        "evidence": item.evidence,
    }


def issue_view(found: Found, today: date) -> dict[str, Any]:
    """An open issue as answered, with its age in days."""
    issue: plans.Issue = found.state
    return {
        "issue_id": found.id,
        "version": found.version,
        "title": issue.title,
        "raised_on": issue.raised_on,
        "age_days": (today - issue.raised_on).days,
    }
