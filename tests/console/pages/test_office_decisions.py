"""A claim is decided and a roster frozen: looked at first, written once, refused in words."""

import re
from typing import Any

import httpx
import orjson
import pytest

from services.console.console import Console
from tests.console.answers import CLAIM, PROGRAMME, UNION
from tests.console.conftest import Services, browser, session

APPROVE = "/tjtc/office/claims/ss-2022-06/approve"
REJECT = "/tjtc/office/claims/ss-2022-06/reject"
FREEZE = "/tjtc/office/programmes/mid-autumn/freeze"
KEY = "a" * 32
GOOD = {"csrf": "csrf-1", "key": KEY, "amount": "800.00", "decision": "m-1", "on": "2022-12-31"}
ROSTER = {"csrf": "csrf-1", "key": KEY, "as_of": "2022-09-01", "population": "members",
          "count": "530"}  # fmt: skip


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    services.answers |= {
        f"{UNION}/claims/ss-2022-06": CLAIM,
        f"{UNION}/programmes/mid-autumn": PROGRAMME,
        f"{UNION}/roster-preview": {"count": 530, "sha256": "x"},
        f"{UNION}/approve-claim": {"events": 1},
        f"{UNION}/reject-claim": {"events": 1},
        f"{UNION}/freeze-roster": {"events": 1},
    }


def posted(services: Services) -> list[Any]:
    return [orjson.loads(each.content) for each in services.asked if each.method == "POST"]


async def test_a_claim_is_looked_at_and_then_approved(console: Console, services: Services) -> None:
    async with browser(console, session("approver")) as client:
        look = await client.get(APPROVE)
        assert 'value="1,000.00"' in look.text and 'value="2022-12-31"' in look.text
        assert re.search(r'name="key" value="[0-9a-f]{32}"', look.text)
        assert posted(services) == []
        done = await client.post(APPROVE, data=GOOD)
    assert done.headers["location"].startswith("/tjtc/office/queue?done=approve&since=12685")
    assert posted(services) == [
        {"claim_id": "ss-2022-06", "approved_fen": 80000, "approved_on": "2022-12-31",
         "decision_ref": "m-1"},
    ]  # fmt: skip


async def test_a_rejection_has_a_coded_reason(console: Console, services: Services) -> None:
    async with browser(console, session("chair")) as client:
        assert '<option value="evidence_missing">缺单据' in (await client.get(REJECT)).text
        form = {"csrf": "csrf-1", "key": KEY, "reason": "too_late", "on": "2022-12-31"}
        assert (await client.post(REJECT, data=form)).status_code == 303
    assert posted(services) == [
        {"claim_id": "ss-2022-06", "reason": "too_late", "rejected_on": "2022-12-31"}
    ]


async def test_a_refusal_keeps_what_was_typed_and_says_that_nothing_is_written(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/approve-claim"] = httpx.Response(
        422, json={"code": "more-than-asked", "title": "批准金额超过申请金额"}
    )
    async with browser(console, session("approver")) as client:
        answer = await client.post(APPROVE, data={**GOOD, "amount": "9,999.00"})
    assert answer.status_code == 422 and "没有写下任何东西" in answer.text
    assert "批准金额超过申请金额" in answer.text and 'value="9,999.00"' in answer.text
    assert KEY not in answer.text


async def test_of_a_lost_answer_the_page_says_that_nobody_knows(
    console: Console, services: Services
) -> None:
    lost: Any = httpx.ReadTimeout("slow")
    services.answers[f"{UNION}/approve-claim"] = lost
    async with browser(console, session("approver")) as client:
        answer = await client.post(APPROVE, data=GOOD)
    assert answer.status_code == 503 and "不知道写下没有" in answer.text
    assert f'name="key" value="{KEY}"' in answer.text


async def test_a_decided_claim_has_no_form(console: Console, services: Services) -> None:
    services.answers[f"{UNION}/claims/ss-2022-06"] = {**CLAIM, "state": "approved"}
    async with browser(console, session("approver")) as client:
        text = (await client.get(APPROVE)).text
    assert "已有人办过" in text and 'name="key"' not in text


async def test_the_number_that_was_looked_at_is_the_one_that_is_frozen(
    console: Console, services: Services
) -> None:
    async with browser(console, session("clerk")) as client:
        look = await client.get(f"{FREEZE}?as_of=2022-09-01")
        assert "冻结 530 名的名册" in look.text
        done = await client.post(FREEZE, data=ROSTER)
    assert done.headers["location"].startswith("/tjtc/office/queue?done=freeze")
    assert posted(services) == [
        {"programme_id": "mid-autumn", "as_of": "2022-09-01", "population": "members",
         "expected_count": 530},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("programme", "count", "said"),
    [({"roster": {"count": 1}}, 530, "名册已冻结"), ({}, 0, "不能冻结空的名册")],
)
async def test_what_cannot_be_frozen_has_no_button(
    console: Console, services: Services, programme: dict[str, Any], count: int, said: str
) -> None:
    services.answers[f"{UNION}/programmes/mid-autumn"] = {**PROGRAMME, **programme}
    services.answers[f"{UNION}/roster-preview"] = {"count": count, "sha256": "x"}
    async with browser(console, session("clerk")) as client:
        text = (await client.get(FREEZE)).text
    assert said in text and 'name="key"' not in text


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        (APPROVE, {**GOOD, "csrf": "x"}, 403),
        (APPROVE, {**GOOD, "key": "x"}, 422),
        (FREEZE, {**ROSTER, "csrf": "x"}, 403),
        (FREEZE, {**ROSTER, "count": ""}, 422),
    ],
)
async def test_half_a_form_writes_nothing(
    console: Console, services: Services, path: str, form: dict[str, str], status: int
) -> None:
    async with browser(console, session("clerk", "approver")) as client:
        assert (await client.post(path, data=form)).status_code == status
    assert posted(services) == []


@pytest.mark.parametrize("path", [f"{FREEZE}?as_of=x", "/tjtc/office/claims/A/approve",
                                  "/tjtc/office/claims/ss-2022-06/delete"])  # fmt: skip
async def test_addresses_that_name_nothing(console: Console, path: str) -> None:
    async with browser(console, session("clerk")) as client:
        assert (await client.get(path)).status_code in (404, 422)
