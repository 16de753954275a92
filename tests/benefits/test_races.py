"""Two clerks at the same moment: what may both happen, and what must not."""

import asyncio
from typing import Any

import asyncpg
import pytest

from shared.contract.benefits import ClaimFiled, GiftIssued, MemberInsured, ProgrammeClosed
from shared.eventstore.request import Reply
from shared.replicas import members as replica
from shared.testing.http import InProcess
from tests.benefits.asking import accepted, done
from tests.benefits.requests import (
    ANN,
    BO,
    BODIES,
    CAI,
    CHILD,
    FILE_CLAIM,
    ISSUE_SPRING,
    OPEN_COOLING,
    OPEN_SPRING,
    ORG,
)
from tests.examples.members import member_joined, organisation_registered, staff_registered

MANY = [f"p-many{number:03d}" for number in range(40)]


async def _many_members(service: InProcess) -> None:
    for person_id in MANY:
        await service.hear(
            f"{ORG}/person-{person_id}",
            staff_registered(person_id=person_id),
            member_joined(person_id=person_id, occurred_on="2016-01-01"),
        )


async def _outcomes(service: InProcess, *asked: tuple[str, dict[str, Any]]) -> list[str]:
    answers = await asyncio.gather(
        *(service.command(name, body, role=BODIES[name][0]) for name, body in asked)
    )
    return [
        "accepted" if answer.status_code == 201 else answer.json()["code"] for answer in answers
    ]


async def test_of_two_who_open_one_programme_one_is_told_that_it_exists(service: InProcess) -> None:
    outcomes = await _outcomes(service, *[("open-programme", OPEN_SPRING)] * 3)
    assert sorted(outcomes) == ["accepted", "programme-exists", "programme-exists"]


async def test_of_two_who_issue_to_the_roster_one_is_told_that_all_have_it(
    service: InProcess,
) -> None:
    await _many_members(service)
    await accepted(service, "open-programme", "freeze-roster")
    outcomes = await _outcomes(service, *[("issue-gifts-to-roster", ISSUE_SPRING)] * 3)
    assert sorted(outcomes) == ["accepted", "already-issued", "already-issued"]
    assert len(await service.events(f"{ORG}/gift-spring-2022.")) == 42


async def test_clerks_who_sign_different_people_never_wait_or_lose(service: InProcess) -> None:
    await _many_members(service)
    await accepted(service, "open-programme", "freeze-roster")
    await done(service, "issue-gifts-to-roster", ISSUE_SPRING)
    sheets = [
        (
            "sign-receipts",
            {
                "programme_id": "spring-2022",
                "receipts": [
                    {"person_id": MANY[at + i], "signed_on": "2022-01-20"} for i in range(4)
                ],
            },
        )
        for at in range(0, 40, 4)
    ]
    assert await _outcomes(service, *sheets) == ["accepted"] * 10


async def overtaken(
    service: InProcess,
    slow: tuple[str, dict[str, Any]],
    fast: tuple[str, dict[str, Any]],
    **how: Any,
) -> dict[str, Any]:
    """`slow` has decided; before it appends, `fast` is accepted. What is `slow` answered?"""
    append = service.store.append

    async def late(*arguments: Any) -> Reply:
        service.store.append = append  # type: ignore[method-assign]
        await done(service, *fast)
        return await append(*arguments)

    service.store.append = late  # type: ignore[method-assign, assignment]
    answer = await service.command(slow[0], slow[1], role=BODIES[slow[0]][0], **how)
    reply: dict[str, Any] = answer.json()
    return reply


ISSUE_ANN = (
    "issue-gift",
    {
        "programme_id": "cooling-2022",
        "person_id": ANN,
        "capacity": "member",
        "issued_on": "2022-07-01",
    },
)
CLOSE_COOLING = ("close-programme", {"programme_id": "cooling-2022", "closed_on": "2022-09-01"})


async def test_a_gift_overtaken_by_the_closing_is_not_issued(service: InProcess) -> None:
    await done(service, "open-programme", OPEN_COOLING)
    assert (await overtaken(service, ISSUE_ANN, CLOSE_COOLING))["code"] == "programme-closed"
    assert not [event for event in await service.events() if isinstance(event, GiftIssued)]


async def test_a_roster_overtaken_by_the_closing_is_not_issued_to(service: InProcess) -> None:
    await accepted(service, "open-programme", "freeze-roster")
    close = ("close-programme", BODIES["close-programme"][1])
    reply = await overtaken(service, ("issue-gifts-to-roster", ISSUE_SPRING), close)
    assert reply["code"] == "programme-closed"


async def test_a_closing_overtaken_by_a_gift_counts_it(service: InProcess) -> None:
    await done(service, "open-programme", OPEN_COOLING)
    assert (await overtaken(service, CLOSE_COOLING, ISSUE_ANN))["issued"] == 1


async def test_a_gift_overtaken_by_the_freezing_of_its_roster_is_on_it(service: InProcess) -> None:
    await accepted(service, "open-programme")
    gift = {**BODIES["issue-gift"][1], "off_roster_reason": "before_roster"}
    reply = await overtaken(
        service, ("issue-gift", gift), ("freeze-roster", BODIES["freeze-roster"][1])
    )
    assert reply["code"] == "stands-on-roster"


async def test_insuring_overtaken_by_another_never_insures_more_than_are_due(
    service: InProcess,
) -> None:
    await accepted(service, "buy-policy")
    insure = {"policy_id": "illness-2022", "insured_on": "2022-06-01"}
    ann, bo, cai = ({"person_id": person, "capacity": "staff"} for person in (ANN, BO, CAI))
    child = {"person_id": CHILD, "capacity": "dependant"}
    reply = await overtaken(
        service,
        ("insure-people", {**insure, "people": [ann, bo]}),
        ("insure-people", {**insure, "people": [cai, child]}),
    )
    assert reply["code"] == "more-than-due"
    assert sum(isinstance(event, MemberInsured) for event in await service.events()) == 2


async def test_a_claim_overtaken_by_another_for_the_same_case_is_told_of_it(
    service: InProcess,
) -> None:
    reply = await overtaken(
        service, ("file-claim", FILE_CLAIM), ("file-claim", {**FILE_CLAIM, "claim_id": "care-2"})
    )
    assert reply["code"] == "claimed-before" and "care-2" in reply["detail"]


async def test_who_stated_a_version_and_lost_is_told_the_version(service: InProcess) -> None:
    await accepted(service, "open-programme")
    apply = ("apply-for-portions", BODIES["apply-for-portions"][1])
    lost = await overtaken(service, apply, apply, headers={"If-Match": '"1"'})
    assert (lost["code"], lost["expected"], lost["found"]) == ("stale-version", 1, 2)
    won = await overtaken(service, apply, apply)
    assert won["version"] == 4


async def test_many_issue_while_one_closes_and_the_closing_counts_all_there_are(
    service: InProcess,
) -> None:
    await done(service, "open-programme", OPEN_COOLING)
    await _many_members(service)
    asked = [("issue-gift", {**ISSUE_ANN[1], "person_id": person}) for person in MANY]
    outcomes = await _outcomes(service, *asked[:20], CLOSE_COOLING, *asked[20:])
    assert set(outcomes) <= {"accepted", "programme-closed", "contended"}
    if outcomes[20] == "contended":
        await done(service, *CLOSE_COOLING)
    events = await service.events()
    issued = sum(isinstance(event, GiftIssued) for event in events)
    assert [event.issued for event in events if isinstance(event, ProgrammeClosed)] == [issued]


async def test_four_who_claim_for_one_case_at_once_leave_one_claim(service: InProcess) -> None:
    asked = [("file-claim", {**FILE_CLAIM, "claim_id": f"care-{number}"}) for number in range(4)]
    outcomes = await _outcomes(service, *asked)
    assert sorted(outcomes) == ["accepted", *["claimed-before"] * 3]
    assert sum(isinstance(event, ClaimFiled) for event in await service.events()) == 1


async def test_what_our_copy_hears_while_a_command_looks_it_up_is_known(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    position, newcomer = replica.heard_version, f"nowhere/person-{MANY[0]}"

    async def heard_meanwhile(pool: asyncpg.Pool, stream: str) -> int:
        if stream == newcomer:
            joined = staff_registered(org_id="nowhere", person_id=MANY[0])
            await service.hear(stream, joined)
        else:
            await service.hear(stream, organisation_registered(org_id="nowhere", simulated=True))
        return await position(pool, stream)

    monkeypatch.setattr(replica, "heard_version", heard_meanwhile)
    after = {"Guildhall-After": "nowhere/organisation@1"}
    answer = await service.command("open-programme", OPEN_SPRING, org="nowhere", headers=after)
    assert answer.status_code == 201, answer.text
    roster = {"programme_id": "spring-2022", "as_of": "2022-01-10", "person_ids": [MANY[0]]}
    after = {"Guildhall-After": f"{newcomer}@1"}
    answer = await service.command("freeze-roster", roster, org="nowhere", headers=after)
    assert answer.status_code == 201, answer.text
