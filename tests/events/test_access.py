"""Who may ask, for which union, and whom a command may name: over HTTP on a real PostgreSQL."""

import orjson
import pytest

from shared.clock import system_clock
from shared.http.problems import TITLES
from shared.testing.http import InProcess, in_process, token
from tests.events.asking import accepted, refused
from tests.events.requests import ANN, BO, BODIES, STRANGER
from tests.examples.members import organisation_registered


async def test_a_correlation_id_no_record_could_carry_is_replaced(service: InProcess) -> None:
    for given in (b"trace-1", b"x" * 600, b"trace-\x85-1"):
        body = {**BODIES["plan-activity"], "activity_id": f"video-{len(given)}"}
        headers = {"X-Correlation-Id": given}
        assert (await service.command("plan-activity", body, headers=headers)).status_code == 201
    rows = await service.store.pool.fetch("SELECT document FROM events ORDER BY recorded_at")
    kept = [orjson.loads(row["document"])["correlationid"] for row in rows]
    assert kept.count("trace-1") == 1
    assert all(len(one) == 36 for one in kept if one != "trace-1")


@pytest.mark.parametrize("subject", ["x" * 201, "clerk\n1", "clerk\x00"])
async def test_an_account_no_record_could_carry_is_refused(
    service: InProcess, subject: str
) -> None:
    await refused(
        service, "plan-activity", BODIES["plan-activity"], 401, "token-refused", subject=subject
    )


async def test_without_a_token_nothing_is_done(service: InProcess) -> None:
    headers = {"Authorization": ""}
    await refused(
        service, "plan-activity", BODIES["plan-activity"], 401, "no-token", headers=headers
    )


async def test_another_unions_token_is_refused(service: InProcess) -> None:
    headers = {"Authorization": f"Bearer {token('clerk', orgs=('other',))}"}
    await refused(
        service, "plan-activity", BODIES["plan-activity"], 403, "union-not-yours", headers=headers
    )


@pytest.mark.parametrize("role", ["approver", "cashier", "auditor", "operator"])
async def test_only_clerk_and_chair_write(service: InProcess, role: str) -> None:
    await refused(service, "plan-activity", BODIES["plan-activity"], 403, "role-missing", role=role)


async def test_the_chair_writes_too(service: InProcess) -> None:
    answer = await service.command("plan-activity", BODIES["plan-activity"], role="chair")
    assert answer.status_code == 201


async def test_a_union_nobody_registered_is_unknown(service: InProcess) -> None:
    await refused(
        service, "plan-activity", BODIES["plan-activity"], 404, "unknown-union", org="nowhere"
    )


async def test_a_union_the_copy_has_yet_to_hear_of_is_waited_for(service: InProcess) -> None:
    headers = {"Guildhall-After": "newunion/organisation@1"}
    await refused(
        service,
        "plan-activity",
        BODIES["plan-activity"],
        503,
        "members-behind",
        org="newunion",
        headers=headers,
    )
    await service.hear(
        "newunion/organisation", organisation_registered(org_id="newunion", simulated=True)
    )
    answer = await service.command(
        "plan-activity", BODIES["plan-activity"], org="newunion", headers=headers
    )
    assert answer.status_code == 201


async def test_a_real_union_is_refused_on_a_simulated_clock(service: InProcess) -> None:
    await service.hear("realunion/organisation", organisation_registered(org_id="realunion"))
    await refused(
        service,
        "plan-activity",
        BODIES["plan-activity"],
        403,
        "simulated-union-refused",
        org="realunion",
    )


async def test_a_simulated_union_is_refused_on_the_real_clock(
    service: InProcess, database: str
) -> None:
    async with in_process(service.parts, database, system_clock) as real:
        await refused(
            real, "plan-activity", BODIES["plan-activity"], 403, "simulated-union-refused"
        )


PEOPLE_NAMED = {
    "register-participants": ("plan-activity",),
    "record-attendance": ("plan-activity", "hold-activity"),
    "enter-contest": ("plan-activity",),
}


@pytest.mark.parametrize("name", PEOPLE_NAMED)
async def test_unknown_people_are_refused_by_their_rows(service: InProcess, name: str) -> None:
    await accepted(service, *PEOPLE_NAMED[name])
    body = {**BODIES[name], "person_ids": [ANN, STRANGER, BO]}
    problem = await refused(service, name, body, 422, "unknown-member")
    (said,) = problem["errors"]
    assert said.pop("title") == TITLES["unknown-member"]
    assert said == {"row": 2, "code": "unknown-member", "person_id": STRANGER}


async def test_a_volunteer_must_be_known(service: InProcess) -> None:
    body = {**BODIES["record-volunteer-service"], "person_id": STRANGER}
    await refused(service, "record-volunteer-service", body, 422, "unknown-member")


async def test_a_person_the_copy_has_yet_to_hear_of_is_waited_for(service: InProcess) -> None:
    body = {**BODIES["record-volunteer-service"], "person_id": STRANGER}
    headers = {"Guildhall-After": f"tjtc/person-{STRANGER}@2"}
    problem = await refused(
        service, "record-volunteer-service", body, 503, "members-behind", headers=headers
    )
    assert "version 0" in problem["detail"]


async def test_once_the_copy_has_caught_up_an_unknown_person_is_refused(
    service: InProcess,
) -> None:
    body = {**BODIES["record-volunteer-service"], "person_id": STRANGER}
    headers = {"Guildhall-After": f"tjtc/person-{ANN}@1"}
    await refused(service, "record-volunteer-service", body, 422, "unknown-member", headers=headers)


@pytest.mark.parametrize("after", ["tjtc/person-x", "@1", "tjtc/person-x@-1", "tjtc/x@1.5"])
async def test_a_position_that_is_none_is_refused(service: InProcess, after: str) -> None:
    body = {**BODIES["record-volunteer-service"], "person_id": STRANGER}
    headers = {"Guildhall-After": after}
    await refused(
        service, "record-volunteer-service", body, 422, "invalid-request", headers=headers
    )
