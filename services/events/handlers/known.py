"""Who a command may name: unions and people our own copy of members' facts knows."""

from collections.abc import Sequence

from services.events.queries import heard_version, union_is_simulated, unknown_people
from shared.errors import Invalid, NotPermitted, NotYet, Unknown
from shared.eventstore.request import Request
from shared.eventstore.store import EventStore


async def require_known(
    store: EventStore, request: Request, person_ids: Sequence[str] = ()
) -> None:
    """The union is known and on this service's clock, and so is everyone named.

    Raises NotYet `members-behind` where something is not known and our copy has not heard the
    position the caller states; otherwise Unknown `unknown-union`, Invalid `unknown-member`. Raises
    NotPermitted `simulated-union-refused`, Invalid `invalid-request` where
    Guildhall-After is not `stream@version`.
    """
    simulated = store.settled.get(request.org_id)
    if simulated is None:
        simulated = await union_is_simulated(store.pool, request.org_id)
    if simulated is None:
        await _require_caught_up(store, request)
        # Our copy may have heard of it since we looked.
        simulated = await union_is_simulated(store.pool, request.org_id)
    if simulated is None:
        raise Unknown("unknown-union", f"no union {request.org_id} is known here")
    store.settled[request.org_id] = simulated
    if simulated != request.simulated:
        raise NotPermitted(
            "simulated-union-refused",
            f"{request.org_id} is a {'simulated' if simulated else 'real'} union,"
            f" this service runs on a {'simulated' if request.simulated else 'real'} clock",
        )
    unknown = await unknown_people(store.pool, request.org_id, person_ids) if person_ids else set()
    if unknown:
        await _require_caught_up(store, request)
        unknown = await unknown_people(store.pool, request.org_id, person_ids)
    if unknown:
        raise Invalid(
            "unknown-member",
            f"{len(unknown)} of {len(person_ids)} people are not known in {request.org_id}",
            errors=[
                {"row": row, "code": "unknown-member", "person_id": person_id}
                for row, person_id in enumerate(person_ids, start=1)
                if person_id in unknown
            ],
        )


async def _require_caught_up(store: EventStore, request: Request) -> None:
    for stream, version in request.stated_positions():
        heard = await heard_version(store.pool, stream)
        if heard < version:
            raise NotYet(
                "members-behind",
                f"our copy of members holds version {heard} of {stream}, you wrote {version}:"
                " retry",
            )
