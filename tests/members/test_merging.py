"""Two records of one person: found, merged, and told apart again."""

from typing import Any

import pytest

from shared.contract.members import MembersMerged
from shared.testing.http import InProcess
from tests.members.requests import person_id, staff, with_members
from tests.members.test_withdrawals import ask, registers

ONE, TWO = person_id(1), person_id(2)
MERGE = {
    "person_id": TWO,
    "kept_person_id": ONE,
    "reason": "registered_twice",
    "merged_on": "2022-06-01",
}
UNMERGE = {"person_id": TWO, "reason": "not_the_same", "unmerged_on": "2022-06-09"}


async def roster(union: InProcess) -> list[str]:
    items = (await union.get("roster", on="2022-12-01")).json()["items"]
    return [item["person_id"] for item in items]


async def merge(union: InProcess, expected: int = 201, **change: Any) -> dict[str, Any]:
    return await ask(union, "merge-members", {**MERGE, **change}, expected, role="chair")


async def test_of_two_records_one_is_left_and_the_merge_undone_both_are_as_before(
    union: InProcess,
) -> None:
    await with_members(union, 3)
    left = {"person_id": TWO, "left_on": "2022-03-01", "reason": "resigned"}
    await ask(union, "record-member-left", left)
    back = {"people": [{"person_id": TWO, "joined_on": "2022-04-01", "kind": "rejoined"}]}
    await ask(union, "admit-members", back)
    before = await registers(union)
    await merge(union)
    assert await roster(union) == [ONE, person_id(3)]
    merged = [each for each in await union.events() if isinstance(each, MembersMerged)]
    assert [(each.person_id, each.kept_person_id) for each in merged] == [(TWO, ONE)]
    assert (await merge(union, 409))["code"] == "merged-already"
    again = {"person_id": TWO, "left_on": "2022-07-01", "reason": "resigned"}
    assert (await ask(union, "record-member-left", again, 422))["code"] == "unknown-person"

    await ask(union, "unmerge-members", UNMERGE, role="chair")
    assert await registers(union) == before
    problem = await ask(union, "unmerge-members", UNMERGE, 409, role="chair")
    assert problem["code"] == "not-merged"
    await merge(union)
    await ask(union, "unmerge-members", UNMERGE, role="chair")
    assert await registers(union) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"merged_on": "2022-12-16", "kept_person_id": TWO}, "date-in-future"),
        ({"kept_person_id": TWO}, "merged-with-self"),
        ({"kept_person_id": "p-nobody1"}, "unknown-person"),
        ({"person_id": "p-nobody1"}, "unknown-person"),
    ],
)
async def test_what_is_no_merge(union: InProcess, change: dict[str, Any], code: str) -> None:
    await with_members(union, 2)
    assert (await merge(union, 422, **change))["code"] == code


async def test_a_clerk_finds_candidates_and_the_chair_merges(union: InProcess) -> None:
    await ask(union, "register-staff", staff(3))
    second = {**staff(1)["people"][0], "person_id": person_id(9), "employee_no": "B-1"}
    await ask(union, "register-staff", {"people": [{**second, "name": "职工 1"}]})
    found = await union.get("people/duplicates", purpose="correction")
    assert found.json() == {"candidates": [[ONE, person_id(9)]]}
    told = (await union.get("disclosures", role="auditor")).json()["items"]
    assert [(each["purpose"], each["found"]) for each in told] == [("correction", 2)]
    body = {**MERGE, "person_id": person_id(9)}
    assert (await ask(union, "merge-members", body, 403))["code"] == "role-missing"
    await ask(union, "merge-members", body, role="chair")
    found = await union.get("people/duplicates", purpose="correction")
    assert found.json() == {"candidates": []}
    # Whoever asks by the other number is led to the record that is kept.
    asked = {"employee_nos": ["B-1"], "purpose": "roster_import"}
    answer = await ask(union, "people/lookup", asked, 200)
    assert answer["people"] == [{"employee_no": "B-1", "person_id": ONE}]
