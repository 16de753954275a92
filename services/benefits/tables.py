"""What each event writes into our own tables, in the event's own transaction: the index of claims.

A claim's stream decides; the index answers by state and finds the active claim of a case.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shared.contract.benefits import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
    ClaimWithdrawn,
    ExpenditurePaid,
    ExpenditureRequested,
    ExpenditureReversed,
)
from shared.contract.envelope import DomainEvent
from shared.eventstore.store import Also, Write

Row = tuple[Any, ...]

FILED = """
INSERT INTO claims (org_id, claim_id, kind, person_id, case_id, filed_on, asked_fen, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'filed')
"""
APPROVED = """
UPDATE claims SET state = 'approved', approved_fen = $3 WHERE org_id = $1 AND claim_id = $2
"""
PAID = "UPDATE claims SET state = 'paid', paid_fen = $3 WHERE org_id = $1 AND claim_id = $2"
AS_IT_STANDS = """
UPDATE claims SET state = $3, approved_fen = $4, paid_fen = $5 WHERE org_id = $1 AND claim_id = $2
"""
PAYMENT_REQUESTED = """
INSERT INTO payments (org_id, payment_id, state) VALUES ($1, $2, 'requested')
ON CONFLICT (org_id, payment_id) DO UPDATE SET state = 'requested'
"""
PAYMENT_SETTLED = "UPDATE payments SET state = $3 WHERE org_id = $1 AND payment_id = $2"
SETTLED = "UPDATE claims SET state = $3 WHERE org_id = $1 AND claim_id = $2"


def _filed(event: ClaimFiled) -> Row:
    return (
        event.org_id,
        event.claim_id,
        event.kind,
        event.person_id,
        event.case_id,
        event.occurred_on,
        event.asked_fen,
    )


TABLES: dict[type[DomainEvent], tuple[str, Callable[[Any], Row]]] = {
    ClaimFiled: (FILED, _filed),
    ClaimApproved: (APPROVED, lambda event: (event.org_id, event.claim_id, event.approved_fen)),
    ClaimPaid: (PAID, lambda event: (event.org_id, event.claim_id, event.paid_fen)),
    ClaimRejected: (SETTLED, lambda event: (event.org_id, event.claim_id, "rejected")),
    ClaimWithdrawn: (SETTLED, lambda event: (event.org_id, event.claim_id, "withdrawn")),
    ClaimReversed: (SETTLED, lambda event: (event.org_id, event.claim_id, "reversed")),
    ExpenditureRequested: (PAYMENT_REQUESTED, lambda event: (event.org_id, event.payment_id)),
    ExpenditurePaid: (PAYMENT_SETTLED, lambda event: (event.org_id, event.payment_id, "paid")),
    ExpenditureReversed: (
        PAYMENT_SETTLED,
        lambda event: (event.org_id, event.payment_id, "reversed"),
    ),
}
"""Events without an entry are in no table of ours."""


def rows_of(writes: Iterable[Write]) -> list[Also]:
    """The statements that carry `writes` into our tables."""
    found = []
    for write in writes:
        for event in write.events:
            if (entry := TABLES.get(type(event))) is not None:
                sql, row = entry
                found.append(Also(sql, [row(event)]))
    return found


STATES: dict[type[DomainEvent], str] = {
    ClaimFiled: "filed",
    ClaimApproved: "approved",
    ClaimRejected: "rejected",
    ClaimWithdrawn: "withdrawn",
    ClaimPaid: "paid",
    ClaimReversed: "reversed",
}
"""What each event makes of a claim."""


def claim_as_it_stands(filed: ClaimFiled, events: Sequence[DomainEvent]) -> Also:
    """The statement that makes a claim's row what its events, the filing among them, make of it."""
    approved = [event.approved_fen for event in events if isinstance(event, ClaimApproved)]
    paid = [event.paid_fen for event in events if isinstance(event, ClaimPaid)]
    state = STATES[type(events[-1])]
    last = (approved[-1] if approved else None), (paid[-1] if paid else None)
    return Also(AS_IT_STANDS, [(filed.org_id, filed.claim_id, state, *last)])
