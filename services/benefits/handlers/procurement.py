"""Procurement: look up, load, decide, append."""

from services.benefits.commands.procurement import DecideProcurement, SignContract
from services.benefits.domain import streams
from services.benefits.domain.procurement import evolve
from services.benefits.handlers.deciding import write
from services.benefits.handlers.known import require_known
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore


async def decide_procurement(
    store: EventStore, request: Request, command: DecideProcurement
) -> Reply:
    """Record how a known union buys something."""
    await require_known(store, request)
    stream = streams.procurement(request.org_id, command.procurement_id)
    return await write(store, request, stream, evolve, command)


async def sign_contract(store: EventStore, request: Request, command: SignContract) -> Reply:
    """Record that the contract was signed."""
    stream = streams.procurement(request.org_id, command.procurement_id)
    return await write(store, request, stream, evolve, command)
