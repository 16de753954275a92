"""Where somebody lands, and where the bar and the search field lead."""

from urllib.parse import urlencode

import pytest

from services.console.console import Console
from tests.console.answers import EVENT_ID
from tests.console.conftest import Services, browser, session


async def led(console: Console, path: str, *orgs: str) -> str:
    async with browser(console, session(orgs=orgs or ("tjtc",))) as client:
        answer = await client.get(path)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_one_lands_in_the_last_year_of_ones_union(console: Console) -> None:
    assert await led(console, "/") == "/tjtc"
    assert await led(console, "/tjtc") == "/tjtc/2022"


async def test_of_several_unions_one_is_chosen(console: Console, services: Services) -> None:
    two = [{"org_id": org, "name": org.upper(), "simulated": False} for org in ("a1", "b1")]
    services.answers["/v1/unions"] = {"unions": two}
    async with browser(console, session(orgs=("*",))) as client:
        answer = await client.get("/")
    assert 'href="/a1"' in answer.text and 'href="/b1"' in answer.text


async def test_where_there_is_no_union_yet_the_page_says_so(
    console: Console, services: Services
) -> None:
    services.answers["/v1/unions"] = {"unions": []}
    async with browser(console, session(orgs=("*",))) as client:
        assert "日志里还没有一家你能看的工会" in (await client.get("/")).text


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        ({"page": "figures/x", "as_of": "", "compare": ""}, "/tjtc/2022/figures/x"),
        (
            {"page": "", "as_of": "12538", "compare": "12685"},
            "/tjtc/2022?as_of=12538&compare=12685",
        ),
        ({"page": "//evil.example", "as_of": ""}, "/tjtc/2022"),
        ({"page": "http://evil.example"}, "/tjtc/2022"),
        ({"page": "figures", "as_of": "2022-12-15"}, "/tjtc/2022/figures?as_of=2022-12-15"),
    ],
)
async def test_the_bar_leads_to_the_page_it_names(
    console: Console, asked: dict[str, str], at: str
) -> None:
    query = urlencode({"org": "tjtc", "period": "2022", **asked})
    assert await led(console, f"/go?{query}") == at


@pytest.mark.parametrize(
    ("words", "at"),
    [
        (EVENT_ID, f"/tjtc/events/{EVENT_ID}?period=2022"),
        ("10,093", "/tjtc/log/10093?period=2022"),
        ("中秋", "/tjtc/2022/figures?title=%E4%B8%AD%E7%A7%8B"),
    ],
)
async def test_the_search_field_finds_events_places_and_figures(
    console: Console, words: str, at: str
) -> None:
    query = urlencode({"org": "tjtc", "period": "2022", "q": words})
    assert await led(console, f"/find?{query}") == at


async def test_a_place_in_the_log_leads_to_its_event(console: Console, services: Services) -> None:
    services.answers["/v1/tjtc/log/10093"] = {"event_id": EVENT_ID, "source": "/x"}
    at = await led(console, "/tjtc/log/10093?period=2022")
    assert at == f"/tjtc/events/{EVENT_ID}?period=2022&source=%2Fx"


async def test_a_cashier_lands_where_money_waits(console: Console) -> None:
    async with browser(console, session("cashier")) as client:
        answer = await client.get("/tjtc")
    assert answer.headers["location"] == "/tjtc/office/queue"
