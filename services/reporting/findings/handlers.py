"""A person's commands about a finding: load, decide, append; the words are kept beside."""

from services.reporting.findings import waivers
from services.reporting.findings.commands import (
    ApproveWaiver,
    ExplainFinding,
    ProposeWaiver,
    RevokeWaiver,
)
from services.reporting.journal.clock import keep_time
from services.reporting.journal.kept_texts import checksum, insert_text
from shared.contract.reporting import FindingRaised, FindingWaiverProposed
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import write, write_knowing


async def explain_finding(store: EventStore, request: Request, command: ExplainFinding) -> Reply:
    """Explain a finding; the verdict stands."""
    await keep_time(store.pool, store)
    note, org_id = checksum(command.words), request.org_id
    return await write(
        store,
        request,
        _stream(org_id, command.finding_id),
        waivers.evolve,
        lambda state, today: waivers.explain(state, command, org_id, today, note),
        also=lambda _: [insert_text(org_id, command.words)],
    )


async def propose_waiver(store: EventStore, request: Request, command: ProposeWaiver) -> Reply:
    """Propose to bear a finding until a day."""
    await keep_time(store.pool, store)
    note, org_id = checksum(command.words), request.org_id
    return await write(
        store,
        request,
        _stream(org_id, command.finding_id),
        waivers.evolve,
        lambda state, today: waivers.propose(state, command, org_id, today, note),
        also=lambda _: [insert_text(org_id, command.words)],
    )


async def approve_waiver(store: EventStore, request: Request, command: ApproveWaiver) -> Reply:
    """Waive a finding as somebody else proposed."""
    await keep_time(store.pool, store)

    async def look(found: Loaded) -> str | None:
        return found.actor_of(FindingWaiverProposed)

    return await write_knowing(
        store,
        request,
        _stream(request.org_id, command.finding_id),
        waivers.evolve,
        look=look,
        decide=lambda state, today, proposer: waivers.approve(
            state,
            command,
            request.org_id,
            today,
            proposer=proposer,
            approver=request.actor.subject,
        ),
    )


async def revoke_waiver(store: EventStore, request: Request, command: RevokeWaiver) -> Reply:
    """End a waiver, or the proposal of one."""
    await keep_time(store.pool, store)
    return await write(
        store,
        request,
        _stream(request.org_id, command.finding_id),
        waivers.evolve,
        lambda state, today: waivers.revoke(state, command, request.org_id, today),
    )


def _stream(org_id: str, finding_id: str) -> str:
    return FindingRaised.STREAM.named(org_id=org_id, finding_id=finding_id)
