"""Procurement: look up, load, decide, append."""

from services.benefits import streams
from services.benefits.commands.procurement import DecideProcurement, SignContract
from services.benefits.domain import procurement
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import write
from shared.replicas.members import require_known


async def decide_procurement(
    store: EventStore, request: Request, command: DecideProcurement
) -> Reply:
    """Record how a known union buys something."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.procurement(org_id, command.procurement_id),
        procurement.evolve,
        lambda state, today: procurement.decide_procurement(state, command, org_id, today),
    )


async def sign_contract(store: EventStore, request: Request, command: SignContract) -> Reply:
    """Record that the contract was signed."""
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.procurement(org_id, command.procurement_id),
        procurement.evolve,
        lambda state, today: procurement.sign_contract(state, command, org_id, today),
    )
