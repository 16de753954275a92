"""Programmes as answered: the stream folded, its deliveries counted."""

from typing import Any

from services.benefits import streams
from services.benefits.domain import programmes
from services.benefits.domain.programmes import Programme
from services.benefits.queries import deliveries
from shared.errors import Unknown
from shared.eventstore.store import EventStore
from shared.eventstore.write import state_of

# All streams of one kind are one range of the primary key.
OF_A_KIND = """
SELECT stream FROM events WHERE stream > $1 AND stream < $2 AND version = 1
ORDER BY stream LIMIT $3
"""


async def load(store: EventStore, org_id: str, programme_id: str) -> tuple[Programme, int]:
    """A programme and its version. Raises Unknown `unknown-programme`."""
    found = await store.load(streams.programme(org_id, programme_id))
    state = state_of(programmes.evolve, found)
    if state is None:
        raise Unknown("unknown-programme", f"no programme {programme_id}")
    return state, found.version


async def one(store: EventStore, org_id: str, programme_id: str) -> dict[str, Any]:
    """A programme with its roster and counts. Raises Unknown `unknown-programme`.

    `issued` and `signed` count people who hold the gift, `portions` 份, `missed` people of the
    roster who hold none. Where no roster was frozen nobody can be missed: null.
    """
    programme, version = await load(store, org_id, programme_id)
    delivered = streams.gifts_of(org_id, programme_id)
    counts = await deliveries.counts(store.pool, delivered)
    missed: int | None = None
    if programme.roster:
        _, received = await deliveries.versions(store.pool, delivered)
        missed = len(set(programme.person_ids()) - received)
    return {**_terms(programme, version), **counts, "missed": missed}


def _terms(programme: Programme, version: int) -> dict[str, Any]:
    roster = programme.roster[0] if programme.roster else None
    return {
        **programme.terms.model_dump(exclude={"org_id", "occurred_on", "source_recorded_on"}),
        "version": version,
        "opened_on": programme.terms.occurred_on,
        "closed_on": programme.closed and programme.closed.occurred_on,
        "roster": roster
        and {
            "as_of": roster.as_of,
            "count": roster.count,
            "sha256": roster.sha256,
        },
        "portions_applied": programme.applied,
        "portions_received": programme.received,
    }


async def page(store: EventStore, org_id: str, cursor: str, limit: int) -> list[dict[str, Any]]:
    """At most `limit` programmes of a union beyond the id `cursor`, without their counts."""
    low, high = streams.programmes_of(org_id)
    found: list[dict[str, Any]] = []
    while len(found) < limit:
        rows = await store.pool.fetch(OF_A_KIND, low + cursor, high, limit)
        loaded = await store.load_many([row["stream"] for row in rows])
        states = [(state_of(programmes.evolve, one), one.version) for one in loaded.values()]
        found += [_terms(state, version) for state, version in states if state is not None]
        if len(rows) < limit:
            break
        cursor = rows[-1]["stream"].removeprefix(low)
    return found[:limit]
