"""Two records of one person: found, merged, and told apart again."""

import asyncio
import typing
from datetime import date
from typing import Any

import pytest

from services.members.api import COMMANDS
from shared.contract.envelope import Actor, DomainEvent
from shared.contract.members import (
    DependantDeclared,
    MemberJoined,
    MembersMerged,
    StaffRegistered,
)
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write
from shared.testing.http import InProcess
from tests.members.requests import person_id, staff, with_members
from tests.members.test_withdrawals import ask, registers, withdrawing

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
    refused = await ask(union, "record-member-left", again, 409)
    assert (refused["code"], refused["kept_person_id"]) == ("merged-record", ONE)

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
        ({"merged_on": "2010-01-01"}, "withdrawn-before-entry"),
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


DAY, SPOUSE = "2022-07-01", {"relation": "spouse", "declared_on": "2022-07-01", "name": "小明"}
LEAVING = {"person_id": TWO, "left_on": DAY, "reason": "resigned"}
NAMING = [
    ("register-staff", {"people": [{**staff(2)["people"][1], "registered_on": DAY}]}),
    ("admit-members", {"people": [{"person_id": TWO, "joined_on": DAY, "kind": "new"}]}),
    ("record-staff-left", {"people": [LEAVING]}),
    ("change-department", {
        "people": [{"person_id": TWO, "department": "财务处", "changed_on": DAY}],
        "reason": "moved",
    }),
    ("change-member", {
        "person_id": TWO, "gender": "male", "birth_month": 2, "reason": "other", "changed_on": DAY,
    }),
    ("transfer-out-member", {"person_id": TWO, "transferred_on": DAY}),
    ("record-member-left", LEAVING),
    ("record-member-retired",
     {"person_id": TWO, "retired_on": DAY, "membership_retained": True}),
    ("record-member-died", {"person_id": TWO, "died_on": DAY}),
    ("declare-dependant", {"person_id": TWO, **SPOUSE}),
    ("declare-dependant", {"person_id": ONE, "dependant_id": TWO, **SPOUSE}),
    ("merge-members",
     {**MERGE, "person_id": person_id(3), "kept_person_id": TWO, "merged_on": DAY}),
]  # fmt: skip
"""Every command that names a person, of a record that is merged."""


@pytest.mark.parametrize(("name", "body"), NAMING)
async def test_whoever_names_a_merged_record_is_told_which_one_is_kept(
    union: InProcess, name: str, body: dict[str, Any]
) -> None:
    await with_members(union, 3)
    await merge(union)
    before = await union.events()
    problem = await ask(union, name, body, 409, role="chair" if "merge" in name else "clerk")
    assert problem["code"] == "merged-record"
    (told,) = problem.get("errors") or [problem]
    assert told["kept_person_id"] == ONE
    assert await union.events() == before


def test_every_command_that_names_a_person_is_tried() -> None:
    tried = {name for name, _ in NAMING}
    assert {name for name, route in COMMANDS.items() if _names_a_person(route.command)} - tried == {
        "unmerge-members"
    }


def _names_a_person(command: Any) -> bool:
    rows = command.model_fields.get("people")
    fields = typing.get_args(rows.annotation)[0].model_fields if rows else command.model_fields
    return "person_id" in fields


async def test_what_was_withdrawn_by_hand_stays_withdrawn(union: InProcess) -> None:
    """Before the merge, and of what was entered since, which older versions accepted."""
    await with_members(union, 2)
    left = {"person_id": TWO, "left_on": "2022-03-01", "reason": "resigned"}
    await ask(union, "record-member-left", left)
    await ask(union, "withdraw-entries", withdrawing(f"tjtc/person-{TWO}", 3))
    before = await registers(union)
    await merge(union)
    (registered,) = [
        each
        for each in await union.events()
        if isinstance(each, StaffRegistered) and each.person_id == TWO
    ]
    await put(union, f"tjtc/person-{TWO}", registered)
    problem = await ask(union, "unmerge-members", UNMERGE, 409, role="chair")
    assert (problem["code"], problem["count"]) == ("entered-since", 1)
    last = await union.store.load(f"tjtc/person-{TWO}")
    await ask(union, "withdraw-entries", withdrawing(f"tjtc/person-{TWO}", last.version))
    await ask(union, "unmerge-members", UNMERGE, role="chair")
    assert await registers(union) == before
    spells = [
        event.spell
        for event in (await union.store.load(f"tjtc/person-{TWO}")).effective
        if isinstance(event, StaffRegistered | MemberJoined)
    ]
    assert spells == [1, 1]


async def put(union: InProcess, stream: str, *events: DomainEvent) -> None:
    """Append events that no command of ours would, at the end of a stream."""
    found = await union.store.load(stream)
    actor = Actor("clerk-li", "clerk", frozenset({"clerk"}), frozenset({"tjtc"}))
    request = Request(actor, "tjtc", None, b"", "put", simulated=True)
    await union.store.append(request, [Write(stream, found.version, events)], Reply(201, {}))


async def test_a_record_of_thousands_of_entries_is_merged_whole_and_parted_again(
    union: InProcess,
) -> None:
    await with_members(union, 2)
    declared = [
        DependantDeclared(
            org_id="tjtc",
            occurred_on=date(2022, 1, 1),
            person_id=TWO,
            dependant_id=f"p-d{number:05d}",
            relation="child",
        )
        for number in range(3000)
    ]
    await put(union, f"tjtc/person-{TWO}", *declared)
    assert (await merge(union))["events"] == 3003
    assert await roster(union) == [ONE]
    answer = await ask(union, "unmerge-members", UNMERGE, role="chair")
    assert answer["events"] == 3003
    assert await roster(union) == [ONE, TWO]


async def test_an_unmerge_is_not_dated_before_the_merge(union: InProcess) -> None:
    await with_members(union, 2)
    await merge(union)
    body = {**UNMERGE, "unmerged_on": "2022-05-31"}
    problem = await ask(union, "unmerge-members", body, 422, role="chair")
    assert problem["code"] == "unmerged-before-merge"


async def test_whoever_is_kept_of_many_is_found_and_not_taken_back(union: InProcess) -> None:
    await with_members(union, 3)
    await merge(union, person_id=person_id(3), kept_person_id=TWO)
    await merge(union)
    number = staff(3)["people"][2]["employee_no"]
    asked = {"employee_nos": [number], "purpose": "roster_import"}
    (found,) = (await ask(union, "people/lookup", asked, 200))["people"]
    assert found["person_id"] == ONE
    problem = await ask(union, "withdraw-entries", withdrawing(f"tjtc/person-{ONE}", 1, 2), 409)
    assert (problem["code"], problem["count"]) == ("others-rest-on-it", 1)


async def test_of_two_records_that_are_merged_into_each_other_at_once_one_is_kept(
    union: InProcess,
) -> None:
    await with_members(union, 2)
    for _ in range(20):
        answers = await asyncio.gather(
            union.command("merge-members", MERGE, role="chair"),
            union.command(
                "merge-members",
                {**MERGE, "person_id": ONE, "kept_person_id": TWO},
                role="chair",
            ),
        )
        codes = sorted(answer.status_code for answer in answers)
        assert codes == [201, 409], [answer.text for answer in answers]
        (kept,) = await roster(union)
        other = TWO if kept == ONE else ONE
        await ask(union, "unmerge-members", {**UNMERGE, "person_id": other}, role="chair")


async def test_nobody_is_their_own_dependant_by_a_merge(union: InProcess) -> None:
    await with_members(union, 2)
    body = {
        "person_id": ONE,
        "dependant_id": TWO,
        "relation": "spouse",
        "declared_on": "2022-02-01",
        "name": "小明",
    }
    await ask(union, "declare-dependant", body)
    assert (await merge(union, 422))["code"] == "dependant-is-self"


async def test_who_was_parted_again_and_withdrawn_frees_the_employee_number(
    union: InProcess,
) -> None:
    await with_members(union, 2)
    await merge(union)
    await ask(union, "unmerge-members", UNMERGE, role="chair")
    stream = f"tjtc/person-{TWO}"
    last = (await union.store.load(stream)).version
    await ask(union, "withdraw-entries", withdrawing(stream, last - 1, last))
    again = {**staff(2)["people"][1], "person_id": person_id(7)}
    await ask(union, "register-staff", {"people": [again]})
