"""Entries of benefits taken back, corrected and reversed over HTTP."""

from typing import Any

from shared.contract.corrections import withdrawal_of
from shared.testing.http import InProcess
from tests.benefits.asking import accepted, done, refused
from tests.benefits.requests import (
    ANN,
    BODIES,
    CORRECTIONS,
    FILE_CLAIM,
    FREEZE_SPRING,
    OPEN_COOLING,
    STRANGER,
    WITHDRAW_CLAIM,
)

SPRING = "tjtc/programme-spring-2022"
ROLES = ("clerk", "approver", "chair")


def withdrawing(stream: str, *versions: int, **more: Any) -> dict[str, Any]:
    return {
        "stream": stream,
        "versions": list(versions),
        "reason": "entered_in_error",
        "withdrawn_on": "2022-12-02",
        **more,
    }


async def withdrawn(service: InProcess, body: dict[str, Any]) -> dict[str, Any]:
    """Taken back by whoever may, who is another person than entered it."""
    for role in ROLES:
        answer = await service.command("withdraw-entries", body, role=role, subject=f"{role}-other")
        if answer.status_code != 403:
            break
    said: dict[str, Any] = answer.json()
    return {**said, "status": answer.status_code}


async def test_every_fact_of_a_year_that_is_withdrawn_goes_last_first(service: InProcess) -> None:
    names = [name for name in BODIES if name not in ("return-gift",)]
    await accepted(service, *names)
    rows = await service.store.pool.fetch(
        "SELECT stream, max(version) AS last FROM events GROUP BY stream"
        " ORDER BY stream LIKE '%/programme-%' OR stream LIKE '%/policy-%', stream"
    )
    left: set[str] = set()
    for row in rows:
        found = await service.store.load(row["stream"])
        for version in range(row["last"], 0, -1):
            event = found.events[version - 1]
            said = await withdrawn(service, withdrawing(row["stream"], version))
            if withdrawal_of(type(event)) is None:
                assert said["code"] == "corrected-otherwise", (event, said)
                left.add(type(event).__name__)
            elif said["status"] != 201:
                assert said["code"] == "others-rest-on-it", (event, said)
                left.add(type(event).__name__)
    assert left == {
        "ClaimFiled", "ClaimApproved", "ClaimPaid", "GiftIssued", "ExpenditurePaid",
        "ExpenditureRequested", "MemberInsured", "PolicyBought", "ProgrammeOpened",
    }  # fmt: skip


async def test_a_wrong_roster_goes_whole_and_another_is_frozen(service: InProcess) -> None:
    await accepted(service, "open-programme")
    people = [f"p-crowd{number:04d}" for number in range(1500)]
    rows = [(f"tjtc/person-{person}", 1) for person in people]
    await service.store.pool.executemany("INSERT INTO members_streams VALUES ($1, $2)", rows)
    await done(service, "freeze-roster", {**FREEZE_SPRING, "person_ids": people})
    problem = await refused(
        service, "withdraw-entries", withdrawing(SPRING, 3), 409, "others-rest-on-it", role="clerk"
    )
    assert problem["errors"][0]["resting"] == ["RosterFrozen@2"]
    await done(service, "withdraw-entries", withdrawing(SPRING, 2, 3), role="clerk")
    assert (await done(service, "freeze-roster", FREEZE_SPRING))["count"] == 2


async def test_a_programme_that_somebody_received_from_is_not_withdrawn(
    service: InProcess,
) -> None:
    await done(service, "open-programme", OPEN_COOLING)
    issue = {"programme_id": "cooling-2022", "person_id": ANN, "capacity": "member"}
    await done(service, "issue-gift", {**issue, "issued_on": "2022-06-10"})
    body = withdrawing("tjtc/programme-cooling-2022", 1)
    await refused(service, "withdraw-entries", body, 409, "others-rest-on-it", role="clerk")
    back = {"programme_id": "cooling-2022", "person_id": ANN, "reason": "entered_in_error"}
    await done(service, "return-gift", {**back, "returned_on": "2022-06-11"})
    await done(service, "withdraw-entries", body, role="clerk")
    await done(service, "open-programme", OPEN_COOLING)


async def test_a_closed_programme_is_opened_again_for_a_late_gift(service: InProcess) -> None:
    await accepted(service, "open-programme", "freeze-roster", "close-programme")
    await refused(service, "issue-gift", BODIES["issue-gift"][1], 409, "programme-closed")
    await done(service, "withdraw-entries", withdrawing(SPRING, 3), role="clerk")
    await accepted(service, "issue-gift", "close-programme")


async def test_a_gift_to_a_stranger_is_recorded_as_what_it_was(service: InProcess) -> None:
    await accepted(service, "open-programme", "freeze-roster")
    issue = {
        "programme_id": "spring-2022",
        "person_id": STRANGER,
        "capacity": "outsider",
        "issued_on": "2022-01-21",
    }
    await refused(service, "issue-gift", issue, 422, "off-roster-reason-missing")
    reply = await done(service, "issue-gift", {**issue, "off_roster_reason": "not_of_the_unit"})
    assert reply["on_roster"] is False
    known = {**issue, "capacity": "member", "off_roster_reason": "not_of_the_unit"}
    await refused(service, "issue-gift", known, 422, "unknown-member")


async def test_a_gift_handed_over_twice_is_recorded_with_its_reason(service: InProcess) -> None:
    again = CORRECTIONS["issue-gift-again"][1]
    await refused(service, "issue-gift-again", again, 404, "unknown-programme", role="clerk")
    await accepted(service, "open-programme", "freeze-roster")
    await refused(service, "issue-gift-again", again, 409, "not-issued", role="clerk")
    await accepted(service, "issue-gifts-to-roster", "issue-gift", "sign-receipts")
    early = {**again, "issued_on": "2022-01-19"}
    await refused(service, "issue-gift-again", early, 409, "again-before-issue", role="clerk")
    await accepted(service, "close-programme")
    await done(service, "issue-gift-again", again, role="clerk")
    (line,) = [
        line
        for line in (await service.get("programmes/spring-2022/sheet")).json()["items"]
        if line["person_id"] == ANN
    ]
    assert (line["quantity"], line["signed_on"]) == (2, "2022-01-20")
    stream = f"tjtc/gift-spring-2022.{ANN}"
    await done(service, "withdraw-entries", withdrawing(stream, 2, 3), role="clerk")
    (line,) = [
        line
        for line in (await service.get("programmes/spring-2022/sheet")).json()["items"]
        if line["person_id"] == ANN
    ]
    assert (line["quantity"], line["signed_on"]) == (1, None)


async def test_a_claim_withdrawn_frees_its_case_and_is_not_paid(service: InProcess) -> None:
    await done(service, "file-claim", {**FILE_CLAIM, "claim_id": "care-3"})
    await done(service, "withdraw-claim", WITHDRAW_CLAIM[1])
    await refused(service, "withdraw-claim", WITHDRAW_CLAIM[1], 409, "claim-decided")
    pay = {**BODIES["pay-claim"][1], "claim_id": "care-3"}
    await refused(service, "pay-claim", pay, 409, "claim-not-approved")
    (claim,) = (await service.get("claims", state="withdrawn")).json()["items"]
    assert claim["claim_id"] == "care-3"
    await accepted(service, "file-claim", "approve-claim", "pay-claim")
    paid = {**WITHDRAW_CLAIM[1], "claim_id": "care-1"}
    await refused(service, "withdraw-claim", paid, 409, "claim-paid-already")
    # The withdrawal was an error: but its case is claimed anew by now.
    again = withdrawing("tjtc/claim-care-3", 2)
    await refused(service, "withdraw-entries", again, 409, "claimed-before", role="clerk")


async def test_an_approval_of_a_wrong_amount_is_taken_back_and_given_anew(
    service: InProcess,
) -> None:
    await accepted(service, "file-claim", "approve-claim")
    body = withdrawing("tjtc/claim-care-1", 2)
    await refused(service, "withdraw-entries", body, 403, "role-missing", role="clerk")
    await done(service, "withdraw-entries", body, role="approver")
    claim = (await service.get("claims/care-1")).json()
    assert (claim["state"], claim["approved_fen"]) == ("filed", None)
    await done(service, "approve-claim", {**BODIES["approve-claim"][1], "approved_fen": 70000})
    await accepted(service, "pay-claim")
    await refused(service, "withdraw-entries", body, 409, "entry-withdrawn", role="approver")
    paid = withdrawing("tjtc/claim-care-1", 4)
    await refused(service, "withdraw-entries", paid, 409, "others-rest-on-it", role="approver")


async def test_money_is_corrected_by_another_than_recorded_it(service: InProcess) -> None:
    await accepted(service, "receive-income", "request-expenditure", "pay-expenditure")
    income, payment = CORRECTIONS["correct-income"][1], CORRECTIONS["reverse-expenditure"][1]
    for name, body, recorded in (
        ("correct-income", income, "cashier-1"),
        ("reverse-expenditure", payment, "approver-1"),
        ("withdraw-entries", withdrawing("tjtc/income-dues-2022-01", 1), "cashier-1"),
    ):
        await refused(service, name, body, 403, "own-entry", role="chair", subject=recorded)
    await done(service, "correct-income", income, role="chair")
    await refused(service, "correct-income", income, 409, "nothing-changes", role="chair")
    adjusted = {**income, "amount_fen": 1, "posting": "adjustment"}
    await done(service, "correct-income", adjusted, role="chair")
    await refused(service, "correct-income", income, 409, "adjusted-before", role="chair")


async def test_a_payment_is_refunded_in_part_and_reversed_once(service: InProcess) -> None:
    reverse = CORRECTIONS["reverse-expenditure"][1]
    await refused(service, "reverse-expenditure", reverse, 404, "unknown-payment", role="chair")
    await accepted(service, "request-expenditure")
    await refused(service, "reverse-expenditure", reverse, 409, "payment-not-paid", role="chair")
    await accepted(service, "pay-expenditure")
    refund = {**reverse, "reason": "refunded", "amount_fen": 30000}
    await refused(service, "reverse-expenditure", refund, 422, "part-is-adjustment", role="chair")
    more = {**refund, "amount_fen": 80001, "posting": "adjustment"}
    await refused(service, "reverse-expenditure", more, 422, "more-than-paid", role="chair")
    early = {**refund, "posting": "adjustment", "reversed_on": "2022-03-19"}
    await refused(service, "reverse-expenditure", early, 409, "reversed-before-paid", role="chair")
    await done(service, "reverse-expenditure", {**refund, "posting": "adjustment"}, role="chair")
    rest = {**refund, "posting": "adjustment", "amount_fen": None}
    await done(service, "reverse-expenditure", rest, role="chair")
    await refused(service, "reverse-expenditure", rest, 409, "payment-reversed", role="chair")


async def test_a_payment_that_never_was_due_is_asked_for_anew(service: InProcess) -> None:
    await accepted(service, "request-expenditure", "pay-expenditure")
    await done(service, "reverse-expenditure", CORRECTIONS["reverse-expenditure"][1], role="chair")
    await accepted(service, "request-expenditure", "pay-expenditure")


async def test_a_cover_that_ended_covers_nobody_and_may_begin_again(service: InProcess) -> None:
    await accepted(service, "buy-policy")
    end = CORRECTIONS["end-cover"][1]
    await refused(service, "end-cover", end, 409, "not-insured", role="clerk")
    await accepted(service, "insure-people")
    early = {**end, "ended_on": "2022-05-31"}
    await refused(service, "end-cover", early, 409, "ended-before-insured", role="clerk")
    await done(service, "end-cover", end, role="clerk")
    assert (await service.get("policies/illness-2022")).json()["insured"] == 1
    again = [{"person_id": ANN, "capacity": "member"}]
    body = {"policy_id": "illness-2022", "insured_on": "2022-11-01", "people": again}
    await done(service, "insure-people", body)
    assert (await service.get("policies/illness-2022")).json()["insured"] == 2
    await refused(service, "insure-people", body, 409, "already-insured")


async def test_a_programme_keeps_all_but_its_name(service: InProcess) -> None:
    await accepted(service, "open-programme", "freeze-roster", "close-programme")
    await done(service, "rename-programme", CORRECTIONS["rename-programme"][1], role="clerk")
    programme = (await service.get("programmes/spring-2022")).json()
    assert (programme["title"], programme["closed_on"]) == ("2022年春节送温暖", "2022-02-28")
    body = CORRECTIONS["rename-programme"][1]
    await refused(service, "rename-programme", body, 409, "nothing-changes", role="clerk")
