"""An event that contradicts what it is about, in its own stream, is refused by both for one reason.

It would otherwise be counted as both of them, or as neither.
"""

from typing import Any

import pytest

from tests.reporting.ingest.test_one_judgement_of_corrections import judged
from tests.reporting.ingest.told import Document, in_stream_of, theirs, withdrawn

EARLIER, LATER = "2020-03-01", "2020-04-01"
CONTRADICTIONS: dict[str, tuple[str, dict[str, Any], str, dict[str, Any], str]] = {
    "claim paid as another kind": (
        "ClaimFiled", {"kind": "hospital"}, "ClaimPaid", {"kind": "birth"}, "claim-differs"),
    "claim paid to another": (
        "ClaimFiled", {}, "ClaimPaid", {"person_id": "p-00000099"}, "claim-differs"),
    "claim approved as another kind": (
        "ClaimFiled", {"kind": "birth"}, "ClaimApproved", {"kind": "hospital"}, "claim-differs"),
    "another claim reversed": (
        "ClaimPaid", {"kind": "birth"}, "ClaimReversed", {"kind": "hospital"}, "claim-differs"),
    "reversed before it was paid": (
        "ClaimPaid", {"occurred_on": LATER}, "ClaimReversed", {"occurred_on": EARLIER},
        "reversed-before-paid"),
    "withdrawn before it was filed": (
        "ClaimFiled", {"occurred_on": LATER}, "ClaimWithdrawn", {"occurred_on": EARLIER},
        "withdrawn-before-filed"),
    "cover of another plan ended": (
        "MemberInsured", {"plan": "ankang"}, "CoverEnded", {"plan": "serious_illness"},
        "cover-differs"),
    "cover ended before it began": (
        "MemberInsured", {"occurred_on": LATER}, "CoverEnded", {"occurred_on": EARLIER},
        "ended-before-insured"),
    "again on another occasion": (
        "GiftIssued", {"occasion": "birth"}, "GiftIssuedAgain", {"occasion": "mid_autumn"},
        "gift-differs"),
    "signed before it was issued": (
        "GiftIssued", {"occurred_on": LATER}, "GiftReceiptSigned", {"occurred_on": EARLIER},
        "receipt-before-issue"),
    "returned before it was issued": (
        "GiftIssued", {"occurred_on": LATER}, "GiftReturned", {"occurred_on": EARLIER},
        "returned-before-issue"),
    "held as another kind": (
        "ActivityPlanned", {"kind": "culture"}, "ActivityHeld", {"kind": "matchmaking"},
        "activity-differs"),
    "held by others": (
        "ActivityPlanned", {"organiser": "own"}, "ActivityHeld", {"organiser": "city_union"},
        "activity-differs"),
    "held though cancelled": (
        "ActivityCancelled", {}, "ActivityHeld", {}, "activity-cancelled"),
    "met as another": (
        "MeetingConvened", {"kind": "committee"}, "CongressHeld", {"kind": "staff_congress"},
        "meeting-differs"),
    "joined while a member": (
        "MemberJoined", {"spell": 1}, "MemberJoined", {"spell": 2}, "already-a-member"),
    "in post while in post": (
        "StaffRegistered", {"spell": 1}, "StaffRegistered", {"spell": 2}, "already-staff"),
    "left before joining": (
        "MemberJoined", {"spell": 1, "occurred_on": LATER}, "MemberLeft",
        {"spell": 1, "occurred_on": EARLIER}, "ended-before-joined"),
    "left before the post": (
        "StaffRegistered", {"spell": 1, "occurred_on": LATER}, "StaffLeft",
        {"spell": 1, "occurred_on": EARLIER}, "left-before-staff"),
    "resolved before it was raised": (
        "IssueRaised", {"occurred_on": LATER}, "IssueResolved", {"occurred_on": EARLIER},
        "resolved-before-raised"),
    "retired twice": (
        "MemberRetired", {"spell": 1}, "MemberRetired", {"spell": 1}, "already-retired"),
    "attended twice": (
        "AttendanceRecorded", {"session": 1}, "AttendanceRecorded", {"session": 1},
        "attended-already"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("first", "said", "then", "says", "reason"), CONTRADICTIONS.values(), ids=CONTRADICTIONS
)
def test_an_event_agrees_with_what_it_is_about(
    first: str, said: dict[str, Any], then: str, says: dict[str, Any], reason: str
) -> None:
    before = theirs(f"{first}.v1.json", 1, **said)
    after = in_stream_of(before, then, 2)
    after["data"] |= says
    assert judged(before, after) == [(2, reason)]


def test_a_withdrawal_is_not_dated_before_its_entry() -> None:
    convened = theirs("MeetingConvened.v1.json", 1, occurred_on=LATER)
    back = withdrawn(convened, "EntryWithdrawn", 2)
    back["data"]["occurred_on"] = EARLIER
    assert judged(convened, back) == [(2, "withdrawn-before-entry")]


def test_an_entry_dated_ahead_by_a_slip_is_taken_back_before_its_day() -> None:
    ahead = theirs("MeetingConvened.v1.json", 1, occurred_on="2023-03-20")
    back = withdrawn(ahead, "EntryWithdrawn", 2)
    back |= {"time": "2022-03-24T01:30:12Z"}
    back["data"]["occurred_on"] = "2022-03-23"
    assert judged(ahead, back) == []
    back["time"] = "2023-03-20T01:30:12Z"
    assert judged(ahead, back) == [(2, "withdrawn-before-entry")], "its day had come"


def test_who_left_may_come_back_and_an_earlier_spell_may_be_told_late() -> None:
    def of_person(name: str, number: int, **data: Any) -> Document:
        return in_stream_of(theirs("MemberJoined.v1.json"), name, number, **data)

    came = [of_person("MemberJoined", n, spell=n, occurred_on=f"201{n}-01-01") for n in (1, 2)]
    left = of_person("MemberLeft", 3, spell=1, occurred_on="2011-06-01")
    assert judged(came[0], left, came[1]) == []
    assert judged(came[1], came[0], left) == [], "the earlier one is told late"
    retired = of_person("MemberRetired", 4, spell=1, membership_retained=True)
    assert judged(came[0], retired, came[1]) == [(3, "already-a-member")]
