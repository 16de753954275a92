"""What waits for somebody is theirs by role, and what nobody answered is no zero."""

from typing import Any

import httpx
import pytest

from services.console.console import Console
from tests.console.answers import CLAIM, FINDING, HEAD, PAYMENT, PROGRAMME, UNION
from tests.console.conftest import Services, browser, session


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    closed = {**PROGRAMME, "closed_on": "2022-12-01"}
    named = {**PROGRAMME, "population": "named"}
    services.answers |= {
        f"{UNION}/claims": {"items": [CLAIM, CLAIM], "next": "more"},
        f"{UNION}/payments": {"items": [PAYMENT] * 3, "next": None},
        f"{UNION}/programmes": {"items": [PROGRAMME, closed, named], "next": None},
        f"{UNION}/narratives": {
            **HEAD, "narratives": [{"approved_by": None}, {"approved_by": "chair"}],
        },
        f"{UNION}/findings": {
            **HEAD, "judged_to": 1, "pending": False,
            "findings": [FINDING, {**FINDING, "state": "explained"}],
        },
    }  # fmt: skip


async def text_for(console: Console, *roles: str) -> str:
    async with browser(console, session(*roles)) as client:
        text = (await client.get("/tjtc/2022")).text
    found: str = text.partition('id="h-wait"')[2].partition("</section>")[0]
    return found


@pytest.mark.parametrize(
    ("roles", "lines"),
    [
        (("approver",), {"待批的申请": 2, "待批的支付": 3, "待审定的报告文字": 1}),
        (("chair",), {"待批的申请": 2, "待批的支付": 3, "待审定的报告文字": 1, "待说明的疑点": 1}),
        (("clerk",), {"待冻结的名册": 1, "待说明的疑点": 1}),
        (("auditor",), {"没有说明的疑点": 1, "已说明待你看的": 1}),
        (("operator",), {}),
    ],
)
async def test_each_role_has_its_own(
    console: Console, services: Services, roles: tuple[str, ...], lines: dict[str, int]
) -> None:
    text = await text_for(console, *roles)
    assert text.count("<tr>") == len(lines)
    for title, count in lines.items():
        assert f">{count}</a>" in text.partition(title)[2].partition("</tr>")[0], title
    assert ("以上" in text) == ("待批的申请" in lines)
    asked = [each.url for each in services.asked if each.url.path == f"{UNION}/payments"]
    assert [url.params["state"] for url in asked] == ["requested"] * ("待批的支付" in lines)


async def test_what_a_service_does_not_say_is_unknown(console: Console, services: Services) -> None:
    lost: Any = httpx.ConnectError("gone")
    services.answers |= {f"{UNION}/claims": lost, f"{UNION}/payments": lost}
    text = await text_for(console, "approver")
    for title in ("待批的申请", "待批的支付"):
        assert "没有问到" in text.partition(title)[2].partition("</tr>")[0], title


async def test_nothing_waits_on_a_page_of_the_past(console: Console, services: Services) -> None:
    services.answers[f"{UNION}/knowledge"] = {
        **services.answers[f"{UNION}/knowledge"], "log_index": 100,
    }  # fmt: skip
    async with browser(console, session("approver")) as client:
        assert "等我办的" not in (await client.get("/tjtc/2022?as_of=100")).text
