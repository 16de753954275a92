"""Claims as they stand: who filed, who approved, what became of the money."""

from datetime import date
from typing import Any

from services.reporting.projections.claims import CLAIMS, Claim
from shared.contract.envelope import DomainEvent
from tests.examples.benefits import (
    claim_approved,
    claim_filed,
    claim_paid,
    claim_rejected,
    claim_reversed,
)
from tests.reporting.history import History, current_rows, folded
from tests.reporting.records import ORG

WHO: dict[str, Any] = {
    "org_id": ORG,
    "claim_id": "c1",
    "kind": "hospital",
    "person_id": "p-00000001",
}
FILED = claim_filed(
    **WHO,
    occurred_on=date(2022, 5, 2),
    happened_on=date(2022, 4, 20),
    case_id="case-1",
    relation=None,
    documents=(),
)
APPROVED = claim_approved(
    **WHO, occurred_on=date(2022, 5, 9), approved_fen=100000, decision_ref="m-7", filed_by="clerk-2"
)
REJECTED = claim_rejected(**WHO, occurred_on=date(2022, 5, 9), reason="claimed_before")
PAID = claim_paid(
    **WHO, occurred_on=date(2022, 5, 11), case_id="case-1", paid_fen=100000, payment_id=None
)
REVERSED = claim_reversed(**WHO, occurred_on=date(2022, 6, 1))


def claim_after(*events: DomainEvent) -> Claim:
    (row,) = current_rows(folded(CLAIMS, History()(*events).entries())).values()
    assert isinstance(row, Claim)
    return row


def test_a_claim_keeps_its_maker_and_its_approver_apart_from_who_the_approval_names() -> None:
    claim = claim_after(FILED, APPROVED)
    assert (claim.maker, claim.approver, claim.filed_by) == ("clerk-1", "clerk-1", "clerk-2")
    assert (claim.state, claim.asked_fen, claim.approved_fen) == ("approved", 200000, 100000)


def test_each_step_is_its_state_and_leaves_its_event() -> None:
    steps = (FILED, APPROVED, PAID, REVERSED)
    for number, state in enumerate(("filed", "approved", "paid", "reversed"), start=1):
        claim = claim_after(*steps[:number])
        assert (claim.state, len(claim.events)) == (state, number)
    assert claim_after(FILED, REJECTED).state == "rejected"


def test_a_source_that_only_reports_payments_leaves_the_rest_unknown() -> None:
    claim = claim_after(PAID)
    assert (claim.state, claim.paid_fen, claim.case_id) == ("paid", 100000, "case-1")
    assert claim.maker is None and claim.approver is None and claim.filed_on is None


def test_a_claim_is_known_from_what_happened_else_from_its_first_record() -> None:
    assert claim_after(FILED, PAID).first_on == date(2022, 4, 20)
    assert claim_after(PAID, REVERSED).first_on == date(2022, 5, 11)
