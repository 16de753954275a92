"""Activities and their contests: look up, load, decide, append."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from services.events import streams
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
from services.events.domain import activities, contests
from services.events.domain.activities import Activity, ActivityEvent, evolve
from shared.contract.events import AttendanceRecorded
from shared.decider.row_refusals import RefusedRow
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import write
from shared.replicas.members import require_known


async def plan_activity(store: EventStore, request: Request, command: PlanActivity) -> Reply:
    """Plan an activity."""
    await require_known(store, request)
    org_id = request.org_id
    stream = streams.activity(org_id, command.activity_id)
    return await write(
        store,
        request,
        stream,
        evolve,
        lambda state, today: activities.plan_activity(state, command, org_id, today),
        opens=True,
    )


async def hold_activity(store: EventStore, request: Request, command: HoldActivity) -> Reply:
    """Record that a session of an activity took place."""
    await require_known(store, request)
    org_id = request.org_id
    stream = streams.activity(org_id, command.activity_id)
    return await write(
        store,
        request,
        stream,
        evolve,
        lambda state, today: activities.hold_activity(state, command, org_id, today),
    )


async def cancel_activity(store: EventStore, request: Request, command: CancelActivity) -> Reply:
    """Record that an activity will not take place."""
    await require_known(store, request)
    org_id = request.org_id
    stream = streams.activity(org_id, command.activity_id)
    return await write(
        store,
        request,
        stream,
        evolve,
        lambda state, today: activities.cancel_activity(state, command, org_id, today),
    )


async def register_participants(
    store: EventStore, request: Request, command: RegisterParticipants
) -> Reply:
    """Put names down for an activity: one event a person, one transaction."""
    await require_known(store, request, command.person_ids)
    org_id = request.org_id
    stream = streams.activity(org_id, command.activity_id)
    return await write(
        store,
        request,
        stream,
        evolve,
        lambda state, today: activities.register_participants(state, command, org_id, today),
        more=_counts("registered", request, command),
    )


async def record_attendance(
    store: EventStore, request: Request, command: RecordAttendance
) -> Reply:
    """Record who was there in one session: one event a person, one transaction. The reply says
    which rows were recorded before, and which of them on another day."""
    await require_known(store, request, command.person_ids)
    org_id = request.org_id
    stream = streams.activity(org_id, command.activity_id)
    before: tuple[list[int], list[RefusedRow]] = ([], [])

    def decide(state: Activity | None, today: date) -> list[AttendanceRecorded]:
        nonlocal before
        before = activities.recorded_before(state, command)
        return activities.record_attendance(state, command, org_id, today)

    def more(events: Sequence[ActivityEvent]) -> Mapping[str, Any]:
        same, others = before
        counted = _counts("attended", request, command)(events)
        return {**counted, "already_rows": same, "differing_rows": others}

    return await write(store, request, stream, evolve, decide, more=more)


async def enter_contest(store: EventStore, request: Request, command: EnterContest) -> Reply:
    """Enter a person or a team into a contest."""
    await require_known(store, request, command.person_ids)
    org_id = request.org_id
    stream = streams.activity(org_id, command.activity_id)
    return await write(
        store,
        request,
        stream,
        evolve,
        lambda state, today: contests.enter_contest(state, command, org_id, today),
    )


async def judge_contest(store: EventStore, request: Request, command: JudgeContest) -> Reply:
    """Record the judges' places."""
    await require_known(store, request)
    org_id = request.org_id
    stream = streams.activity(org_id, command.activity_id)
    return await write(
        store,
        request,
        stream,
        evolve,
        lambda state, today: contests.judge_contest(state, command, org_id, today),
    )


async def grant_award(store: EventStore, request: Request, command: GrantAward) -> Reply:
    """Grant an award to a placed entry."""
    await require_known(store, request)
    org_id = request.org_id
    stream = streams.activity(org_id, command.activity_id)
    return await write(
        store,
        request,
        stream,
        evolve,
        lambda state, today: contests.grant_award(state, command, org_id, today),
    )


def _counts(
    what: str, request: Request, command: RegisterParticipants | RecordAttendance
) -> Callable[[Sequence[ActivityEvent]], Mapping[str, Any]]:
    """A bulk command answers counts and a link, never ids."""

    def counts(events: Sequence[ActivityEvent]) -> Mapping[str, Any]:
        return {
            what: len(events),
            "already": len(command.person_ids) - len(events),
            "link": f"/v1/{request.org_id}/activities/{command.activity_id}",
        }

    return counts
