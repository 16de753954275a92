"""Attestations, incidents, plan items and issues: look up, load, decide, append."""

from services.events.commands.plans import (
    AttestPeriod,
    CompletePlanItem,
    RaiseIssue,
    ReportIncident,
    ResolveIssue,
    SetPlanItem,
)
from services.events.domain.plans import evolve
from services.events.handlers.deciding import write
from services.events.handlers.known import require_known
from services.events.queries import KINDS, absent_streams, incidents_in
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore


async def attest_period(store: EventStore, request: Request, command: AttestPeriod) -> Reply:
    """Attest a month, against the incidents in our own records."""
    await require_known(store, request)
    reported = await incidents_in(store, request.org_id, command.subject, command.month)
    thing = f"attestation-{command.subject}.{command.month}"
    return await write(store, request, thing, evolve, command, reported)


async def report_incident(store: EventStore, request: Request, command: ReportIncident) -> Reply:
    """Report an incident."""
    await require_known(store, request)
    return await write(
        store, request, f"incident-{command.incident_id}", evolve, command, opens=True
    )


async def set_plan_item(store: EventStore, request: Request, command: SetPlanItem) -> Reply:
    """Put an item on a year's plan."""
    await require_known(store, request)
    return await write(store, request, f"plan-{command.item_id}", evolve, command, opens=True)


async def complete_plan_item(
    store: EventStore, request: Request, command: CompletePlanItem
) -> Reply:
    """Record that a plan item was done; evidence of our own kinds must be in our own store."""
    await require_known(store, request)
    ours = tuple(f"{request.org_id}/{kind}-" for kind in KINDS)
    missing = await absent_streams(
        store.pool, [stream for stream in command.evidence if stream.startswith(ours)]
    )
    return await write(store, request, f"plan-{command.item_id}", evolve, command, missing)


async def raise_issue(store: EventStore, request: Request, command: RaiseIssue) -> Reply:
    """Raise an issue."""
    await require_known(store, request)
    return await write(store, request, f"issue-{command.issue_id}", evolve, command, opens=True)


async def resolve_issue(store: EventStore, request: Request, command: ResolveIssue) -> Reply:
    """Record that an issue is solved."""
    await require_known(store, request)
    return await write(store, request, f"issue-{command.issue_id}", evolve, command)
