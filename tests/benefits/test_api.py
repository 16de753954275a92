"""The HTTP surface on a real PostgreSQL: what is accepted, what is refused, what is answered."""

import asyncio
from typing import Any

import pytest

from services.benefits.__main__ import PARTS
from services.benefits.api import COMMANDS, REFUSALS
from shared.clock import system_clock
from shared.contract.benefits import (
    EVENTS,
    ClaimApproved,
    ExpenditurePaid,
    GiftIssued,
    GiftReceiptSigned,
)
from shared.contract.envelope import plain
from shared.http.problems import TITLES
from shared.testing.http import TEST_ORG, InProcess, in_process, token
from tests.benefits.asking import accepted, done, refused
from tests.benefits.requests import (
    ANN,
    BO,
    BODIES,
    CAI,
    CHILD,
    CORRECTIONS,
    FILE_CLAIM,
    FREEZE_SPRING,
    ISSUE_SPRING,
    OPEN_COOLING,
    OPEN_SPRING,
    REJECT,
    STRANGER,
    WITHDRAW_CLAIM,
)
from tests.examples.members import organisation_registered


def row_refused(row: int, code: str, person_id: str) -> dict[str, Any]:
    """What is said of one row, with the title of its own code."""
    return {"row": row, "code": code, "person_id": person_id, "title": {**TITLES, **REFUSALS}[code]}


async def test_every_command_is_accepted_in_its_turn(service: InProcess) -> None:
    await accepted(service, *BODIES)
    await done(service, "file-claim", {**FILE_CLAIM, "claim_id": "care-2"})
    await done(service, "reject-claim", REJECT[1])
    await done(service, "file-claim", {**FILE_CLAIM, "claim_id": "care-3"})
    await done(service, "withdraw-claim", WITHDRAW_CLAIM[1])
    for name, (role, body) in CORRECTIONS.items():
        await done(service, name, body, role=role)
    renamed = {"stream": "tjtc/programme-spring-2022", "versions": [6]}
    body = {**CORRECTIONS["withdraw-entries"][1], **renamed}
    await done(service, "withdraw-entries", body, role="clerk")
    assert {*BODIES, *CORRECTIONS, "reject-claim", "withdraw-claim"} == set(COMMANDS)
    written = {type(event) for event in await service.events()}
    assert written == set(EVENTS)


async def test_a_command_answers_its_stream_and_version(service: InProcess) -> None:
    answer = await service.command("open-programme", OPEN_SPRING)
    assert answer.json() == {
        "stream": "tjtc/programme-spring-2022",
        "version": 1,
        "events": 1,
    }
    assert answer.headers["ETag"] == '"1"'


async def test_bulk_commands_answer_counts_and_a_link_and_no_ids(service: InProcess) -> None:
    link = {"link": "/v1/tjtc/programmes/spring-2022"}
    await accepted(service, "open-programme")
    froze = await done(service, "freeze-roster", FREEZE_SPRING)
    assert froze["count"] == 2 and froze["link"] == link["link"] and len(froze["sha256"]) == 64
    issued = await done(service, "issue-gifts-to-roster", ISSUE_SPRING)
    assert issued == {"events": 2, "issued": 2, "excepted": 0, **link}
    signed = await done(service, "sign-receipts", BODIES["sign-receipts"][1])
    assert signed == {"events": 2, "signed": 2, **link}
    await accepted(service, "buy-policy")
    insured = await done(service, "insure-people", BODIES["insure-people"][1])
    assert insured == {"events": 2, "insured": 2, "link": "/v1/tjtc/policies/illness-2022"}


async def test_the_roster_is_issued_to_in_the_capacity_each_had(service: InProcess) -> None:
    await accepted(service, "open-programme", "freeze-roster")
    await done(service, "issue-gifts-to-roster", ISSUE_SPRING)
    issued = await service.events("tjtc/gift-spring-2022.")
    said = [plain(event) for event in issued]
    assert [(event["person_id"], event["capacity"], event["on_roster"]) for event in said] == [
        (ANN, "member", True),
        (BO, "member", True),
    ]


async def test_somebody_off_the_roster_and_a_dependant_may_receive(service: InProcess) -> None:
    await accepted(service, "open-programme", "freeze-roster")
    gift = {"programme_id": "spring-2022", "issued_on": "2022-01-20"}
    reply = await done(
        service,
        "issue-gift",
        {
            **gift,
            "person_id": CAI,
            "capacity": "staff",
            "off_roster_reason": "spare_portion",
        },
    )
    assert reply["on_roster"] is False
    await done(
        service,
        "issue-gift",
        {
            **gift,
            "person_id": CHILD,
            "capacity": "dependant",
            "off_roster_reason": "other",
        },
    )
    await refused(
        service,
        "issue-gift",
        {**gift, "person_id": ANN, "capacity": "member", "off_roster_reason": "other"},
        422,
        "stands-on-roster",
    )


async def test_a_version_that_moved_on_is_refused(service: InProcess) -> None:
    await accepted(service, "open-programme")
    problem = await refused(
        service, "freeze-roster", FREEZE_SPRING, 412, "stale-version", headers={"If-Match": '"4"'}
    )
    assert (problem["expected"], problem["found"]) == (4, 1)
    await done(service, "freeze-roster", FREEZE_SPRING, headers={"If-Match": '"1"'})
    await refused(
        service,
        "issue-gifts-to-roster",
        ISSUE_SPRING,
        412,
        "stale-version",
        headers={"If-Match": '"1"'},
    )


async def test_a_key_used_again_gets_the_saved_reply_and_another_body_is_refused(
    service: InProcess,
) -> None:
    first = await done(service, "open-programme", OPEN_SPRING, key="k-1")
    again = await done(service, "open-programme", OPEN_SPRING, key="k-1")
    assert again == first and await service.event_count() == 1
    await refused(service, "open-programme", OPEN_COOLING, 422, "idempotency-key-reused", key="k-1")


async def test_a_bulk_command_sent_twice_under_one_key_issues_once(service: InProcess) -> None:
    await accepted(service, "open-programme", "freeze-roster")
    replies = await asyncio.gather(
        *(done(service, "issue-gifts-to-roster", ISSUE_SPRING, key="k-2") for _ in range(5))
    )
    assert all(reply == replies[0] for reply in replies)
    assert len(await service.events("tjtc/gift-spring-2022.")) == 2


async def test_who_may_ask(service: InProcess) -> None:
    path, key = f"/v1/{TEST_ORG}/open-programme", {"Idempotency-Key": "k-3"}
    answer = await service.client.post(path, json=OPEN_SPRING, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "no-token")
    foreign = {"Authorization": f"Bearer {token('clerk', orgs=('tjjt',))}", **key}
    answer = await service.client.post(path, json=OPEN_SPRING, headers=foreign)
    assert (answer.status_code, answer.json()["code"]) == (403, "union-not-yours")
    await refused(service, "open-programme", OPEN_SPRING, 403, "role-missing", role="auditor")
    await refused(
        service, "approve-budget", BODIES["approve-budget"][1], 403, "role-missing", role="approver"
    )


@pytest.mark.parametrize("amount", [1.5, 30000.0, -1, "30000"])
async def test_an_amount_is_whole_fen(service: InProcess, amount: Any) -> None:
    body = {**OPEN_SPRING, "unit_value_fen": amount}
    await refused(service, "open-programme", body, 422, "invalid-request")
    claim = {**FILE_CLAIM, "asked_fen": amount}
    await refused(service, "file-claim", claim, 422, "invalid-request")


async def test_an_unknown_field_is_refused_and_not_ignored(service: InProcess) -> None:
    body = {**OPEN_SPRING, "remark": "王利一线"}
    problem = await refused(service, "open-programme", body, 422, "invalid-request")
    assert problem["errors"][0]["pointer"] == "/remark"


async def test_a_union_nobody_registered_is_unknown(service: InProcess) -> None:
    await refused(service, "open-programme", OPEN_SPRING, 404, "unknown-union", org="nowhere")
    await refused(
        service,
        "open-programme",
        OPEN_SPRING,
        503,
        "members-behind",
        org="nowhere",
        headers={"Guildhall-After": "nowhere/organisation@1"},
    )


async def test_somebody_our_copy_does_not_know_is_waited_for_or_refused_with_the_row(
    service: InProcess,
) -> None:
    await accepted(service, "open-programme")
    body = {**FREEZE_SPRING, "person_ids": [ANN, STRANGER]}
    problem = await refused(service, "freeze-roster", body, 422, "unknown-member")
    assert problem["errors"] == [row_refused(2, "unknown-member", STRANGER)]
    behind = {"Guildhall-After": f"tjtc/person-{ANN}@1, tjtc/person-{STRANGER}@2"}
    await refused(service, "freeze-roster", body, 503, "members-behind", headers=behind)
    heard = {"Guildhall-After": f"tjtc/person-{ANN}@3"}
    await refused(service, "freeze-roster", body, 422, "unknown-member", headers=heard)
    await refused(
        service, "freeze-roster", body, 422, "invalid-request", headers={"Guildhall-After": "x"}
    )


async def test_a_population_is_frozen_only_when_our_copy_has_caught_up(service: InProcess) -> None:
    await accepted(service, "open-programme")
    behind = {"Guildhall-After": f"tjtc/person-{ANN}@9"}
    await refused(service, "freeze-roster", FREEZE_SPRING, 503, "members-behind", headers=behind)
    wrong = {**FREEZE_SPRING, "expected_count": 3}
    problem = await refused(service, "freeze-roster", wrong, 409, "count-differs")
    assert (problem["expected"], problem["found"]) == (3, 2)
    heard = {"Guildhall-After": f"tjtc/person-{ANN}@3"}
    await done(service, "freeze-roster", {**FREEZE_SPRING, "expected_count": 2}, headers=heard)


async def test_refused_rows_are_listed_and_none_is_written(service: InProcess) -> None:
    await accepted(service, "open-programme", "freeze-roster", "issue-gifts-to-roster")
    problem = await refused(service, "issue-gifts-to-roster", ISSUE_SPRING, 409, "already-issued")
    assert problem["errors"] == [row_refused(1, "already-issued", ANN)]
    problem = await refused(service, "sign-receipts", BODIES["sign-receipts"][1], 409, "not-issued")
    assert problem["errors"] == [row_refused(2, "not-issued", BO)]
    assert not [e for e in await service.events() if isinstance(e, GiftReceiptSigned)]
    missing = {**ISSUE_SPRING, "only_missing": True}
    assert (await done(service, "issue-gifts-to-roster", missing))["issued"] == 1
    await done(service, "sign-receipts", BODIES["sign-receipts"][1])


async def test_a_maker_does_not_approve_and_an_approver_does_not_pay(service: InProcess) -> None:
    await done(service, "file-claim", FILE_CLAIM, subject="li")
    approve, pay = BODIES["approve-claim"][1], BODIES["pay-claim"][1]
    await refused(service, "approve-claim", approve, 403, "maker-is-approver", subject="li")
    await done(service, "approve-claim", approve, subject="wang")
    await refused(service, "pay-claim", pay, 403, "approver-is-payer", subject="wang")
    await done(service, "pay-claim", pay, subject="li", role="clerk")
    approved = [e for e in await service.events() if isinstance(e, ClaimApproved)]
    assert approved[0].filed_by == "li"
    asked, payment = BODIES["request-expenditure"][1], BODIES["pay-expenditure"][1]
    await done(service, "request-expenditure", asked, subject="li")
    await refused(service, "pay-expenditure", payment, 403, "maker-is-approver", subject="li")
    await done(service, "pay-expenditure", payment, subject="wang")
    [paid] = [e for e in await service.events() if isinstance(e, ExpenditurePaid)]
    assert (paid.requested_by, paid.approved_by) == ("li", "wang")


async def test_a_case_is_claimed_once_until_it_is_rejected_or_reversed(service: InProcess) -> None:
    await done(service, "file-claim", FILE_CLAIM)
    again = {**FILE_CLAIM, "claim_id": "care-2"}
    await refused(service, "file-claim", again, 409, "claimed-before")
    await done(service, "file-claim", {**again, "case_id": "case-8"})
    await done(service, "reject-claim", {**REJECT[1], "claim_id": "care-1"})
    await done(service, "file-claim", {**again, "claim_id": "care-3"})


async def test_a_real_service_and_a_simulated_union_refuse_each_other(database: str) -> None:
    async with in_process(PARTS, database, clock=system_clock) as service:
        await service.hear(f"{TEST_ORG}/organisation", organisation_registered(simulated=True))
        await refused(service, "open-programme", OPEN_SPRING, 403, "simulated-union-refused")
        await service.hear("tjjt/organisation", organisation_registered(org_id="tjjt"))
        await done(service, "open-programme", OPEN_SPRING, org="tjjt")
        written = await service.events()
        assert [event.org_id for event in written] == ["tjjt"]


async def test_a_returned_gift_is_issued_again_in_the_same_stream(service: InProcess) -> None:
    await accepted(
        service,
        "open-programme",
        "freeze-roster",
        "issue-gifts-to-roster",
        "issue-gift",
        "sign-receipts",
        "return-gift",
    )
    same = await service.command("issue-gift", BODIES["issue-gift"][1], role="clerk")
    assert (same.status_code, same.json()["code"]) == (409, "already-issued")
    returned = BODIES["return-gift"][1]
    later = {**BODIES["issue-gift"][1], "issued_on": returned["returned_on"]}
    reply = await done(service, "issue-gift", later)
    assert (reply["stream"], reply["version"]) == (f"tjtc/gift-spring-2022.{BO}", 4)
    await done(service, "return-gift", returned)
    missing = {**ISSUE_SPRING, "only_missing": True}
    await done(service, "issue-gifts-to-roster", missing)
    issued = [e for e in await service.events() if isinstance(e, GiftIssued)]
    assert [e.person_id for e in issued].count(BO) == 3
