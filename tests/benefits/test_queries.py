"""What the context answers about itself: counts, sheets, lists."""

from typing import Any

from shared.testing.http import InProcess
from tests.benefits.asking import accepted, done
from tests.benefits.requests import (
    ANN,
    BO,
    BODIES,
    CAI,
    FILE_CLAIM,
    ISSUE_SPRING,
    OPEN_COOLING,
    OPEN_SPRING,
    REJECT,
)

OFF_ROSTER = {
    "programme_id": "spring-2022",
    "person_id": CAI,
    "capacity": "staff",
    "quantity": 3,
    "issued_on": "2022-01-21",
    "off_roster_reason": "spare_portion",
}


async def got(service: InProcess, path: str, **query: Any) -> dict[str, Any]:
    answer = await service.get(path, role="auditor", **query)
    assert answer.status_code == 200, answer.json()
    body: dict[str, Any] = answer.json()
    return body


async def test_a_programme_answers_its_terms_roster_and_counts(service: InProcess) -> None:
    await accepted(
        service,
        "open-programme",
        "freeze-roster",
        "apply-for-portions",
        "receive-portions",
        "issue-gifts-to-roster",
        "issue-gift",
    )
    await done(service, "issue-gift", OFF_ROSTER)
    await accepted(service, "sign-receipts", "return-gift")
    found = await got(service, "programmes/spring-2022")
    roster = found.pop("roster")
    assert (roster["as_of"], roster["count"]) == ("2022-01-15", 2)
    assert found == {
        **{key: value for key, value in OPEN_SPRING.items() if key != "opened_on"},
        "amount_assumed": False,
        "opened_on": "2022-01-10",
        "closed_on": None,
        "version": 4,
        "portions_applied": 80,
        "portions_received": 80,
        "issued": 2,
        "signed": 1,
        "returned": 1,
        "portions": 4,
        "off_roster": 1,
        "missed": 1,
    }


async def test_a_programme_whose_name_begins_anothers_counts_only_its_own(
    service: InProcess,
) -> None:
    named = {**OPEN_COOLING, "programme_id": "cooling"}
    dotted = {**OPEN_COOLING, "programme_id": "cooling.2"}
    gift = {"person_id": ANN, "capacity": "member", "issued_on": "2022-07-01"}
    for programme in (named, dotted):
        await done(service, "open-programme", programme)
        body = {**gift, "programme_id": programme["programme_id"]}
        await done(service, "issue-gift", body)
    await done(service, "issue-gift", {**gift, "programme_id": "cooling.2", "person_id": BO})
    assert (await got(service, "programmes/cooling"))["issued"] == 1
    assert (await got(service, "programmes/cooling.2"))["issued"] == 2
    assert (await got(service, "programmes/cooling"))["missed"] is None
    lines = (await got(service, "programmes/cooling/sheet"))["items"]
    assert [line["person_id"] for line in lines] == [ANN]
    closed = await done(
        service, "close-programme", {"programme_id": "cooling", "closed_on": "2022-09-01"}
    )
    assert closed["issued"] == 1


async def test_the_sheet_lists_the_roster_and_whoever_else_received(service: InProcess) -> None:
    await accepted(service, "open-programme", "freeze-roster", "issue-gifts-to-roster")
    await done(service, "issue-gift", OFF_ROSTER)
    await done(
        service,
        "sign-receipts",
        {
            "programme_id": "spring-2022",
            "receipts": [{"person_id": ANN, "signed_on": "2022-01-22", "signed_by": CAI}],
        },
    )
    line = {
        "capacity": None,
        "quantity": None,
        "issued_on": None,
        "signed_on": None,
        "signed_by": None,
        "returned_on": None,
    }
    ann = {
        **line,
        "person_id": ANN,
        "on_roster": True,
        "capacity": "member",
        "quantity": 1,
        "issued_on": "2022-01-20",
        "signed_on": "2022-01-22",
        "signed_by": CAI,
    }
    bo = {**line, "person_id": BO, "on_roster": True}
    cai = {
        **line,
        "person_id": CAI,
        "on_roster": False,
        "capacity": "staff",
        "quantity": 3,
        "issued_on": "2022-01-21",
    }
    sheet = "programmes/spring-2022/sheet"
    assert await got(service, sheet) == {"items": [ann, bo, cai], "next": None}
    first = await got(service, sheet, limit=2)
    assert first == {"items": [ann, bo], "next": BO}
    assert await got(service, sheet, limit=2, cursor=BO) == {"items": [cai], "next": None}


async def test_programmes_are_listed_by_id_in_pages(service: InProcess) -> None:
    await done(service, "open-programme", OPEN_SPRING)
    await done(service, "open-programme", OPEN_COOLING)
    page = await got(service, "programmes", limit=1)
    assert [one["programme_id"] for one in page["items"]] == ["cooling-2022"]
    page = await got(service, "programmes", limit=1, cursor=page["next"])
    assert [one["programme_id"] for one in page["items"]] == ["spring-2022"]
    assert (await got(service, "programmes", cursor="spring-2022"))["items"] == []


async def test_a_roster_is_looked_at_before_it_is_frozen(service: InProcess) -> None:
    await accepted(service, "open-programme")
    query = {"population": "members", "as_of": "2022-01-15"}
    preview = await got(service, "roster-preview", **query)
    froze = await done(service, "freeze-roster", BODIES["freeze-roster"][1])
    assert (preview["count"], preview["sha256"]) == (froze["count"], froze["sha256"])
    answer = await service.get("roster-preview", population="retirees", as_of="2022-01-15")
    assert (answer.status_code, answer.json()["code"]) == (422, "people-needed")


async def test_claims_are_listed_by_state_in_pages_with_what_was_asked_approved_and_paid(
    service: InProcess,
) -> None:
    await accepted(service, "file-claim", "approve-claim", "pay-claim")
    await done(service, "file-claim", {**FILE_CLAIM, "claim_id": "care-2", "case_id": "case-8"})
    await done(service, "reject-claim", REJECT[1])
    await done(service, "file-claim", {**FILE_CLAIM, "claim_id": "care-3", "case_id": "case-9"})
    paid = await got(service, "claims/care-1")
    assert paid == {
        "claim_id": "care-1",
        "kind": "hospital",
        "person_id": ANN,
        "case_id": "case-7",
        "filed_on": "2022-03-10",
        "asked_fen": 100000,
        "approved_fen": 80000,
        "paid_fen": 80000,
        "state": "paid",
        **{name: FILE_CLAIM[name] for name in ("capacity", "happened_on", "documents")},
        "relation": FILE_CLAIM.get("relation"),
        "version": 3,
        "filed_by": "clerk-1",
        "approved_by": "approver-1",
    }
    states = {one["claim_id"]: one["state"] for one in (await got(service, "claims"))["items"]}
    assert states == {"care-1": "paid", "care-2": "rejected", "care-3": "filed"}
    assert [c["claim_id"] for c in (await got(service, "claims", state="filed"))["items"]] == [
        "care-3"
    ]
    page = await got(service, "claims", limit=2)
    assert page["next"] == "care-2"
    assert len((await got(service, "claims", limit=2, cursor="care-2"))["items"]) == 1
    await accepted(service, "reverse-claim")
    assert (await got(service, "claims/care-1"))["state"] == "reversed"


async def test_a_policy_answers_how_many_it_covers_and_a_budget_its_lines(
    service: InProcess,
) -> None:
    await accepted(service, "buy-policy", "insure-people", "approve-budget", "adjust-budget")
    policy = await got(service, "policies/illness-2022")
    assert (policy["insured_due"], policy["insured"], policy["plan"]) == (3, 2, "serious_illness")
    budget = await got(service, "budgets/2022")
    assert budget == {
        "budget_year": 2022,
        "version": 2,
        "adjusted": 1,
        "total_fen": 35_000_000,
        "lines": [{"budget_line": "staff_activity.welfare", "amount_fen": 35_000_000}],
    }


async def test_what_is_not_there_is_said_so(service: InProcess) -> None:
    for path, code in (
        ("programmes/none", "unknown-programme"),
        ("programmes/none/sheet", "unknown-programme"),
        ("claims/none", "unknown-claim"),
        ("policies/none", "unknown-policy"),
        ("budgets/1999", "unknown-budget"),
        ("payments/none", "unknown-payment"),
    ):
        answer = await service.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_another_unions_reader_and_a_producer_read_nothing(service: InProcess) -> None:
    await accepted(service, "open-programme")
    answer = await service.get("programmes", role="producer")
    assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")
    answer = await service.get("programmes", org="tjjt")
    assert answer.json()["items"] == []


async def test_a_large_roster_is_issued_to_in_one_transaction_as_single_issues_would_be(
    service: InProcess,
) -> None:
    pool = service.store.pool
    await pool.execute(
        "INSERT INTO known_changes"
        " (org_id, person_id, version, effective_on, is_member, is_retired)"
        " SELECT 'tjtc', 'p-bulk' || lpad(n::text, 6, '0'), 1, '2020-01-01', true, n % 100 = 0"
        " FROM generate_series(1, 3000) AS n"
    )
    await accepted(service, "open-programme", "freeze-roster")
    reply = await done(service, "issue-gifts-to-roster", ISSUE_SPRING)
    assert reply["issued"] == 3002
    counts = await got(service, "programmes/spring-2022")
    assert (counts["issued"], counts["portions"], counts["missed"]) == (3002, 3002, 0)
    rows = await pool.fetch(
        "SELECT count(*), count(DISTINCT stream) AS streams, count(DISTINCT event_id) AS ids,"
        " count(*) FILTER (WHERE convert_from(document, 'UTF8')::json->'data'->>'capacity'"
        " = 'member')"
        " AS members FROM events WHERE type LIKE '%GiftIssued%'"
    )
    assert dict(rows[0]) == {"count": 3002, "streams": 3002, "ids": 3002, "members": 3002}
