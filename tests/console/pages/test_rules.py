"""Rules, and other values for one of them: tried, and written nowhere."""

import httpx
import pytest

from services.console.console import Console
from services.console.pages.rules import turned
from tests.console.answers import HEAD, UNION, VERDICT
from tests.console.conftest import Services, browser, session

RULE = {"rule": "wel-04", "title": "全年限额", "values": "rule: wel-04\n<b>"}
AT = "/tjtc/2022/rules/wel-04/what-if"
JUDGED = {**VERDICT, "persons": ["p-1", "p-2"]}


INSTRUMENT = {
    "key": "TJ-TRIAL", "title": "天津市暂行办法", "number": None, "effective_from": None,
    "effective_to": "2017-09-21", "status": "CONF-S", "read": "a notice", "replaced_by": "TJ-2017",
}  # fmt: skip
ENTRY = {
    "id": "WEL-14", "title": "只享受一处", "check": "借调者只享受一处", "severity": "high",
    "rule": None, "rule_version": None, "missing": ["DuesPaid"], "merged_into": [],
    "not_for_a_machine": None, "instruments": [INSTRUMENT],
}  # fmt: skip
REGISTER = [
    ENTRY | {"state": "not_decidable"},
    ENTRY | {"id": "PRC-08", "state": "merged", "merged_into": ["PRC-01"]},
    ENTRY | {"id": "PRV-13", "state": "not_for_a_machine", "not_for_a_machine": "是罚则"},
    ENTRY | {"id": "MEM-02", "state": "not_written"},
    ENTRY | {"state": "implemented", "rule": "wel-04", "rule_version": "wel-04.abc"},
]


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    services.answers |= {
        "/v1/rules": {
            "rules_version": "e0967024",
            "rules": [{"id": "wel-04", "title": "全年限额", "values": [1, 2]}],
        },
        "/v1/rules/register": {"states": {"merged": 1, "not_decidable": 1}, "rules": REGISTER},
        "/v1/rules/wel-04/values": RULE,
        f"{UNION}/rules/wel-04/what-if": {
            **HEAD, "differences": [{"subject": "year:2022", "now": None, "then": JUDGED}],
        },
    }  # fmt: skip


async def test_every_rule_leads_to_its_trial(console: Console) -> None:
    async with browser(console, session()) as client:
        listed = await client.get("/tjtc/2022/rules")
        one = await client.get(AT)
    assert f'href="{AT}"' in listed.text
    assert "rule: wel-04\n&lt;b&gt;</textarea>" in one.text
    assert "什么也不会写下" in one.text


async def test_the_register_says_of_every_rule_what_became_of_it_and_why(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        listed = await client.get("/tjtc/2022/rules")
        shown = (await client.get("/tjtc/2022/rules/register")).text
        await client.get("/tjtc/2022/rules/register?state=merged")
        await client.get("/tjtc/2022/rules/register?state=lost")
    assert 'href="/tjtc/2022/rules/register"' in listed.text
    for told in ("DuesPaid", "PRC-01", "是罚则", "判法未写", "wel-04.abc", "借调者只享受一处"):
        assert told in shown, told
    for told in ("天津市暂行办法", "不详 至 2017-09-21", "CONF-S", "被 TJ-2017 代替", "a notice"):
        assert told in shown, told
    states = [
        each.url.params.get("state") for each in services.asked if "register" in str(each.url)
    ]
    assert states == [None, "merged", None]


async def test_what_would_change_is_told_with_its_people(
    console: Console, services: Services
) -> None:
    form = {"csrf": "csrf-1", "values": "rule: wel-04\r\nx: 1"}
    async with browser(console, session()) as client:
        answer = await client.post(f"{AT}?as_of=12685", data=form)
    assert "1 件事的判定会变" in answer.text
    assert "x: 1</textarea>" in answer.text, "what was typed stays"
    (sent,) = [each for each in services.asked if each.method == "POST"]
    assert sent.content == b'{"values":"rule: wel-04\\nx: 1"}'
    assert sent.url.params["as_of"] == "12685" and sent.url.params["from"] == "2022-01-01"


async def test_values_that_are_refused_stay_beside_their_refusal(
    console: Console, services: Services
) -> None:
    refused = httpx.Response(422, json={"code": "values-refused", "detail": "no unit fen"})
    services.answers[f"{UNION}/rules/wel-04/what-if"] = refused
    async with browser(console, session()) as client:
        answer = await client.post(AT, data={"csrf": "csrf-1", "values": "typed"})
    assert answer.status_code == 422
    assert "no unit fen" in answer.text and "typed</textarea>" in answer.text
    assert "<title>错误：" in answer.text


async def test_nothing_is_tried_by_a_form_of_another_session(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        assert (await client.post(AT, data={"csrf": "x", "values": "y"})).status_code == 403
    assert not [each for each in services.asked if each.method == "POST"]


def test_outcomes_are_counted_and_what_is_judged_no_longer_too() -> None:
    found = [{"then": JUDGED}, {"then": JUDGED}, {"then": None}]
    assert turned(found) == {"fail": 2, "none": 1}
