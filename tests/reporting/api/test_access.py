"""Who may ask, on a real database; every route in every role: tests/attacks/."""

import pytest

from services.reporting.api.access import READERS
from tests.reporting.api.conftest import Asker
from tests.reporting.records import ORG

OF_A_UNION = (
    "figures", "figures/gift_birth", "findings", "verdicts", "reconciliation/spring-2022",
    "rosters", "membership-account", "report", "events/00000000-0000-7000-8000-000000000000",
)  # fmt: skip
WATCHED = ("status", "quarantine", "quarantine/1", "rebuild")
OPERATED = ("quarantine/1/retry", "quarantine/1/discard", "rebuild", "reconcile")


@pytest.mark.parametrize("path", OF_A_UNION)
async def test_a_union_s_year_is_for_those_whose_token_covers_it(asker: Asker, path: str) -> None:
    asked = f"{ORG}/{path}"
    nobody = await asker.client.get(f"/v1/{asked}", params={"year": 2022})
    assert (nobody.status_code, nobody.json()["code"]) == (401, "no-token")
    other = await asker.get(asked, orgs=("other",), year=2022)
    assert (other.status_code, other.json()["code"]) == (403, "union-not-yours")
    cashier = await asker.get(asked, role="cashier", year=2022)
    assert (cashier.status_code, cashier.json()["code"]) == (403, "role-missing")
    for role in READERS:
        assert (await asker.get(asked, role=role, year=2022)).status_code in (200, 404)


@pytest.mark.parametrize("path", WATCHED)
async def test_operators_and_auditors_see_how_it_stands(asker: Asker, path: str) -> None:
    for role, status in (("operator", 200), ("auditor", 200), ("clerk", 403)):
        answer = await asker.get(path, role=role, orgs=("*",))
        assert answer.status_code in (status, 404 if status == 200 else status)
    assert (await asker.client.get(f"/v1/{path}")).status_code == 401


@pytest.mark.parametrize("path", OPERATED)
async def test_only_an_operator_changes_it(asker: Asker, path: str) -> None:
    for role in ("auditor", "chair"):
        answer = await asker.post(path, {"reason": "x"}, role=role)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")
    assert (await asker.client.post(f"/v1/{path}")).status_code == 401


async def test_values_are_tried_by_those_who_may_read_the_union(asker: Asker) -> None:
    path, body = f"{ORG}/rules/wel-04/what-if", {"values": "what"}
    assert (await asker.client.post(f"/v1/{path}", json=body)).status_code == 401
    other = await asker.post(path, body, role="auditor", orgs=("other",), year=2022)
    assert (other.status_code, other.json()["code"]) == (403, "union-not-yours")
    cashier = await asker.post(path, body, role="cashier", orgs=(ORG,), year=2022)
    assert (cashier.status_code, cashier.json()["code"]) == (403, "role-missing")
    for role in READERS:
        tried = await asker.post(path, body, role=role, orgs=(ORG,), year=2022)
        assert (tried.status_code, tried.json()["code"]) == (422, "values-refused")


async def test_who_may_not_ask_is_told_before_what_was_asked_is_read(asker: Asker) -> None:
    answer = await asker.client.get(f"/v1/{ORG}/figures", params={"from": "whenever"})
    assert answer.status_code == 401


async def test_the_rules_are_for_every_reader_of_any_union(asker: Asker) -> None:
    assert (await asker.get("rules", role="clerk", orgs=("other",))).status_code == 200
    assert (await asker.client.get("/v1/rules")).status_code == 401


async def test_health_is_open(asker: Asker) -> None:
    assert (await asker.client.get("/readyz")).json() == {
        "status": "ready",
        "checks": {
            "journal": 0,
            "stale": [],
            "worker": {"there": False, "age_seconds": None, "parts": {}},
        },
    }
    assert (await asker.client.get("/openapi.json")).status_code == 200
