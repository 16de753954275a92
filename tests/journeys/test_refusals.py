"""What is refused, by the services as they run: a problem document with its code, and no event."""

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from tests.journeys.conftest import FoundUnion
from tests.journeys.office import Office
from tests.journeys.reporting import OWNERS, Reporting


class Case(NamedTuple):
    """A command and how it is refused."""

    status: int
    code: str
    service: str
    command: str
    body: dict[str, Any]
    person: str | None = "clerk"
    headers: Mapping[str, str] = MappingProxyType({})


INCOME = {
    "income_id": "dues",
    "source": "dues",
    "fund": "union_funds",
    "amount_fen": 1_000,
    "received_on": "2022-03-01",
}
STAFF_COUNT = {"staff": 3, "women_staff": 2, "declared_on": "2022-03-01"}
APPROVAL = {
    "claim_id": "flood",
    "approved_fen": 50_000,
    "decision_ref": "minutes-3",
    "approved_on": "2022-03-02",
}
TO_NOBODY = {
    "programme_id": "spring",
    "person_id": "p-nobody00",
    "capacity": "member",
    "issued_on": "2022-01-20",
}


def income(amount: object) -> dict[str, Any]:
    return {**INCOME, "amount_fen": amount}


CASES = {
    "stale version": Case(
        412, "stale-version", "members", "declare-staff-count", STAFF_COUNT,
        headers={"If-Match": '"7"'},
    ),
    "unknown member": Case(422, "unknown-member", "benefits", "issue-gift", TO_NOBODY),
    "negative amount": Case(422, "invalid-request", "benefits", "receive-income", income(-1)),
    "amount of nothing": Case(422, "invalid-request", "benefits", "receive-income", income(0)),
    "half a fen": Case(422, "invalid-request", "benefits", "receive-income", income(10.5)),
    "amount as text": Case(422, "invalid-request", "benefits", "receive-income", income("10")),
    "unknown field": Case(
        422, "invalid-request", "benefits", "receive-income", {**INCOME, "amount_yuan": 10}
    ),
    "own claim": Case(
        403, "maker-is-approver", "benefits", "approve-claim", APPROVAL, "clerk-and-approver"
    ),
    "more than asked": Case(
        422, "more-than-asked", "benefits", "approve-claim", {**APPROVAL, "approved_fen": 50_001},
        "approver",
    ),
    "no token": Case(401, "no-token", "members", "declare-staff-count", STAFF_COUNT, None),
    "made-up token": Case(
        401, "token-refused", "members", "declare-staff-count", STAFF_COUNT, None,
        {"Authorization": "Bearer made.up.token"},
    ),
    "another role": Case(
        403, "role-missing", "members", "declare-staff-count", STAFF_COUNT, "cashier"
    ),
    "another union's clerk": Case(
        403, "union-not-yours", "events", "hold-activity",
        {"activity_id": "match", "held_on": "2022-03-01"}, "clerk-other",
    ),
    "a day to come": Case(
        422, "date-in-future", "events", "hold-activity",
        {"activity_id": "match", "held_on": "2023-03-01"},
    ),
    "a year that cannot be": Case(
        422, "date-out-of-range", "events", "hold-activity",
        {"activity_id": "match", "held_on": "2999-03-01"},
    ),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def union_at_work(running_stack: Any, http: Any) -> Office:
    """A union with members, a programme, and a claim filed by someone who may also approve."""
    office = Office(running_stack, http, "u-refusals")
    await office.found()
    [person, _] = await office.take_on(2)
    await office.hand_out("spring", "spring_festival")
    claim = {
        "claim_id": "flood",
        "kind": "hardship",
        "person_id": person,
        "capacity": "member",
        "case_id": "case-1",
        "asked_fen": 50_000,
        "happened_on": "2022-02-01",
        "filed_on": "2022-03-01",
    }
    await office.do("benefits", "file-claim", claim, person="clerk-and-approver")
    return office


async def events(reporting: Reporting, office: Office) -> int:
    """How many events of this union its owners hold."""
    counts = [
        await reporting.databases[owner].fetchval(
            "SELECT count(*) FROM events WHERE org_id = $1", office.org_id
        )
        for owner in OWNERS
        if owner != "reporting"
    ]
    return sum(counts)


def is_problem(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:guildhall:problem:{code}"
    assert body["detail"]
    assert not body["title"].isascii(), "titles are Chinese: a person reads them"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_a_refusal_names_its_reason_and_writes_nothing(
    reporting: Reporting, union_at_work: Office, case: Case
) -> None:
    before = await events(reporting, union_at_work)
    answer = await union_at_work.send(
        case.service, case.command, case.body, person=case.person, **case.headers
    )
    is_problem(answer, case.status, case.code)
    assert ("WWW-Authenticate" in answer.headers) == (case.status == 401)
    assert await events(reporting, union_at_work) == before


async def test_a_key_answers_the_same_again_and_another_body_never(
    reporting: Reporting, found_union: FoundUnion
) -> None:
    office = await found_union()
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = await office.send("benefits", "receive-income", INCOME, **key)
    assert first.status_code == 201, first.text
    after = await events(reporting, office)

    again = await office.send("benefits", "receive-income", INCOME, **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    is_problem(
        await office.send("benefits", "receive-income", income(2_000), **key),
        422,
        "idempotency-key-reused",
    )
    assert await events(reporting, office) == after


async def test_a_copy_that_lags_says_so_and_what_it_never_hears_of_is_unknown(
    reporting: Reporting, union_at_work: Office
) -> None:
    before = await events(reporting, union_at_work)
    not_yet = f"{union_at_work.org_id}/person-p-nobody00@1"
    answer = await union_at_work.send(
        "benefits", "issue-gift", TO_NOBODY, **{"Guildhall-After": not_yet}
    )
    is_problem(answer, 503, "members-behind")
    assert answer.headers["Retry-After"]
    assert await events(reporting, union_at_work) == before


async def test_figures_are_for_those_the_union_let_in(
    reporting: Reporting, union_at_work: Office
) -> None:
    url = f"{reporting.stack.urls['reporting']}/v1/{union_at_work.org_id}/figures?year=2022"
    is_problem(await reporting.http.get(url), 401, "no-token")
    other = {"Authorization": f"Bearer {await reporting.stack.token('clerk-other')}"}
    is_problem(await reporting.http.get(url, headers=other), 403, "union-not-yours")
