"""Commands at the same moment: each has looked before any of them writes."""

import asyncio
from typing import Any

from shared.contract.members import MemberJoined
from shared.testing.http import InProcess
from tests.members.requests import admissions, staff

WAITING = """
SELECT count(*) FROM pg_locks
WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def at_once(
    service: InProcess, table: str, name: str, bodies: list[dict[str, Any]], role: str = "clerk"
) -> list[str]:
    """Hold back all writing to `table` until each command waits to write; their codes, sorted."""
    async with service.store.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            asked = [asyncio.create_task(service.command(name, b, role=role)) for b in bodies]
            async with asyncio.timeout(10):
                while await connection.fetchval(WAITING) < len(bodies):
                    await asyncio.sleep(0.01)
        answers = await asyncio.gather(*asked)
    return sorted(answer.json().get("code", "accepted") for answer in answers)


async def test_one_person_is_admitted_once(union: InProcess) -> None:
    await union.command("register-staff", staff(1))
    codes = await at_once(union, "events", "admit-members", [admissions(1)] * 3)
    assert codes == ["accepted", "already-a-member", "already-a-member"]
    joined = [e for e in await union.events("tjtc/person-") if isinstance(e, MemberJoined)]
    assert len(joined) == 1


async def test_one_employee_number_has_one_holder(union: InProcess) -> None:
    bodies = [staff(1, first, employee_no="A-1") for first in (1, 2, 3)]
    codes = await at_once(union, "person_records", "register-staff", bodies)
    assert codes == ["accepted", "employee-no-taken", "employee-no-taken"]


async def test_one_transfer_of_affiliation_begins(union: InProcess) -> None:
    start = {"from_parent": "jt-group", "members_due": 1, "started_on": "2022-04-01"}
    bodies = [{**start, "to_parent": to} for to in ("edu-bureau", "city", "other")]
    codes = await at_once(union, "events", "start-affiliation-transfer", bodies, role="chair")
    assert codes == ["accepted", "transfer-under-way", "transfer-under-way"]


async def test_commands_on_different_people_do_not_get_in_each_others_way(union: InProcess) -> None:
    await union.command("register-staff", staff(3))
    bodies = [admissions(number) for number in (1, 2, 3)]
    assert await at_once(union, "events", "admit-members", bodies) == ["accepted"] * 3


async def test_a_caller_who_names_a_version_is_told_rather_than_retried(union: InProcess) -> None:
    await union.command("register-staff", staff(1))
    await union.command("admit-members", admissions(1))
    left = {"person_id": "p-test0001", "left_on": "2022-05-01", "reason": "other"}
    answers = await asyncio.gather(
        *(union.command("record-member-left", left, headers={"If-Match": '"2"'}) for _ in "ab")
    )
    assert sorted(answer.status_code for answer in answers) == [201, 412]
