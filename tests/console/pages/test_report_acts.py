"""A report's texts are written by one and approved by another; it is issued once, or refused."""

from typing import Any

import httpx
import pytest

from services.console.console import Console
from services.console.pages.report_acts import paragraphs_of
from tests.console.answers import KNOWN, UNION
from tests.console.conftest import Services, browser, session
from tests.console.reports import (
    ID,
    KEY,
    LAYOUT,
    NARRATIVE,
    REPORT,
    issued,
    posted,
    told_of_reports,
)


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    told_of_reports(services)


async def test_one_writes_and_another_approves(console: Console, services: Services) -> None:
    at = f"{REPORT}/sections/guidance"
    async with browser(console, session("clerk", subject="clerk-7")) as client:
        own = (await client.get(at)).text
        form = {"csrf": "csrf-1", "key": KEY, "act": "write", "text": "一段。\r\n\r\n二段。"}
        done = await client.post(at, data=form)
    assert "审定这段文字" not in own and "写下这段文字" in own
    assert done.headers["location"].endswith("/report?done=written")
    async with browser(console, session("approver", subject="approver-1")) as client:
        other = (await client.get(at)).text
        form = {"csrf": "csrf-1", "key": KEY, "act": "approve",
                "narrative_id": NARRATIVE["narrative_id"], "text_sha256": "b" * 64}  # fmt: skip
        assert (await client.post(at, data=form)).status_code == 303
    assert "审定这段文字" in other and "写下这段文字" not in other
    assert posted(services) == [
        ("write-narrative", {"kind": "annual", "period_from": "2022-01-01",
                             "period_to": "2022-12-31", "section": "guidance",
                             "paragraphs": ["一段。", "二段。"]}),
        ("approve-narrative", {"narrative_id": NARRATIVE["narrative_id"],
                               "text_sha256": "b" * 64}),
    ]  # fmt: skip


async def test_who_wrote_it_is_told_why_they_do_not_approve(console: Console) -> None:
    async with browser(console, session("chair", subject="clerk-7")) as client:
        text = (await client.get(f"{REPORT}/sections/guidance")).text
        assert (await client.get(f"{REPORT}/sections/none")).status_code == 404
    assert "你写的，由另一人审定" in text and "审定这段文字" not in text


async def test_a_refused_text_is_kept_and_nothing_is_written(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/write-narrative"] = httpx.Response(
        422, json={"code": "invalid-request", "title": "请求内容不合规"}
    )
    async with browser(console, session("clerk")) as client:
        form = {"csrf": "csrf-1", "key": KEY, "act": "write", "text": "电话13812345678"}
        answer = await client.post(f"{REPORT}/sections/guidance", data=form)
    assert answer.status_code == 422 and "没有写下任何东西" in answer.text
    assert "电话13812345678" in answer.text and KEY not in answer.text


async def test_it_is_issued_once_and_put_in_anothers_place_with_a_reason(
    console: Console, services: Services
) -> None:
    form = {"csrf": "csrf-1", "key": KEY}
    async with browser(console, session("chair")) as client:
        assert "签发这份报告" in (await client.get(f"{REPORT}/issue")).text
        done = await client.post(f"{REPORT}/issue?kind=statistics", data=form)
        issued(services)
        look = (await client.get(f"{REPORT}/issue")).text
        again = {**form, "supersedes": ID, "reason": "drift", "unproven": "yes"}
        assert (await client.post(f"{REPORT}/issue", data=again)).status_code == 303
    assert done.headers["location"].endswith("/report?done=issued&kind=statistics")
    assert "签发并取代" in look and 'value="drift"' in look
    assert posted(services) == [
        ("issue-report", {"unproven": False, "kind": "statistics", "period_from": "2022-01-01",
                          "period_to": "2022-12-31"}),
        ("supersede-report", {"unproven": True, "report_id": ID, "reason": "drift"}),
    ]  # fmt: skip
    keys = {r.headers.get("idempotency-key") for r in services.asked if r.method == "POST"}
    assert keys == {f"console-{KEY}"}


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (httpx.Response(409, json={"code": "report-unproven", "title": "尚不能证明"}), 422,
         "尚不能证明"),
        (httpx.Response(503, json={"code": "press-busy", "title": "正在制作"}), 422, "正在制作"),
        (httpx.ReadTimeout("slow"), 503, "不知道写下没有"),
    ],
)  # fmt: skip
async def test_what_stands_in_the_way_of_issuing_is_said_on_the_page(
    console: Console, services: Services, answer: Any, status: int, said: str
) -> None:
    services.answers[f"{UNION}/issue-report"] = answer
    async with browser(console, session("chair")) as client:
        found = await client.post(f"{REPORT}/issue", data={"csrf": "csrf-1", "key": KEY})
    assert found.status_code == status and said in found.text
    if said == "尚不能证明":
        assert 'name="unproven"' in found.text


async def test_texts_that_wait_are_named_and_nothing_can_be_issued(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/report/layout"] = {**LAYOUT, "waiting": ["guidance"],
                                                  "unproven": ["/guildhall/benefits"]}  # fmt: skip
    async with browser(console, session("chair")) as client:
        text = (await client.get(f"{REPORT}/issue")).text
        preview = (await client.get(f"{REPORT}/preview")).text
    assert "先审定或撤回待审定的文字" in text and "签发这份报告" not in text
    assert "/guildhall/benefits" in text and "政治引领" in preview


async def test_nothing_is_written_on_a_page_of_the_past(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/knowledge"] = {**KNOWN, "log_index": 100}
    async with browser(console, session("chair")) as client:
        for path in (f"{REPORT}?as_of=100", f"{REPORT}/issue?as_of=100"):
            text = (await client.get(path)).text
            assert "这一页是过去所知" in text and "签发这份报告" not in text
        form = {"csrf": "csrf-1", "key": KEY}
        answer = await client.post(f"{REPORT}/issue?as_of=100", data=form)
    assert answer.status_code == 422 and posted(services) == []


@pytest.mark.parametrize("form", [{"csrf": "other", "key": KEY}, {"csrf": "csrf-1", "key": "x"}])
async def test_a_form_that_is_not_ours_writes_nothing(
    console: Console, services: Services, form: dict[str, str]
) -> None:
    async with browser(console, session("chair")) as client:
        assert (await client.post(f"{REPORT}/issue", data=form)).status_code in (403, 422)
    assert posted(services) == []


def test_paragraphs_are_the_lines_that_say_something() -> None:
    assert paragraphs_of(" 一。 \r\n\n 二。\n") == ["一。", "二。"]
    assert paragraphs_of(" \n ") == []
