"""Activities and their contests: look up, load, decide, append."""

from collections.abc import Callable
from typing import Any

from services.events.commands.activities import (
    CancelActivity,
    EnterContest,
    GrantAward,
    HoldActivity,
    JudgeContest,
    PlanActivity,
    RecordAttendance,
    RegisterParticipants,
)
from services.events.domain.activities import evolve
from services.events.handlers.deciding import write
from services.events.handlers.known import require_known
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore


async def plan_activity(store: EventStore, request: Request, command: PlanActivity) -> Reply:
    """Plan an activity."""
    await require_known(store, request)
    return await write(
        store, request, f"activity-{command.activity_id}", evolve, command, opens=True
    )


async def hold_activity(store: EventStore, request: Request, command: HoldActivity) -> Reply:
    """Record that a session of an activity took place."""
    await require_known(store, request)
    return await write(store, request, f"activity-{command.activity_id}", evolve, command)


async def cancel_activity(store: EventStore, request: Request, command: CancelActivity) -> Reply:
    """Record that an activity will not take place."""
    await require_known(store, request)
    return await write(store, request, f"activity-{command.activity_id}", evolve, command)


async def register_participants(
    store: EventStore, request: Request, command: RegisterParticipants
) -> Reply:
    """Put names down for an activity: one event a person, one transaction."""
    await require_known(store, request, command.person_ids)
    return await write(
        store,
        request,
        f"activity-{command.activity_id}",
        evolve,
        command,
        more=_counts("registered", request, command),
    )


async def record_attendance(
    store: EventStore, request: Request, command: RecordAttendance
) -> Reply:
    """Record who was there in one session: one event a person, one transaction."""
    await require_known(store, request, command.person_ids)
    return await write(
        store,
        request,
        f"activity-{command.activity_id}",
        evolve,
        command,
        more=_counts("attended", request, command),
    )


async def enter_contest(store: EventStore, request: Request, command: EnterContest) -> Reply:
    """Enter a person or a team into a contest."""
    await require_known(store, request, command.person_ids)
    return await write(store, request, f"activity-{command.activity_id}", evolve, command)


async def judge_contest(store: EventStore, request: Request, command: JudgeContest) -> Reply:
    """Record the judges' places."""
    await require_known(store, request)
    return await write(store, request, f"activity-{command.activity_id}", evolve, command)


async def grant_award(store: EventStore, request: Request, command: GrantAward) -> Reply:
    """Grant an award to a placed entry."""
    await require_known(store, request)
    return await write(store, request, f"activity-{command.activity_id}", evolve, command)


def _counts(
    what: str, request: Request, command: RegisterParticipants | RecordAttendance
) -> Callable[[int], dict[str, Any]]:
    """A bulk command answers counts and a link, never ids."""

    def counts(events: int) -> dict[str, Any]:
        return {
            what: events,
            "already": len(command.person_ids) - events,
            "link": f"/v1/{request.org_id}/activities/{command.activity_id}",
        }

    return counts
