"""What waits for another person: payments by how far they are, claims with who filed them."""

from shared.testing.http import InProcess
from tests.benefits.asking import accepted, done
from tests.benefits.requests import BODIES, FILE_CLAIM
from tests.benefits.test_queries import got


async def test_payments_are_listed_by_how_far_they_are(service: InProcess) -> None:
    await accepted(service, "request-expenditure")
    asked = BODIES["request-expenditure"][1]
    await done(service, "request-expenditure", {**asked, "payment_id": "pay-8"})
    first = await got(service, "payments", state="requested", limit=1)
    assert ([each["payment_id"] for each in first["items"]], first["next"]) == (["pay-8"], "pay-8")
    rest = await got(service, "payments", state="requested", limit=5, cursor=first["next"])
    (waiting,) = rest["items"]
    assert (waiting["state"], waiting["amount_fen"], waiting["paid_by"]) == (
        "requested", 80000, None,
    )  # fmt: skip
    await done(service, "pay-expenditure", BODIES["pay-expenditure"][1], subject="approver-1")
    paid = await got(service, "payments/pay-9")
    assert (paid["state"], paid["paid_by"], paid["version"]) == ("paid", "approver-1", 2)
    refund = {
        "payment_id": "pay-9", "amount_fen": 500, "posting": "adjustment", "reason": "refunded",
        "reversed_on": "2022-04-02",
    }  # fmt: skip
    await done(service, "reverse-expenditure", refund, role="chair", subject="chair-1")
    (back,) = (await got(service, "payments", state="reversed"))["items"]
    assert (back["reversed_fen"], back["amount_fen"]) == (500, 80000)
    assert (await got(service, "payments", state="paid"))["items"] == []
    other = await service.get("payments", org="jt-group", role="auditor")
    assert other.json()["items"] == [], "another union's are not listed"


async def test_a_payment_that_never_was_may_be_asked_for_anew(service: InProcess) -> None:
    await accepted(service, "request-expenditure")
    await done(service, "pay-expenditure", BODIES["pay-expenditure"][1], subject="approver-1")
    undone = {
        "payment_id": "pay-9", "posting": "in_period", "reason": "duplicate",
        "reversed_on": "2022-04-02",
    }  # fmt: skip
    await done(service, "reverse-expenditure", undone, role="chair", subject="chair-1")
    found = await got(service, "payments/pay-9")
    assert (found["state"], found["reversed_fen"]) == ("reversed", 80000)
    await accepted(service, "request-expenditure")
    assert (await got(service, "payments/pay-9"))["state"] == "requested"
    assert len((await got(service, "payments", state="requested"))["items"]) == 1


async def test_a_claim_names_its_documents_and_who_filed_and_approved_it(
    service: InProcess,
) -> None:
    documents = [{"kind": "diagnosis", "sha256": "a" * 64}]
    await done(service, "file-claim", {**FILE_CLAIM, "documents": documents}, subject="clerk-9")
    filed = await got(service, f"claims/{FILE_CLAIM['claim_id']}")
    assert (filed["documents"], filed["filed_by"]) == (documents, "clerk-9")
    assert (filed["approved_by"], filed["version"]) == (None, 1)
    await done(service, "approve-claim", BODIES["approve-claim"][1], subject="approver-9")
    assert (await got(service, f"claims/{FILE_CLAIM['claim_id']}"))["approved_by"] == "approver-9"
