"""Payments by how far they are, each folded from its stream with who asked and who approved."""

from typing import Any

from services.benefits import streams
from services.benefits.domain import money
from shared.contract.benefits import ExpenditurePaid, ExpenditureRequested
from shared.errors import Unknown
from shared.eventstore.loaded import Loaded
from shared.eventstore.store import EventStore
from shared.eventstore.write import state_of

LISTED = """
SELECT payment_id, state FROM payments
WHERE org_id = $1 AND payment_id > $2 AND ($3::text IS NULL OR state = $3)
ORDER BY payment_id LIMIT $4
"""


async def page(
    store: EventStore, org_id: str, state: str | None, cursor: str, limit: int
) -> list[dict[str, Any]]:
    """At most `limit` payments of a union beyond the id `cursor`, in one state or in any."""
    rows = await store.pool.fetch(LISTED, org_id, cursor, state, limit)
    names = {streams.payment(org_id, row["payment_id"]): row for row in rows}
    loaded = await store.load_many(list(names))
    return [_view(row["payment_id"], loaded[stream]) for stream, row in names.items()]


async def one(store: EventStore, org_id: str, payment_id: str) -> dict[str, Any]:
    """One payment, and the version of its stream: what is decided of it rests on that. Raises
    Unknown `unknown-payment`."""
    found = await store.load(streams.payment(org_id, payment_id))
    if not found.events:
        raise Unknown("unknown-payment", f"nobody asked for {payment_id}")
    return _view(payment_id, found)


def _view(payment_id: str, found: Loaded) -> dict[str, Any]:
    """A payment as answered; amounts in fen. Of one that was undone in its own period, what was
    asked is told, and that it is reversed."""
    state = state_of(money.evolve, found)
    asked = [each for each in found.events if isinstance(each, ExpenditureRequested)][-1]
    paid = state.event if isinstance(state, money.Booked) else None
    reversed_fen = state.reversed_fen if isinstance(state, money.Booked) else 0
    undone = state is None or reversed_fen > 0
    return {
        "payment_id": payment_id,
        "version": found.version,
        "state": "reversed" if undone else "paid" if paid is not None else "requested",
        "amount_fen": asked.amount_fen,
        "amount_assumed": asked.amount_assumed,
        "reversed_fen": asked.amount_fen if state is None else reversed_fen,
        "fund": asked.fund,
        "payer": asked.payer,
        "budget_line": asked.budget_line,
        "refers_to": asked.refers_to,
        "requested_on": asked.occurred_on,
        "requested_by": found.actor_of(ExpenditureRequested),
        "paid_on": None if paid is None else paid.occurred_on,
        "paid_by": None if paid is None else found.actor_of(ExpenditurePaid),
        "decision_ref": paid.decision_ref if isinstance(paid, ExpenditurePaid) else None,
    }
