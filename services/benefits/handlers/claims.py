"""Claims: look up, load, decide, append; the index of claims is written with the events."""

from collections.abc import Sequence
from typing import Any, assert_never, cast

from services.benefits.commands.claims import (
    ApproveClaim,
    FileClaim,
    PayClaim,
    RejectClaim,
    ReverseClaim,
)
from services.benefits.domain import decide, fold, streams
from services.benefits.domain.claims import ClaimEvent, evolve
from services.benefits.handlers.deciding import (
    deciding_again,
    one_stream,
    today_of,
    write,
)
from services.benefits.handlers.known import require_known
from services.benefits.queries import claims
from shared.contract.benefits import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
)
from shared.contract.envelope import DomainEvent
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore, Write

FILED = """
INSERT INTO claims (org_id, claim_id, kind, person_id, case_id, filed_on, asked_fen, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'filed')
"""
APPROVED = """
UPDATE claims SET state = 'approved', approved_fen = $3 WHERE org_id = $1 AND claim_id = $2
"""
PAID = "UPDATE claims SET state = 'paid', paid_fen = $3 WHERE org_id = $1 AND claim_id = $2"
SETTLED = "UPDATE claims SET state = $3 WHERE org_id = $1 AND claim_id = $2"


async def file_claim(store: EventStore, request: Request, command: FileClaim) -> Reply:
    """File a claim of a known person; of two for one case at once, a unique index lets one."""
    await require_known(store, request, [command.person_id])
    stream = streams.claim(request.org_id, command.claim_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        events = decide(
            fold(evolve, found.events),
            command,
            request.org_id,
            today_of(store),
            same_case=await claims.standing(
                store.pool, request.org_id, command.person_id, command.kind, command.case_id
            ),
        )
        reply = one_stream(stream, found.version + 1, 1)
        filing = Write(stream, found.version, events)
        return await store.append(request, [filing], reply, indexed(events))

    return await deciding_again(request, attempt)


async def approve_claim(store: EventStore, request: Request, command: ApproveClaim) -> Reply:
    """Approve a claim; who filed it is read from its event's envelope."""
    stream = streams.claim(request.org_id, command.claim_id)
    return await write(
        store,
        request,
        stream,
        evolve,
        command,
        also=indexed,
        approver=request.actor.subject,
        filed_by=await _filed_by(store, stream),
    )


async def reject_claim(store: EventStore, request: Request, command: RejectClaim) -> Reply:
    """Reject a claim, or withdraw it."""
    stream = streams.claim(request.org_id, command.claim_id)
    return await write(
        store,
        request,
        stream,
        evolve,
        command,
        also=indexed,
        approver=request.actor.subject,
        filed_by=await _filed_by(store, stream),
    )


async def pay_claim(store: EventStore, request: Request, command: PayClaim) -> Reply:
    """Pay an approved claim; who approved it is read from its event's envelope."""
    stream = streams.claim(request.org_id, command.claim_id)
    approved_by = await claims.actor_of(store.pool, stream, ClaimApproved.type_name())
    return await write(
        store,
        request,
        stream,
        evolve,
        command,
        also=indexed,
        payer=request.actor.subject,
        approved_by=approved_by,
    )


async def reverse_claim(store: EventStore, request: Request, command: ReverseClaim) -> Reply:
    """Undo a payment."""
    stream = streams.claim(request.org_id, command.claim_id)
    return await write(store, request, stream, evolve, command, also=indexed)


async def _filed_by(store: EventStore, stream: str) -> str:
    return await claims.actor_of(store.pool, stream, ClaimFiled.type_name()) or ""


def indexed(events: Sequence[DomainEvent]) -> list[Also]:
    """The statements that carry `events` into the index of claims."""
    return [_indexed(cast(ClaimEvent, event)) for event in events]


def _indexed(event: ClaimEvent) -> Also:
    key: tuple[Any, ...] = (event.org_id, event.claim_id)
    match event:
        case ClaimFiled():
            row = (event.kind, event.person_id, event.case_id, event.occurred_on, event.asked_fen)
            return Also(FILED, [key + row])
        case ClaimApproved():
            return Also(APPROVED, [(*key, event.approved_fen)])
        case ClaimPaid():
            return Also(PAID, [(*key, event.paid_fen)])
        case ClaimRejected():
            return Also(SETTLED, [(*key, "rejected")])
        case ClaimReversed():
            return Also(SETTLED, [(*key, "reversed")])
        case _:
            assert_never(event)
