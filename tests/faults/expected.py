"""What each accepted command must have written: the checker's own reading of the contract."""

import json
from collections.abc import Callable
from typing import Any

Fields = dict[str, Any]
Expected = list[tuple[str, Fields]]


def _one(kind: str, day: str, *names: str) -> Callable[[Fields], Expected]:
    return lambda body: [(kind, {"occurred_on": body[day]} | {n: body[n] for n in names})]


def _each(
    kind: str, rows: str, day: str, *names: str, also: tuple[str, ...] = ()
) -> Callable[[Fields], Expected]:
    return lambda body: [
        (
            kind,
            {"occurred_on": row[day]} | {n: row[n] for n in names} | {n: body[n] for n in also},
        )
        for row in body[rows]
    ]


def _participants(body: Fields) -> Expected:
    return [
        (
            "ParticipantRegistered",
            {
                "occurred_on": body["registered_on"],
                "person_id": person,
                "activity_id": body["activity_id"],
            },
        )
        for person in body["person_ids"]
    ]


EXPECTED: dict[str, Callable[[Fields], Expected]] = {
    "register-organisation": _one("OrganisationRegistered", "registered_on", "name", "kind"),
    "declare-staff-count": _one("StaffCountDeclared", "declared_on", "staff", "women_staff"),
    "register-staff": _each(
        "StaffRegistered", "people", "registered_on", "person_id", "gender", "birth_month"
    ),
    "admit-members": _each("MemberJoined", "people", "joined_on", "person_id", "kind"),
    "open-programme": _one(
        "ProgrammeOpened", "opened_on", "programme_id", "occasion", "unit_value_fen", "fund"
    ),
    "approve-budget": _one("BudgetApproved", "approved_on", "budget_year", "lines"),
    "adjust-budget": _one("BudgetAdjusted", "adjusted_on", "budget_year", "lines"),
    "receive-income": _one(
        "IncomeReceived", "received_on", "income_id", "source", "fund", "amount_fen"
    ),
    "request-expenditure": _one(
        "ExpenditureRequested",
        "requested_on",
        "payment_id",
        "fund",
        "payer",
        "budget_line",
        "amount_fen",
    ),
    "pay-expenditure": _one("ExpenditurePaid", "paid_on", "payment_id"),
    "apply-for-portions": _one("GiftApplied", "applied_on", "programme_id", "quantity", "to_org"),
    "issue-gift": _one(
        "GiftIssued", "issued_on", "programme_id", "person_id", "capacity", "quantity"
    ),
    "sign-receipts": _each(
        "GiftReceiptSigned", "receipts", "signed_on", "person_id", also=("programme_id",)
    ),
    "return-gift": _one("GiftReturned", "returned_on", "programme_id", "person_id", "reason"),
    "plan-activity": _one(
        "ActivityPlanned", "planned_on", "activity_id", "title", "planned_for", "online"
    ),
    "hold-activity": _one("ActivityHeld", "held_on", "activity_id"),
    "register-participants": _participants,
}

PARTIAL = frozenset({"register-participants"})
"""Commands that pass over what is there already: their events are some of the expected ones."""


def unmet(name: str, body: str, written: list[tuple[str, Fields]], stated: int) -> str:
    """Why `written` is not what the command must write; empty where it is.

    `stated` is the number of events its answer gave."""
    expected = EXPECTED[name](json.loads(body))
    if len(written) != stated:
        return f"its answer says {stated} events, {len(written)} are there"
    rest = list(expected)
    for kind, data in written:
        match = next((e for e in rest if e[0] == kind and _within(e[1], data)), None)
        if match is None:
            return f"{kind} {data} was not asked for"
        rest.remove(match)
    if rest and name not in PARTIAL:
        return f"{rest[0][0]} {rest[0][1]} was not written"
    return ""


def _within(some: Fields, all_of: Fields) -> bool:
    return all(all_of.get(name) == value for name, value in some.items())
