"""Entries of members taken back over HTTP, and the registers as the other events make them."""

from typing import Any

import asyncpg

from shared.testing.http import InProcess
from tests.members.requests import admissions, person_id, staff, with_members
from tests.members.test_api import A_YEAR

ONE = f"tjtc/person-{person_id(1)}"
REGISTERS = ("people", "posts", "departments", "memberships", "open_transfers", "organisations")


def withdrawing(stream: str, *versions: int, **more: Any) -> dict[str, Any]:
    return {
        "stream": stream,
        "versions": list(versions),
        "reason": "wrong_person",
        "withdrawn_on": "2022-12-02",
        **more,
    }


async def ask(
    union: InProcess, name: str, body: dict[str, Any], expected: int = 201, role: str = "clerk"
) -> dict[str, Any]:
    answer = await union.command(name, body, role=role)
    assert answer.status_code == expected, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def registers(union: InProcess) -> dict[str, list[asyncpg.Record]]:
    """Every register, but the versions, which go on."""
    return {
        name: await union.store.pool.fetch(
            f"SELECT to_jsonb(t) - 'version' AS row FROM {name} t ORDER BY 1"
        )
        for name in REGISTERS
    }


async def test_an_admission_of_the_wrong_person_is_withdrawn(union: InProcess) -> None:
    await ask(union, "register-staff", staff(2))
    before = await registers(union)
    await ask(union, "admit-members", admissions(1))
    await ask(union, "withdraw-entries", withdrawing(ONE, 2))
    assert await registers(union) == before
    assert (await union.get("roster", on="2022-12-01")).json()["items"] == []
    await ask(union, "admit-members", admissions(1, joined_on="2017-01-01"))
    (member,) = (await union.get("roster", on="2022-12-01")).json()["items"]
    assert (member["person_id"], member["joined_on"]) == (person_id(1), "2017-01-01")


async def test_a_death_reported_of_the_wrong_person_is_taken_back_with_the_end_of_the_post(
    union: InProcess,
) -> None:
    await with_members(union, 1)
    before = await registers(union)
    died = {"person_id": person_id(1), "died_on": "2022-05-01"}
    await ask(union, "record-member-died", died)
    assert await registers(union) != before
    await ask(union, "withdraw-entries", withdrawing(ONE, 3, 4))
    assert await registers(union) == before
    await ask(union, "record-member-died", died)


async def test_a_beginning_is_not_withdrawn_before_its_end(union: InProcess) -> None:
    await with_members(union, 1)
    left = {"person_id": person_id(1), "left_on": "2022-05-01", "reason": "resigned"}
    await ask(union, "record-member-left", left)
    problem = await ask(union, "withdraw-entries", withdrawing(ONE, 2), 409)
    assert problem["code"] == "others-rest-on-it"
    problem = await ask(union, "withdraw-entries", withdrawing(ONE, 1), 409)
    assert [row["count"] for row in problem["errors"]] == [2]


async def test_who_was_registered_by_mistake_frees_the_employee_number(union: InProcess) -> None:
    await ask(union, "register-staff", staff(1))
    other = {**staff(1)["people"][0], "person_id": person_id(7)}
    problem = await ask(union, "register-staff", {"people": [other]}, 409)
    assert problem["code"] == "employee-no-taken"
    await ask(union, "withdraw-entries", withdrawing(ONE, 1))
    assert await union.store.pool.fetchval("SELECT count(*) FROM people") == 0
    await ask(union, "register-staff", {"people": [other]})


async def test_a_year_is_taken_back_last_first_and_entered_again(union: InProcess) -> None:
    await with_members(union, 5)
    before = await registers(union)
    known = {
        row["stream"]: row["last"]
        for row in await union.store.pool.fetch(
            "SELECT stream, max(version) AS last FROM events GROUP BY stream"
        )
    }
    for name, body, role in A_YEAR:
        await ask(union, name, body, role=role)
    rows = await union.store.pool.fetch(
        "SELECT stream, max(version) AS last FROM events GROUP BY stream"
    )
    for row in rows:
        for version in range(row["last"], known.get(row["stream"], 0), -1):
            body = withdrawing(row["stream"], version)
            await ask(union, "withdraw-entries", body, role="chair")
    assert await registers(union) == before
    for name, body, role in A_YEAR:
        await ask(union, name, body, role=role)


async def test_what_the_chair_decided_no_clerk_takes_back(union: InProcess) -> None:
    (start,) = [(body, role) for name, body, role in A_YEAR if name.startswith("start-")]
    reply = await ask(union, "start-affiliation-transfer", start[0], role=start[1])
    body = withdrawing("tjtc/organisation", reply["version"])
    assert (await ask(union, "withdraw-entries", body, 403))["code"] == "role-missing"
    await ask(union, "withdraw-entries", body, role="chair")


async def test_the_union_itself_is_not_withdrawn(union: InProcess) -> None:
    problem = await ask(union, "withdraw-entries", withdrawing("tjtc/organisation", 1), 409)
    assert problem["code"] == "corrected-otherwise"


async def test_a_union_registered_wrongly_is_corrected_and_stays_so_when_a_move_is_withdrawn(
    union: InProcess,
) -> None:
    right = {
        "name": "职业学院工会",
        "kind": "group",
        "parent_org_id": "tj-city",
        "reason": "wrong_details",
        "corrected_on": "2022-02-01",
    }
    assert (await ask(union, "correct-organisation", right, 403, role="chair"))["code"]
    await ask(union, "correct-organisation", right, role="operator")
    now = (await union.get("organisation")).json()
    assert {name: now[name] for name in ("name", "kind", "parent_org_id")} == {
        name: right[name] for name in ("name", "kind", "parent_org_id")
    }
    (start,) = [body for name, body, _ in A_YEAR if name.startswith("start-")]
    moving = {**start, "from_parent": "tj-city"}
    reply = await ask(union, "start-affiliation-transfer", moving, role="chair")
    body = withdrawing("tjtc/organisation", reply["version"])
    await ask(union, "withdraw-entries", body, role="chair")
    assert (await union.get("organisation")).json() == now
    problem = await ask(union, "withdraw-entries", withdrawing("tjtc/organisation", 2), 409)
    assert problem["code"] == "corrected-otherwise"
