"""What handlers are given, and the union that acts."""

from typing import NamedTuple

from services.members import streams
from services.members.domain import organisation
from services.members.queries.encryption import RecordCipher
from shared.eventstore.request import Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import state_of


class Context(NamedTuple):
    """The store, and the cipher of the person records."""

    store: EventStore
    cipher: RecordCipher


async def require_union(store: EventStore, request: Request) -> None:
    """The union is registered, and on this service's clock.

    Raises Unknown `unknown-union`, NotPermitted `simulated-union-refused`.
    """
    org_id = request.org_id
    simulated = store.settled.get(org_id)
    if simulated is None:
        found = await store.load(streams.organisation(org_id))
        union = organisation.registered(state_of(organisation.evolve, found), org_id)
        store.settled[org_id] = simulated = union.simulated
    organisation.require_same_clock(simulated, request.simulated)
