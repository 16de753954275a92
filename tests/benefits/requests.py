"""One acceptable body of every command, in the order of a year, and who they are about."""

from datetime import date
from typing import Any

from shared.testing.http import TEST_ORG

ORG = TEST_ORG
TODAY = date(2022, 12, 15)

ANN, BO, CAI, DAI = "p-ann001", "p-bo0001", "p-cai001", "p-dai001"
CHILD = "p-child1"
STRANGER = "p-stranger"


OPEN_SPRING: dict[str, Any] = {
    "programme_id": "spring-2022", "title": "2022年春节慰问", "occasion": "spring_festival",
    "population": "members", "payment_form": "goods", "unit_value_fen": 30000,
    "fund": "union_funds", "payer": "own", "budget_line": "staff_activity.welfare",
    "decision_ref": "minutes-2022-01", "opened_on": "2022-01-10",
}  # fmt: skip
FREEZE_SPRING: dict[str, Any] = {"programme_id": "spring-2022", "as_of": "2022-01-15"}
ISSUE_SPRING: dict[str, Any] = {"programme_id": "spring-2022", "issued_on": "2022-01-20"}
OPEN_COOLING: dict[str, Any] = {
    "programme_id": "cooling-2022", "title": "2022年夏季送凉爽", "occasion": "summer_cooling",
    "population": "named", "payment_form": "goods", "fund": "superior_grant", "payer": "superior",
    "opened_on": "2022-06-01",
}  # fmt: skip
FILE_CLAIM: dict[str, Any] = {
    "claim_id": "care-1", "kind": "hospital", "person_id": ANN, "capacity": "member",
    "case_id": "case-7", "asked_fen": 100000, "happened_on": "2022-03-01",
    "filed_on": "2022-03-10", "documents": [{"kind": "discharge", "sha256": "0" * 64}],
}  # fmt: skip

BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "approve-budget": ("chair", {
        "budget_year": 2022, "approved_on": "2022-01-05", "approved_by": ["committee", "superior"],
        "lines": [{"budget_line": "staff_activity.welfare", "amount_fen": 30_000_000}],
    }),
    "adjust-budget": ("chair", {
        "budget_year": 2022, "adjusted_on": "2022-07-05", "approved_by": ["committee"],
        "lines": [{"budget_line": "staff_activity.welfare", "amount_fen": 35_000_000}],
    }),
    "receive-income": ("cashier", {
        "income_id": "dues-2022-01", "source": "dues", "fund": "union_funds",
        "amount_fen": 1_200_000, "received_on": "2022-01-31",
    }),
    "open-programme": ("clerk", OPEN_SPRING),
    "freeze-roster": ("clerk", FREEZE_SPRING),
    "apply-for-portions": ("clerk", {
        "programme_id": "spring-2022", "quantity": 80, "to_org": "tjjt", "applied_on": "2022-01-16",
    }),
    "receive-portions": ("clerk", {
        "programme_id": "spring-2022", "quantity": 80, "from_org": "tjjt",
        "received_on": "2022-01-18",
    }),
    "issue-gifts-to-roster": ("clerk", {**ISSUE_SPRING, "except_person_ids": [BO]}),
    "issue-gift": ("clerk", {
        "programme_id": "spring-2022", "person_id": BO, "capacity": "member",
        "issued_on": "2022-01-21",
    }),
    "sign-receipts": ("clerk", {
        "programme_id": "spring-2022", "receipts": [
            {"person_id": ANN, "signed_on": "2022-01-20"},
            {"person_id": BO, "signed_on": "2022-01-22", "signed_by": ANN},
        ],
    }),
    "return-gift": ("clerk", {
        "programme_id": "spring-2022", "person_id": BO, "reason": "returned",
        "returned_on": "2022-01-25",
    }),
    "close-programme": ("clerk", {"programme_id": "spring-2022", "closed_on": "2022-02-28"}),
    "file-claim": ("clerk", FILE_CLAIM),
    "approve-claim": ("approver", {
        "claim_id": "care-1", "approved_fen": 80000, "decision_ref": "minutes-2022-03",
        "approved_on": "2022-03-15",
    }),
    "pay-claim": ("cashier", {
        "claim_id": "care-1", "fund": "care_fund", "payment_form": "transfer",
        "paid_on": "2022-03-20", "payment_id": "pay-9",
    }),
    "reverse-claim": ("chair", {
        "claim_id": "care-1", "reason": "paid_back", "reversed_on": "2022-04-01",
    }),
    "buy-policy": ("clerk", {
        "policy_id": "illness-2022", "plan": "serious_illness", "insurer": "某保险公司",
        "starts_on": "2022-06-01", "ends_on": "2023-05-31", "insured_due": 3, "fund": "union_funds",
        "payer": "own", "bought_on": "2022-05-20",
    }),
    "insure-people": ("clerk", {
        "policy_id": "illness-2022", "insured_on": "2022-06-01", "population": "members",
    }),
    "request-expenditure": ("clerk", {
        "payment_id": "pay-9", "fund": "care_fund", "payer": "own",
        "budget_line": "staff_activity.welfare", "amount_fen": 80000,
        "refers_to": f"{ORG}/claim-care-1", "requested_on": "2022-03-18",
    }),
    "pay-expenditure": ("approver", {"payment_id": "pay-9", "paid_on": "2022-03-20"}),
    "decide-procurement": ("chair", {
        "procurement_id": "health-2022", "title": "教职工体检", "method": "single_source",
        "basis": "only_supplier", "supplier": "天津市第四中心医院", "fund": "administration",
        "notice_from": "2022-04-01", "notice_to": "2022-04-08", "decided_on": "2022-04-10",
    }),
    "sign-contract": ("chair", {
        "procurement_id": "health-2022", "supplier": "天津市第四中心医院",
        "signed_on": "2022-04-20",
    }),
}  # fmt: skip
"""By command name: the role it is sent in and its body. reject-claim is the one that is not here,
because it ends what approve-claim carries on."""

REJECT = ("approver", {"claim_id": "care-2", "reason": "too_late", "rejected_on": "2022-05-01"})

CORRECTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "rename-programme": ("clerk", {
        "programme_id": "spring-2022", "title": "2022年春节送温暖", "reason": "wrong_details",
        "renamed_on": "2022-03-01",
    }),
    "issue-gift-again": ("clerk", {
        "programme_id": "spring-2022", "person_id": ANN, "issued_on": "2022-01-26",
        "reason": "by_mistake",
    }),
    "end-cover": ("clerk", {
        "policy_id": "illness-2022", "person_id": ANN, "reason": "left", "ended_on": "2022-09-30",
    }),
    "correct-income": ("chair", {
        "income_id": "dues-2022-01", "source": "dues", "fund": "union_funds",
        "amount_fen": 1_250_000, "received_on": "2022-01-30", "posting": "in_period",
        "reason": "wrong_amount", "corrected_on": "2022-02-10",
    }),
    "reverse-expenditure": ("chair", {
        "payment_id": "pay-9", "posting": "in_period", "reason": "duplicate",
        "reversed_on": "2022-04-02",
    }),
    "withdraw-entries": ("clerk", {
        "stream": f"{ORG}/gift-spring-2022.{ANN}", "versions": [2], "reason": "wrong_person",
        "withdrawn_on": "2022-04-02",
    }),
}  # fmt: skip
"""What corrects some of those, each in its role; withdraw-claim ends what approve-claim carries
on."""

WITHDRAW_CLAIM = ("clerk", {
    "claim_id": "care-3", "reason": "by_claimant", "withdrawn_on": "2022-05-02",
})  # fmt: skip
