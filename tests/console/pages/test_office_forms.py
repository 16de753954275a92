"""A form is typed, looked at, written once; what is refused loses nothing of what was typed."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import pytest

from services.console.console import Console
from tests.console.answers import CLAIM, MEETING, PAYMENT, STORY, UNION
from tests.console.conftest import Services, browser, session

ACT = "/tjtc/office/acts"
MEETING_FORM = {
    "meeting_id": "m2", "kind": "staff_congress", "title": "教代会", "convened_for": "2022-12-30",
    "delegates_due": "50", "convened_on": "2022-12-01",
}  # fmt: skip


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    services.answers |= {
        f"{UNION}/convene-meeting": {"stream": "tjtc/meeting-m2", "version": 1, "events": 1},
        f"{UNION}/streams/meeting-m1": {"stream": "s", "version": 1, "events": [MEETING]},
        f"{UNION}/streams/activity-a1": {"stream": "s", "version": 1, "events": [MEETING]},
        f"{UNION}/payments/pay-1": PAYMENT,
        f"{UNION}/claims/ss-2022-06": CLAIM,
        f"{UNION}/findings/wel-06.67e5de6b/story": STORY,
        f"{UNION}/people/masks": {"people": []},
    }


async def send(console: Console, name: str, form: Mapping[str, str], *roles: str) -> httpx.Response:
    async with browser(console, session(*(roles or ("clerk",)))) as client:
        return await client.post(f"{ACT}/{name}", data={"csrf": "csrf-1", **form})


def posted(services: Services, command: str) -> list[httpx.Request]:
    return [each for each in services.asked if each.url.path == f"{UNION}/{command}"]


async def test_what_is_typed_is_previewed_then_written_once(
    console: Console, services: Services
) -> None:
    checked = await send(console, "convene-meeting", MEETING_FORM)
    (preview,) = posted(services, "convene-meeting")
    assert checked.status_code == 200 and preview.headers["guildhall-preview"] == "true"
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', checked.text))
    assert {name: hidden[name] for name in MEETING_FORM} == MEETING_FORM
    done = await send(console, "convene-meeting", {**hidden, "step": "write"})
    written = posted(services, "convene-meeting")[-1]
    assert orjson.loads(written.content)["delegates_due"] == 50
    assert written.headers["idempotency-key"] == f"console-{hidden['key']}"
    assert done.headers["location"].startswith("/tjtc/office/meetings?done=convene-meeting")
    assert "in=events%2Fmeeting-m2" in done.headers["location"]


async def test_what_is_wrong_is_told_first_and_nothing_is_asked(
    console: Console, services: Services
) -> None:
    wrong = {**MEETING_FORM, "delegates_due": "五十", "convened_for": ""}
    answer = await send(console, "convene-meeting", wrong)
    assert answer.status_code == 422 and "2 处需要更正，没有写下任何东西" in answer.text
    assert 'value="五十"' in answer.text and "<title>错误：" in answer.text
    assert posted(services, "convene-meeting") == []


async def test_a_refusal_keeps_what_was_typed(console: Console, services: Services) -> None:
    services.answers[f"{UNION}/convene-meeting"] = httpx.Response(
        409, json={"code": "meeting-exists", "title": "会议编号已使用"}
    )
    answer = await send(console, "convene-meeting", MEETING_FORM)
    assert answer.status_code == 422 and "会议编号已使用" in answer.text
    assert 'value="2022-12-30"' in answer.text


async def test_of_a_lost_answer_the_same_act_is_tried_again(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/convene-meeting"] = httpx.ConnectError("gone")
    form = {**MEETING_FORM, "step": "write", "key": "0" * 32}
    answer = await send(console, "convene-meeting", form)
    assert answer.status_code == 503 and f'name="key" value="{"0" * 32}"' in answer.text


@pytest.mark.parametrize(
    ("name", "query", "roles", "shown"),
    [
        ("hold-congress", "meeting_id=m1", ("chair",), "教代会"),
        ("pay-expenditure", "payment_id=pay-1", ("approver",), "1,200.00"),
        ("pay-claim", "claim_id=ss-2022-06", ("cashier",), "1,000.00"),
        ("approve-waiver", "finding_id=wel-06.67e5de6b&reason=accepted_risk&ends_on=2023-01-01",
         ("approver",), "已告知上级"),
        ("withdraw-events-entry", "stream=tjtc/meeting-m1&versions=1", ("clerk",), "教代会"),
    ],
)  # fmt: skip
async def test_a_form_shows_what_it_is_about(
    console: Console, name: str, query: str, roles: tuple[str, ...], shown: str
) -> None:
    async with browser(console, session(*roles)) as client:
        answer = await client.get(f"{ACT}/{name}?{query}")
    assert answer.status_code == 200 and shown in answer.text


async def test_what_is_approved_is_the_version_that_was_shown(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/pay-expenditure"] = {"stream": "tjtc/payment-pay-1", "version": 2}
    form = {"payment_id": "pay-1", "paid_on": "2022-12-30", "version": "1", "step": "write",
            "key": "1" * 32}  # fmt: skip
    await send(console, "pay-expenditure", form, "approver")
    (sent,) = posted(services, "pay-expenditure")
    assert sent.headers["if-match"] == '"1"'
    services.answers[f"{UNION}/pay-expenditure"] = httpx.Response(
        412, json={"code": "stale-version", "title": "已有更新"}
    )
    answer = await send(console, "pay-expenditure", form, "approver")
    assert answer.status_code == 422 and "已有更新" in answer.text


@pytest.mark.parametrize(
    ("path", "roles", "status"),
    [
        ("no-such-act", ("clerk",), 404),
        ("convene-meeting", ("approver",), 403),
        ("hold-congress", ("chair",), 404),
        ("hold-congress?meeting_id=../x", ("chair",), 404),
        ("withdraw-events-entry?stream=jt/meeting-m1&versions=1", ("clerk",), 404),
        ("withdraw-benefits-entry?stream=tjtc/gift-s.p-1&versions=1", ("clerk",), 404),
    ],
)
async def test_an_act_is_for_its_roles_and_an_address_names_no_person(
    console: Console, path: str, roles: tuple[str, ...], status: int
) -> None:
    async with browser(console, session(*roles)) as client:
        assert (await client.get(f"{ACT}/{path}")).status_code == status


ATTENDANCE = {"activity_id": "a1", "session": "1", "attended_on": "2022-12-20"}


async def test_people_are_found_by_numbers_in_the_form_and_stand_in_no_address(
    console: Console, services: Services
) -> None:
    found: dict[str, Any] = {
        "people": [{"employee_no": "A1", "person_id": "p-1"}], "unknown": ["A2"], "unreadable": [],
    }  # fmt: skip
    services.answers |= {f"{UNION}/people/lookup": found, f"{UNION}/record-attendance": {}}
    answer = await send(console, "record-attendance", {**ATTENDANCE, "person_ids": "A1 A2"})
    assert answer.status_code == 422 and "查不到这些工号：A2" in answer.text
    assert posted(services, "record-attendance") == []
    found["unknown"] = []
    form = {**ATTENDANCE, "person_ids": "A1", "step": "write", "key": "2" * 32}
    await send(console, "record-attendance", form)
    (sent,) = posted(services, "record-attendance")
    assert orjson.loads(sent.content)["person_ids"] == ["p-1"]
    assert not [each for each in services.asked if "A1" in str(each.url)]


async def test_a_form_of_another_site_writes_nothing(console: Console, services: Services) -> None:
    async with browser(console, session("clerk")) as client:
        answer = await client.post(f"{ACT}/convene-meeting", data={**MEETING_FORM, "csrf": "x"})
    assert answer.status_code == 403 and posted(services, "convene-meeting") == []


async def test_an_act_on_a_finding_leads_back_to_its_period(console: Console) -> None:
    async with browser(console, session("clerk")) as client:
        answer = await client.get("/tjtc/office/findings/wel-06.67e5de6b?done=explain-finding")
    assert answer.headers["location"].startswith("/tjtc/2022/findings/wel-06.67e5de6b?done=")
