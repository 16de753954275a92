"""A correction that meets nothing, or something else, is refused by both for one reason.

It would otherwise be accepted and change nothing, or be taken off a sum to which nothing was added.
"""

from typing import Any
from uuid import UUID

import pytest

from shared.contract.consistent import roster_sha256
from tests.reporting.ingest.test_one_judgement import checked, ingested
from tests.reporting.ingest.told import (
    BEFORE,
    ENTRIES,
    Document,
    in_stream_of,
    of,
    theirs,
    told,
    withdrawn,
)

NEEDED = {
    "GiftReceiptSigned": "not-issued",
    "GiftIssuedAgain": "not-issued",
    "GiftReturned": "not-issued",
    "MembersUnmerged": "not-merged",
    "ClaimReversed": "claim-not-paid",
    "CoverEnded": "not-insured",
    "IncomeCorrected": "unknown-income",
    "ExpenditureReversed": "payment-not-paid",
    **dict.fromkeys(ENTRIES, "entry-not-found"),
}


def judged(*said: Document) -> list[tuple[int, str]]:
    """Row and reason of what both refuse."""
    rows = of(*said)
    found = checked(rows)
    assert sorted(ingested(rows)) == found
    return found


@pytest.mark.parametrize(("name", "reason"), NEEDED.items(), ids=NEEDED)
def test_what_puts_right_a_thing_that_does_not_stand_is_refused(name: str, reason: str) -> None:
    assert set(NEEDED) == set(BEFORE)
    said = told(name)
    assert judged(*said) == []
    assert judged(said[-1]) == [(1, reason)]


@pytest.mark.parametrize("name", ENTRIES)
def test_a_withdrawal_names_what_stands_in_its_own_stream_and_is_taken_back_so(name: str) -> None:
    said = told(name)
    entry = {"entry": str(UUID(int=99))}
    nothing = said[-1] | {"data": said[-1]["data"] | entry}
    assert judged(*said[:-1], nothing) == [(len(said), "entry-not-found")]
    itself = said[-1] | {"data": said[-1]["data"] | {"entry": said[-1]["id"]}}
    assert judged(*said[:-1], itself) == [(len(said), "entry-not-found")]
    other = theirs("RegulationAdopted.v1.json", 50)
    named = said[-1] | {"data": said[-1]["data"] | {"entry": other["id"]}}
    assert judged(*said[:-1], other, named) == [(len(said) + 1, "entry-not-found")]


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_taken_back_once_and_said_anew_may_be_again(name: str) -> None:
    *before, withdrawal = told(name)
    numbers = iter(range(60, 70))

    def anew(document: Document, **data: Any) -> Document:
        said = document["data"] | data
        return document | {"id": str(UUID(int=next(numbers))), "data": said}

    second = anew(withdrawal, reason="duplicate")
    assert judged(*before, withdrawal, second) == [(len(before) + 2, "entry-withdrawn")]
    again = anew(before[-1])
    taken = anew(withdrawal, entry=again["id"])
    assert judged(*before, withdrawal, again, taken) == []
    assert judged(*before, withdrawal, again, taken, second)[-1][1] == "entry-withdrawn"


def test_taking_back_one_entry_leaves_the_others_of_its_stream_standing() -> None:
    opened = theirs("ProgrammeOpened.v1.json", 1)
    renamed = in_stream_of(opened, "ProgrammeRenamed", 2)
    back = withdrawn(renamed, "BenefitEntryWithdrawn", 3)
    again = opened | {"id": str(UUID(int=4))}
    assert judged(opened, renamed, back, again) == [(4, "programme-exists")]

    held = [theirs("ActivityHeld.v1.json", n, session=n) for n in (1, 2)]
    back = withdrawn(held[0], "EntryWithdrawn", 3)
    same, other = (each | {"id": str(UUID(int=n))} for n, each in enumerate(held, start=4))
    assert judged(*held, back, same, other) == [(5, "session-held")]


def test_what_was_undone_stands_again_once_that_was_taken_back() -> None:
    filed = theirs("ClaimFiled.v1.json", 1)
    paid = in_stream_of(filed, "ClaimPaid", 2)
    undone = in_stream_of(filed, "ClaimReversed", 3)
    back = withdrawn(undone, "BenefitEntryWithdrawn", 4, occurred_on="2022-12-31")
    again = paid | {"id": str(UUID(int=5))}
    assert judged(filed, paid, undone, again) == []
    assert judged(filed, paid, undone, back, again) == [(5, "claim-paid-already")]


def test_a_list_taken_back_in_part_is_not_filled_up_from_a_second_one() -> None:
    def chunk(number: int, of_it: int) -> Document:
        ids = [f"p-{each:08d}" for each in range(10 * of_it, 10 * of_it + 10)]
        everybody = [f"p-{each:08d}" for each in range(10, 40)]
        said = {"chunk": of_it, "chunks": 3, "person_ids": ids, "count": 30}
        return theirs("RosterFrozen.v1.json", number, **said, sha256=roster_sha256(everybody))

    whole = [chunk(n, n) for n in (1, 2, 3)]
    taken = [withdrawn(each, "BenefitEntryWithdrawn", 10 + n) for n, each in enumerate(whole)]
    again = [chunk(20 + n, n) for n in (1, 2, 3)]
    for part in range(2):
        found = judged(*whole, taken[part], again[part])
        assert found == [(5, "roster-frozen-already")], part
    assert judged(*whole, taken[2], again[2]) == [], "its last part is said anew"
    assert judged(*whole, *taken, *again) == []


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("BenefitEntryWithdrawn", "ProgrammeRenamed"),
        ("BenefitEntryWithdrawn", "BenefitEntryWithdrawn"),
        ("DeliveryEntryWithdrawn", "GiftIssued"),
        ("MembershipWithdrawn", "StaffRegistered"),
        ("RegistrationWithdrawn", "MemberJoined"),
    ],
)
def test_what_is_put_right_by_another_event_is_not_withdrawn_by_this_one(
    name: str, entry: str
) -> None:
    said = told(name)
    stands = theirs(f"{entry}.v1.json", 50) | {"subject": said[-1]["subject"]}
    stands["data"] |= {
        field: value
        for field, value in said[-1]["data"].items()
        if field in stands["data"] and field.endswith("_id")
    }
    if "entry_stream" in stands["data"]:
        stands["data"]["entry"] = said[0]["id"]
    named = said[-1] | {"data": said[-1]["data"] | {"entry": stands["id"]}}
    allowed = name == "BenefitEntryWithdrawn" and entry == "ProgrammeRenamed"
    before = [] if entry == "GiftIssued" else said[:-1]
    found = judged(*before, stands, named)
    expected = [] if allowed else [(len(before) + 2, "corrected-otherwise")]
    assert found == expected


MONEY: dict[str, tuple[str, dict[str, Any], str]] = {
    "of another amount before": ("IncomeCorrected", {"was_fen": 7}, "was-differs"),
    "of another source before": ("IncomeCorrected", {"was_source": "donation"}, "was-differs"),
    "more than was paid": (
        "ExpenditureReversed", {"amount_fen": 600001, "posting": "adjustment"}, "more-than-paid",
    ),
    "a part, in its period": ("ExpenditureReversed", {"amount_fen": 1}, "part-is-adjustment"),
    "of another fund": ("ExpenditureReversed", {"fund": "care_fund"}, "payment-differs"),
    "of another payer": ("ExpenditureReversed", {"payer": None}, "payment-differs"),
    "before it was paid": (
        "ExpenditureReversed", {"occurred_on": "2022-01-20"}, "reversed-before-paid",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "change", "reason"), MONEY.values(), ids=MONEY)
def test_money_is_corrected_as_it_stood(name: str, change: dict[str, Any], reason: str) -> None:
    before, said = told(name)
    assert judged(before, said | {"data": said["data"] | change}) == [(2, reason)]


def test_a_payment_comes_back_in_parts_until_nothing_is_left_of_it() -> None:
    paid, back = told("ExpenditureReversed", posting="adjustment", reason="refunded")

    def part(number: int, fen: int) -> Document:
        data = back["data"] | {"amount_fen": fen}
        return back | {"id": str(UUID(int=number)), "data": data}

    parts = [part(2, 200000), part(3, 400000), part(4, 1)]
    assert judged(paid, *parts) == [(4, "more-than-paid")]
    again = paid | {"id": str(UUID(int=9))}
    assert judged(paid, parts[0], again) == [(3, "payment-exists")], "it was not undone"


def test_a_payment_undone_in_its_period_may_be_said_again_and_an_unknown_fund_stays_unknown() -> (
    None
):
    paid, undone = told("ExpenditureReversed", fund=None, payer=None)
    assert judged(paid, undone, paid | {"id": str(UUID(int=9))}) == []


def test_an_income_adjusted_on_a_day_of_its_own_is_adjusted_again_and_not_restated() -> None:
    received, adjusted = told("IncomeCorrected", posting="adjustment")
    now = {"was_fen": adjusted["data"]["amount_fen"], "amount_fen": 5}
    again = adjusted | {"id": str(UUID(int=9)), "data": adjusted["data"] | now}
    assert judged(received, adjusted, again) == []
    restated = again | {"data": again["data"] | {"posting": "in_period"}}
    assert judged(received, adjusted, restated) == [(3, "adjusted-before")]


def test_a_claim_that_was_paid_is_reversed_and_not_withdrawn() -> None:
    paid, undone = told("ClaimReversed")
    claim = {field: paid["data"][field] for field in ("claim_id", "person_id", "kind")}
    withdrawn = theirs("ClaimWithdrawn.v1.json", 7, **claim) | {"subject": paid["subject"]}
    assert judged(paid, withdrawn) == [(2, "claim-paid-already")]
    assert judged(paid, undone, withdrawn) == []
