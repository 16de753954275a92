"""What cannot be shown is a page: what was asked, what is true, what to do."""

import httpx
import pytest

from services.console.console import Console
from tests.console.answers import UNION
from tests.console.conftest import Services, browser, session

YEAR = "/tjtc/2022"


@pytest.mark.parametrize(
    ("status", "problem", "words"),
    [
        (403, {"code": "role-missing"}, "这一页不给你的身份看"),
        (404, {"code": "unknown-figure"}, "没有这一页"),
        (422, {"code": "as-of-invalid"}, "地址里有看不懂的值"),
        (503, {"code": "database-away"}, "服务现在没有空"),
        (500, {"code": "internal-error"}, "这一页出了错"),
        (
            503,
            {"code": "being-rebuilt", "progress": 0.42, "projections": [{"projection": "roster"}]},
            "已完成 42%",
        ),
        (
            503,
            {"code": "projection-differs", "projections": [{"projection": "roster"}]},
            "先由运行人员核定",
        ),
    ],
)
async def test_a_refusal_is_said_in_words(
    console: Console, services: Services, status: int, problem: dict[str, object], words: str
) -> None:
    services.answers[f"{UNION}/figures"] = httpx.Response(status, json=problem)
    async with browser(console, session()) as client:
        answer = await client.get(YEAR)
    assert answer.status_code == status
    assert words in answer.text
    assert str(problem["code"]) in answer.text
    assert ("retry-after" in answer.headers) is (status == 503)


async def test_a_service_that_does_not_answer_is_named(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/rosters"] = httpx.ConnectError("refused")
    async with browser(console, session()) as client:
        answer = await client.get(YEAR)
    assert answer.status_code == 503
    assert "reporting 没有回答" in answer.text
    assert 'href="/tjtc/2022">再试一次' in answer.text


async def test_a_token_that_is_no_longer_taken_leads_to_sign_in(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/knowledge"] = httpx.Response(401, json={"code": "token-refused"})
    async with browser(console, session()) as client:
        page = await client.get(YEAR)
        part = await client.get(YEAR, headers={"HX-Request": "true"})
    assert page.headers["location"] == "/sign-in?next=/tjtc/2022"
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in?next=/tjtc/2022")


async def test_a_failure_of_ours_says_no_more_than_its_number(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/figures"] = {"figures": "no list"}
    async with browser(console, session()) as client:
        answer = await client.get(YEAR)
    assert answer.status_code == 500
    assert "Traceback" not in answer.text and "TypeError" not in answer.text
    assert "没有写下任何东西" in answer.text


@pytest.mark.parametrize("path", ["/a/b/c/d/e", "/TJTC/2022", "/tjtc/abc", "/tjtc/2022/nothing"])
async def test_what_is_no_page_is_told_apart_from_a_failure(console: Console, path: str) -> None:
    async with browser(console, session()) as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert "没有事件不等于零" in answer.text


async def test_an_odd_address_is_refused_before_anybody_is_asked(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        assert (await client.get("/tjtc/2022?as_of=%00")).status_code == 422
        assert (await client.get("/tjtc/20%0022")).status_code == 404
    assert not services.asked
