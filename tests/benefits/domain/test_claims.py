"""What a claim goes through, who may do what to it, and what is refused first."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from services.benefits.commands.claims import (
    ApproveClaim,
    FileClaim,
    PayClaim,
    RejectClaim,
    ReverseClaim,
)
from services.benefits.domain import claims
from services.benefits.domain.claim_withdrawals import reverse_claim
from services.benefits.domain.claims import (
    Claim,
    approve_claim,
    evolve,
    file_claim,
    pay_claim,
    reject_claim,
)
from shared.contract.benefits import (
    Document,
)
from shared.errors import Refusal
from shared.testing.decider import Given, given
from tests.benefits.requests import ANN, BODIES, FILE_CLAIM, ORG, TODAY
from tests.examples.benefits import (
    claim_approved,
    claim_filed,
    claim_paid,
    claim_rejected,
    claim_reversed,
)

TOMORROW = date(2022, 12, 16)
FILE = FileClaim.model_validate(FILE_CLAIM)
APPROVE = ApproveClaim.model_validate(BODIES["approve-claim"][1])
REJECT = RejectClaim(claim_id="care-1", reason="too_late", rejected_on=date(2022, 3, 15))
PAY = PayClaim.model_validate(BODIES["pay-claim"][1])
REVERSE = ReverseClaim.model_validate(BODIES["reverse-claim"][1])

FILED = claim_filed(
    occurred_on=date(2022, 3, 10),
    claim_id="care-1",
    person_id=ANN,
    case_id="case-7",
    asked_fen=100000,
    happened_on=date(2022, 3, 1),
    documents=(Document(kind="discharge", sha256="0" * 64),),
    relation=None,
)
APPROVED = claim_approved(
    occurred_on=date(2022, 3, 15),
    claim_id="care-1",
    person_id=ANN,
    approved_fen=80000,
    decision_ref="minutes-2022-03",
    filed_by="clerk-1",
)
REJECTED = claim_rejected(
    occurred_on=date(2022, 3, 15), claim_id="care-1", person_id=ANN, reason="too_late"
)
PAID = claim_paid(
    occurred_on=date(2022, 3, 20),
    claim_id="care-1",
    person_id=ANN,
    case_id="case-7",
    paid_fen=80000,
    payment_id="pay-9",
)
REVERSED = claim_reversed(occurred_on=date(2022, 4, 1), claim_id="care-1", person_id=ANN)

TWO_PEOPLE = {"approver": "approver-1", "filed_by": "clerk-1"}
ONE_PERSON = {"approver": "clerk-1", "filed_by": "clerk-1"}
THIRD_PAYS = {"payer": "cashier-1", "approved_by": "approver-1"}
APPROVER_PAYS = {"payer": "approver-1", "approved_by": "approver-1"}


def claim(*events: Any) -> Given:
    return given(claims, None, *events)


def test_a_claim_goes_from_filing_to_payment_and_back() -> None:
    claim().when(file_claim, FILE, ORG, TODAY, same_case=None).then(FILED)
    claim(FILED).when(approve_claim, APPROVE, ORG, TODAY, **TWO_PEOPLE).then(APPROVED)
    claim(FILED, APPROVED).when(pay_claim, PAY, ORG, TODAY, **THIRD_PAYS).then(PAID)
    claim(FILED, APPROVED, PAID).when(reverse_claim, REVERSE, ORG, TODAY).then(REVERSED)


def test_the_whole_sum_asked_may_be_approved() -> None:
    whole = APPROVE.model_copy(update={"approved_fen": 100000})
    outcome = claim(FILED).when(approve_claim, whole, ORG, TODAY, **TWO_PEOPLE)
    outcome.then(APPROVED.model_copy(update={"approved_fen": 100000}))


def test_a_claim_is_rejected_for_a_named_reason() -> None:
    claim(FILED).when(reject_claim, REJECT, ORG, TODAY, **TWO_PEOPLE).then(REJECTED)


def test_who_filed_a_claim_may_only_withdraw_it() -> None:
    claim(FILED).when(reject_claim, REJECT, ORG, TODAY, **ONE_PERSON).then_refused(
        "maker-is-approver"
    )
    withdraw = REJECT.model_copy(update={"reason": "withdrawn"})
    claim(FILED).when(reject_claim, withdraw, ORG, TODAY, **ONE_PERSON).then(
        REJECTED.model_copy(update={"reason": "withdrawn"})
    )


def test_a_payment_dated_before_its_approval_is_recorded_for_the_auditor_to_find() -> None:
    early = PAY.model_copy(update={"paid_on": date(2022, 3, 1)})
    claim(FILED, APPROVED).when(pay_claim, early, ORG, TODAY, **THIRD_PAYS).then(
        PAID.model_copy(update={"occurred_on": date(2022, 3, 1)})
    )


@pytest.mark.parametrize(
    ("before", "changes", "same_case", "code"),
    [
        ([FILED], {"filed_on": TOMORROW}, "care-0", "date-in-future"),
        ([FILED], {"happened_on": TOMORROW}, "care-0", "date-in-future"),
        ([FILED], {}, "care-0", "claim-exists"),
        ([], {}, "care-0", "claimed-before"),
    ],
)
def test_filing_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], same_case: str | None, code: str
) -> None:
    command = FILE.model_copy(update=changes)
    claim(*before).when(file_claim, command, ORG, TODAY, same_case=same_case).then_refused(code)


@pytest.mark.parametrize(
    ("before", "changes", "people", "code"),
    [
        ([], {"approved_on": TOMORROW}, ONE_PERSON, "date-in-future"),
        ([], {"approved_fen": 100001}, ONE_PERSON, "unknown-claim"),
        ([FILED, APPROVED], {"approved_fen": 100001}, ONE_PERSON, "maker-is-approver"),
        ([FILED, APPROVED], {"approved_fen": 100001}, TWO_PEOPLE, "claim-decided"),
        ([FILED, REJECTED], {"approved_fen": 100001}, TWO_PEOPLE, "claim-decided"),
        ([FILED], {"approved_fen": 100001}, TWO_PEOPLE, "more-than-asked"),
    ],
)
def test_approving_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], people: dict[str, str], code: str
) -> None:
    command = APPROVE.model_copy(update=changes)
    claim(*before).when(approve_claim, command, ORG, TODAY, **people).then_refused(code)


@pytest.mark.parametrize(
    ("before", "changes", "people", "code"),
    [
        ([], {"rejected_on": TOMORROW}, ONE_PERSON, "date-in-future"),
        ([], {}, ONE_PERSON, "unknown-claim"),
        ([FILED, APPROVED], {}, ONE_PERSON, "maker-is-approver"),
        ([FILED, APPROVED], {}, TWO_PEOPLE, "claim-decided"),
    ],
)
def test_rejecting_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], people: dict[str, str], code: str
) -> None:
    command = REJECT.model_copy(update=changes)
    claim(*before).when(reject_claim, command, ORG, TODAY, **people).then_refused(code)


@pytest.mark.parametrize(
    ("before", "changes", "people", "code"),
    [
        ([], {"paid_on": TOMORROW}, APPROVER_PAYS, "date-in-future"),
        ([], {}, APPROVER_PAYS, "unknown-claim"),
        ([FILED], {}, APPROVER_PAYS, "claim-not-approved"),
        ([FILED, REJECTED], {}, APPROVER_PAYS, "claim-not-approved"),
        ([FILED, APPROVED, PAID], {}, APPROVER_PAYS, "claim-paid-already"),
        ([FILED, APPROVED, PAID, REVERSED], {}, APPROVER_PAYS, "claim-paid-already"),
        ([FILED, APPROVED], {}, APPROVER_PAYS, "approver-is-payer"),
    ],
)
def test_paying_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], people: dict[str, str], code: str
) -> None:
    command = PAY.model_copy(update=changes)
    claim(*before).when(pay_claim, command, ORG, TODAY, **people).then_refused(code)


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        ([], {"reversed_on": TOMORROW}, "date-in-future"),
        ([], {}, "unknown-claim"),
        ([FILED, APPROVED], {}, "claim-not-paid"),
        ([FILED, APPROVED, PAID, REVERSED], {}, "claim-not-paid"),
        ([FILED, APPROVED, PAID], {"reversed_on": date(2022, 3, 19)}, "reversed-before-paid"),
    ],
)
def test_reversing_is_refused_for_the_first_of_these(
    before: list[Any], changes: dict[str, Any], code: str
) -> None:
    command = REVERSE.model_copy(update=changes)
    claim(*before).when(reverse_claim, command, ORG, TODAY).then_refused(code)


STEPS = {
    "file": (file_claim, FILE, {"same_case": None}),
    "approve": (approve_claim, APPROVE, TWO_PEOPLE),
    "reject": (reject_claim, REJECT, TWO_PEOPLE),
    "pay": (pay_claim, PAY, THIRD_PAYS),
    "reverse": (reverse_claim, REVERSE, {}),
}
WAYS = {
    (),
    ("file",),
    ("file", "approve"),
    ("file", "reject"),
    ("file", "approve", "pay"),
    ("file", "approve", "pay", "reverse"),
}


@forall(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
@settings(deadline=None)
def test_whatever_is_asked_in_whatever_order_a_claim_goes_one_of_six_ways(asked: list[str]) -> None:
    state: Claim | None = None
    went: list[str] = []
    for step in asked:
        decide, command, looked_up = STEPS[step]
        try:
            events = decide(state, command, ORG, TODAY, **looked_up)  # type: ignore[operator]
        except Refusal:
            continue
        for event in events:
            state = evolve(state, event)
        went.append(step)
    assert tuple(went) in WAYS
