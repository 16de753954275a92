"""Claims: look up, load, decide, append; the index of claims is written with the events."""

from services.benefits import streams
from services.benefits.commands.claims import (
    ApproveClaim,
    FileClaim,
    PayClaim,
    RejectClaim,
    ReverseClaim,
    WithdrawClaim,
)
from services.benefits.domain import claim_withdrawals, claims
from services.benefits.queries import claims as claims_read
from services.benefits.tables import rows_of
from shared.contract.benefits import ClaimApproved, ClaimFiled
from shared.eventstore.existing_entry import telling_existing_entry
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Write
from shared.eventstore.write import one_stream, retry, state_of, today_of, write, write_knowing
from shared.replicas.members import require_known


async def file_claim(store: EventStore, request: Request, command: FileClaim) -> Reply:
    """File a claim of a known person; of two for one case at once, a unique index lets one."""
    await require_known(store, request, [command.person_id])
    org_id = request.org_id
    stream = streams.claim(org_id, command.claim_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        same_case = await claims_read.active(
            store.pool, org_id, command.person_id, command.kind, command.case_id
        )
        state = state_of(claims.evolve, found)
        today = today_of(store)
        with telling_existing_entry({stream: found}):
            events = claims.file_claim(state, command, org_id, today, same_case=same_case)
        filing = Write(stream, found.version, events)
        return await store.append(request, [filing], one_stream(filing), rows_of([filing]))

    return await retry(request, attempt)


async def approve_claim(store: EventStore, request: Request, command: ApproveClaim) -> Reply:
    """Approve a claim; who filed it is read with its stream, from the event's envelope."""
    org_id = request.org_id
    approver, stream = request.actor.subject, streams.claim(org_id, command.claim_id)
    return await write_knowing(
        store,
        request,
        stream,
        claims.evolve,
        look=_filed_by,
        decide=lambda state, today, filed_by: claims.approve_claim(
            state, command, org_id, today, approver=approver, filed_by=filed_by
        ),
        also=lambda writes, _: rows_of(writes),
    )


async def reject_claim(store: EventStore, request: Request, command: RejectClaim) -> Reply:
    """Reject a claim, or withdraw it."""
    org_id = request.org_id
    approver, stream = request.actor.subject, streams.claim(org_id, command.claim_id)
    return await write_knowing(
        store,
        request,
        stream,
        claims.evolve,
        look=_filed_by,
        decide=lambda state, today, filed_by: claims.reject_claim(
            state, command, org_id, today, approver=approver, filed_by=filed_by
        ),
        also=lambda writes, _: rows_of(writes),
    )


async def withdraw_claim(store: EventStore, request: Request, command: WithdrawClaim) -> Reply:
    """Withdraw a claim that was not paid."""
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.claim(org_id, command.claim_id),
        claims.evolve,
        lambda state, today: claim_withdrawals.withdraw_claim(state, command, org_id, today),
        also=rows_of,
    )


async def pay_claim(store: EventStore, request: Request, command: PayClaim) -> Reply:
    """Pay an approved claim; who approved it is read with its stream, from the event's envelope."""
    org_id = request.org_id
    payer, stream = request.actor.subject, streams.claim(org_id, command.claim_id)
    return await write_knowing(
        store,
        request,
        stream,
        claims.evolve,
        look=_approved_by,
        decide=lambda state, today, approved_by: claims.pay_claim(
            state, command, org_id, today, payer=payer, approved_by=approved_by
        ),
        also=lambda writes, _: rows_of(writes),
    )


async def reverse_claim(store: EventStore, request: Request, command: ReverseClaim) -> Reply:
    """Undo a payment."""
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.claim(org_id, command.claim_id),
        claims.evolve,
        lambda state, today: claim_withdrawals.reverse_claim(state, command, org_id, today),
        also=rows_of,
    )


async def _filed_by(claim: Loaded) -> str:
    return claim.actor_of(ClaimFiled) or ""


async def _approved_by(claim: Loaded) -> str | None:
    return claim.actor_of(ClaimApproved)
