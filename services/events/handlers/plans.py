"""Attestations, incidents, plan items and issues: look up, load, decide, append."""

from services.events import streams
from services.events.commands.plans import (
    AttestPeriod,
    CompletePlanItem,
    RaiseIssue,
    ReportIncident,
    ResolveIssue,
    SetPlanItem,
)
from services.events.domain import attestations, incidents, issues, plan_items
from services.events.queries.incidents import Reported, incidents_in
from services.events.queries.streams import absent_streams
from shared.contract.events import IncidentReported
from shared.eventstore.guards import still_at, still_counting
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import write, write_knowing
from shared.replicas.members import require_known


async def attest_period(store: EventStore, request: Request, command: AttestPeriod) -> Reply:
    """Attest a month, against the incidents in our own records; of an incident and an attestation
    at once, each knows of the other or comes before it."""
    await require_known(store, request)
    org_id = request.org_id
    stream = streams.attestation(org_id, command.subject, command.month)

    async def look(_: Loaded) -> Reported:
        return await incidents_in(store, org_id, command.subject, command.month)

    return await write_knowing(
        store,
        request,
        stream,
        attestations.evolve,
        look=look,
        decide=lambda state, today, reported: attestations.attest_period(
            state, command, org_id, today, reported=reported.matching
        ),
        also=lambda _, reported: [
            still_counting(stream, IncidentReported, org_id, reported.of_any)
        ],
    )


async def report_incident(store: EventStore, request: Request, command: ReportIncident) -> Reply:
    """Report an incident; it comes before its month's attestation, or knows of it."""
    await require_known(store, request)
    org_id, month = request.org_id, command.happened_on.isoformat()[:7]
    attestation = streams.attestation(org_id, command.subject, month)

    async def look(_: Loaded) -> int:
        return (await store.load(attestation)).version

    return await write_knowing(
        store,
        request,
        streams.incident(org_id, command.incident_id),
        incidents.evolve,
        look=look,
        decide=lambda state, today, _: incidents.report_incident(state, command, org_id, today),
        also=lambda _, version: [still_at(attestation, version)],
    )


async def set_plan_item(store: EventStore, request: Request, command: SetPlanItem) -> Reply:
    """Put an item on a year's plan."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.plan_item(org_id, command.item_id),
        plan_items.evolve,
        lambda state, today: plan_items.set_plan_item(state, command, org_id, today),
        opens=True,
    )


async def complete_plan_item(
    store: EventStore, request: Request, command: CompletePlanItem
) -> Reply:
    """Record that a plan item was done; evidence of our own kinds must be in our own store."""
    await require_known(store, request)
    org_id = request.org_id
    ours = tuple(f"{org_id}/{kind}-" for kind in streams.KINDS)
    evidence = [stream for stream in command.evidence if stream.startswith(ours)]

    async def look(_: Loaded) -> frozenset[str]:
        return await absent_streams(store.pool, evidence)

    return await write_knowing(
        store,
        request,
        streams.plan_item(org_id, command.item_id),
        plan_items.evolve,
        look=look,
        decide=lambda state, today, missing: plan_items.complete_plan_item(
            state, command, org_id, today, missing=missing
        ),
    )


async def raise_issue(store: EventStore, request: Request, command: RaiseIssue) -> Reply:
    """Raise an issue."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.issue(org_id, command.issue_id),
        issues.evolve,
        lambda state, today: issues.raise_issue(state, command, org_id, today),
        opens=True,
    )


async def resolve_issue(store: EventStore, request: Request, command: ResolveIssue) -> Reply:
    """Record that an issue is solved."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.issue(org_id, command.issue_id),
        issues.evolve,
        lambda state, today: issues.resolve_issue(state, command, org_id, today),
    )
