"""What waits for a role: oldest first, and nobody decides what they filed."""

import re
from typing import Any

import httpx
import pytest

from services.console.console import Console
from services.console.pages import office
from services.console.pages.office_queue import to_freeze
from tests.console.answers import CLAIM, PAYMENT, PROGRAMME, UNION
from tests.console.conftest import Services, browser, session

QUEUE = "/tjtc/office/queue"


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    older = {**CLAIM, "claim_id": "ss-2022-09", "filed_on": "2022-11-02"}
    services.answers |= {
        f"{UNION}/claims": {"items": [CLAIM, older], "next": None},
        f"{UNION}/programmes": {"items": [PROGRAMME], "next": None},
        f"{UNION}/programmes/mid-autumn": PROGRAMME,
        f"{UNION}/approve-claim": {"events": 1},
    }


async def text_of(console: Console, *roles: str, query: str = "") -> str:
    async with browser(console, session(*roles)) as client:
        answer = await client.get(QUEUE + query)
    assert answer.status_code == 200
    return answer.text


async def test_claims_come_oldest_first_with_their_decisions(
    console: Console, services: Services
) -> None:
    text = await text_of(console, "approver")
    links = re.findall(r'href="/tjtc/office/claims/([a-z0-9-]+)/(approve|reject)"', text)
    assert [each for each in links if each[1] == "reject"] == [
        ("ss-2022-09", "reject"), ("ss-2022-06", "reject"),
    ]  # fmt: skip
    assert "2 件等你办" in text and "1,000.00" in text and "没有待审批的支出。" in text
    posts = [each for each in services.asked if each.url.path.endswith("-claim")]
    assert posts and all(each.headers["guildhall-preview"] == "true" for each in posts)


async def test_ones_own_row_has_a_sentence_and_no_button(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/approve-claim"] = httpx.Response(
        403, json={"code": "maker-is-approver", "title": "x"}
    )
    text = await text_of(console, "approver")
    assert "你经办的，由另一人批准" in text and "/reject" not in text
    assert "没有等你办的事" in text


async def test_a_clerk_has_rosters_and_receipts_and_no_claims(
    console: Console, services: Services
) -> None:
    text = await text_of(console, "clerk")
    assert "programmes/mid-autumn/freeze" in text and "待批的申请" not in text
    assert "2<" in text.partition("没签收的")[2]
    assert not [each for each in services.asked if each.url.path.endswith("/claims")]


@pytest.mark.parametrize(
    ("other", "waits"),
    [({}, True), ({"roster": {"count": 1}}, False), ({"population": "named"}, False)],
)
def test_a_roster_is_frozen_once_and_never_for_named_people(
    other: dict[str, Any], waits: bool
) -> None:
    assert to_freeze({**PROGRAMME, **other}) is waits


async def test_a_part_of_a_list_is_never_the_whole(
    console: Console, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "PAGES_MAX", 1)
    services.answers[f"{UNION}/claims"] = {"items": [CLAIM], "next": "x"}
    assert "只列了一部分" in await text_of(console, "approver")


async def test_what_was_written_is_said_and_leads_to_its_events(console: Console) -> None:
    text = await text_of(console, "approver", query="?done=approve&since=12685")
    assert "批准了一笔申请。" in text and "differences?compare=12685" in text
    assert "<x>" not in await text_of(console, "approver", query="?done=<x>&since=<x>")


async def test_who_has_nothing_to_do_here_is_told_who_has(console: Console) -> None:
    assert "你的角色在这里没有待办" in await text_of(console, "auditor")


async def test_a_cashier_is_told_what_waits_to_be_paid(
    console: Console, services: Services
) -> None:
    assert "2 笔已批准，等你支付。" in await text_of(console, "cashier")
    asked = [each for each in services.asked if each.url.path.endswith("/claims")]
    assert [each.url.params["state"] for each in asked] == ["approved"]


async def test_payments_wait_for_another_person_than_asked(
    console: Console, services: Services
) -> None:
    services.answers |= {
        f"{UNION}/payments": {"items": [PAYMENT], "next": None},
        f"{UNION}/pay-expenditure": {"events": 1},
    }
    assert "acts/pay-expenditure?payment_id=pay-1" in await text_of(console, "approver")
    services.answers[f"{UNION}/pay-expenditure"] = httpx.Response(
        403, json={"code": "maker-is-approver", "title": "x"}
    )
    text = await text_of(console, "approver")
    assert "你申请的，由另一人批准" in text and "acts/pay-expenditure" not in text
